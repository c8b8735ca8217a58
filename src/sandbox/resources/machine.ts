import * as z from 'zod';
import type { Instance } from '../instance.js';
import { defineResource, type Resource, type Row } from '../resource.js';
import { time } from './shapes.js';

/** A service that authenticates to others of the same instance. */
export interface MachineRow extends Row {
  instance_id: string;
  name: string;
  /** Seconds. */
  default_token_ttl: number;
}

const bare = {
  object: z.literal('machine'),
  id: z.string(),
  name: z.string(),
  instance_id: z.string(),
  default_token_ttl: z.int(),
  created_at: time,
  updated_at: time,
};
const sent = { ...bare, scoped_machines: z.array(z.strictObject(bare)) };

/** What creating a machine answers, and nothing else does. */
export const machineWithSecret = z.strictObject({ ...sent, secret_key: z.string() });

/** Which machine may call which. Made anew or not at all, never changed. */
export interface MachineScopeRow extends Row {
  from_machine_id: string;
  to_machine_id: string;
}

export const scopeKey = (from: string, to: string): string => `${from} ${to}`;

export const machineScopes = defineResource<MachineScopeRow>()({
  name: 'machine_scope',
  prefix: 'mchs',
  shape: z.strictObject({
    object: z.literal('machine_scope'),
    from_machine_id: z.string(),
    to_machine_id: z.string(),
    created_at: time,
  }),
  unique: { pair: (row) => scopeKey(row.from_machine_id, row.to_machine_id) },
  lookup: { from_machine_id: (row) => row.from_machine_id, to_machine_id: (row) => row.to_machine_id },
  owners: { machine: 'from_machine_id' },
  show: ({ id: _, updated_at: __, ...row }) => ({ object: 'machine_scope', ...row }),
});

/** The ids of the machines that one may call, in the order in which it was allowed to. */
export const scopesOf = (instance: Instance, machineId: string): string[] =>
  instance
    .of(machineScopes)
    .many('from_machine_id', machineId)
    .map((scope) => scope.to_machine_id);

export const machines: Resource<MachineRow, never, never> = defineResource<MachineRow>()({
  name: 'machine',
  prefix: 'mch',
  shape: z.strictObject(sent),
  show: (row, instance) => ({
    object: 'machine',
    ...row,
    scoped_machines: scopesOf(instance, row.id)
      .flatMap((id) => instance.of(machines).get(id) ?? [])
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
  shape: z.strictObject({ object: z.literal('machine_secret_key'), secret: z.string() }),
  unique: { secret: (row) => row.secret },
  lookup: { machine_id: (row) => row.machine_id },
  owners: { machine: 'machine_id' },
  show: ({ secret }) => ({ object: 'machine_secret_key', secret }),
});
