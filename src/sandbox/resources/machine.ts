import type { Instance } from '../instance.js';
import { defineResource, type Resource } from '../resource.js';
import type { Row } from '../table.js';

/** A service that authenticates to others of the same instance. */
export interface MachineRow extends Row {
  instance_id: string;
  name: string;
  /** Seconds. */
  default_token_ttl: number;
}

/** Which machine may call which. Made anew or not at all, never changed. */
export interface MachineScopeRow extends Row {
  from_machine_id: string;
  to_machine_id: string;
}

export const scopeKey = (from: string, to: string): string => `${from} ${to}`;

export const machineScopes = defineResource<MachineScopeRow>()({
  name: 'machine_scope',
  prefix: 'mchs',
  unique: { pair: (row) => scopeKey(row.from_machine_id, row.to_machine_id) },
  lookup: { to_machine_id: (row) => row.to_machine_id },
  owners: { machine: 'from_machine_id' },
  show: ({ id: _, updated_at: __, ...row }) => ({ object: 'machine_scope', ...row }),
});

/** The ids of the machines that one may call, in the order in which it was allowed to. */
export const scopesOf = (instance: Instance, machineId: string): string[] =>
  instance.many(machineScopes, 'from_machine_id', machineId).map((scope) => scope.to_machine_id);

export const machines: Resource<MachineRow, never, never> = defineResource<MachineRow>()({
  name: 'machine',
  prefix: 'mch',
  show: (row, instance) => ({
    object: 'machine',
    ...row,
    scoped_machines: scopesOf(instance, row.id)
      .flatMap((id) => instance.get(machines, id) ?? [])
      .map((scoped) => ({ object: 'machine', ...scoped })),
  }),
});

/** One secret of a machine. The present one has no end; those before it work until theirs. */
export interface MachineSecretRow extends Row {
  machine_id: string;
  secret: string;
  /** Unix milliseconds. */
  expires_at: number | null;
}

export const machineSecrets = defineResource<MachineSecretRow>()({
  name: 'machine_secret_key',
  prefix: 'mchk',
  unique: { secret: (row) => row.secret },
  owners: { machine: 'machine_id' },
  show: ({ secret }) => ({ object: 'machine_secret_key', secret }),
});
