import type { Instance } from '../instance.js';
import { type MachineRow, type MachineSecretRow, machineSecrets, machines } from '../resources/machine.js';

const DEFAULT_TOKEN_SECONDS = 60 * 60;
const SECRET_LETTERS = 40;

export interface NewMachine {
  readonly id?: string | undefined;
  readonly name: string;
  /** Seconds. Default: an hour. */
  readonly default_token_ttl?: number | undefined;
  /** Default: one by chance. */
  readonly secret_key?: string | undefined;
}

/** A new machine with its secret key. */
export function newMachine(instance: Instance, { id, name, default_token_ttl, secret_key }: NewMachine): MachineRow {
  const row = instance.insert(machines, {
    ...(id === undefined ? {} : { id }),
    instance_id: instance.id,
    name,
    default_token_ttl: default_token_ttl ?? DEFAULT_TOKEN_SECONDS,
  });
  newMachineSecret(instance, row.id, secret_key);
  return row;
}

/** A new secret key of a machine, which is the present one from now on. */
export const newMachineSecret = (instance: Instance, machineId: string, secret?: string): MachineSecretRow =>
  instance.insert(machineSecrets, {
    machine_id: machineId,
    secret: secret ?? `ak_${instance.random.base62(SECRET_LETTERS)}`,
    expires_at: null,
  });

/** The present secret key. @throws Error when the machine has none, which it always has. */
export function presentSecret(instance: Instance, machineId: string): MachineSecretRow {
  const present = instance.many(machineSecrets, 'machine_id', machineId).find((row) => row.expires_at === null);
  if (present === undefined) throw new Error(`the machine ${machineId} has no secret key`);
  return present;
}

/** The machine that a secret key belongs to while it works; undefined for no key of a machine. */
export function machineOfKey(instance: Instance, secret: string): string | undefined {
  const row = instance.one(machineSecrets, 'secret', secret);
  if (row === undefined || (row.expires_at !== null && row.expires_at <= instance.now())) return undefined;
  return row.machine_id;
}
