import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset } from './schemas.js';

const name = z.string().min(1).max(255);
const defaultTokenTtl = z.int().min(1).max(315360000).optional();

export const machines = {
  list: defineOperation({
    name: 'Machines_list',
    clerk: 'ListMachines',
    request: 'GET /machines',
    title: 'List machines',
    description: 'Your services that authenticate to each other with M2M tokens.',
    query: {
      limit,
      offset,
      query: z.string().optional().describe('Part of the name, or the whole id'),
      order_by: z.string().optional().describe('name, created_at; - first: descending. Default -created_at'),
    },
    risk: 'read',
  }),

  createMachine: defineOperation({
    name: 'Machines_createMachine',
    clerk: 'CreateMachine',
    request: 'POST /machines',
    title: 'Create a machine',
    description: 'Registers a service of yours and returns its secret key, with which it makes M2M tokens.',
    body: {
      name,
      scoped_machines: z.array(z.string()).max(150).optional().describe('Ids of machines that it may call'),
      default_token_ttl: defaultTokenTtl.describe('Seconds; default 3600'),
    },
    risk: 'credential',
    effect:
      'Registers the machine {name} and shows its secret key {where}: whoever has it can make tokens as this machine (it may call: {scoped_machines}).',
    undo: { by: 'Machines_deleteById', with: { machine_id: '{answer.id}' }, lost: 'what was done with it stays done' },
  }),

  deleteById: defineOperation({
    name: 'Machines_deleteById',
    clerk: 'DeleteMachine',
    request: 'DELETE /machines/{machine_id}',
    title: 'Delete a machine',
    description: 'Ends its access for good. For a leaked key: Machines_rotateSecretKey.',
    path: { machine_id: id },
    risk: 'destructive',
    effect: 'Deletes the machine {target} with its secret key for good: the service that runs with it gets no tokens any more.',
    target: { read: 'Machines_getById' },
    consequences: [
      {
        read: 'M2mTokens_list',
        with: { subject: '{machine_id}', limit: 1 },
        says: 'the machine has {n} live opaque tokens',
        one: 'the machine has 1 live opaque token',
      },
    ],
    typed: 'target',
    undo: { never: 'a deleted machine has to be made anew, with a new secret' },
  }),

  getById: defineOperation({
    name: 'Machines_getById',
    clerk: 'GetMachine',
    request: 'GET /machines/{machine_id}',
    title: 'Get a machine',
    description: 'One machine with those that it may call; the key: Machines_getSecretKey.',
    path: { machine_id: id },
    risk: 'read',
  }),

  updateMachine: defineOperation({
    name: 'Machines_updateMachine',
    clerk: 'UpdateMachine',
    request: 'PATCH /machines/{machine_id}',
    title: 'Update a machine',
    description: 'Inputs left out stay. What it may call: Machines_createScope.',
    path: { machine_id: id },
    body: {
      name: name.optional(),
      default_token_ttl: defaultTokenTtl.describe('Seconds'),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'default_token_ttl', is: 'given' },
        risk: 'access',
        effect: 'Changes how long tokens of machine {target} work, to {default_token_ttl} seconds.',
      },
    ],
    target: { read: 'Machines_getById' },
    undo: { by: 'Machines_updateMachine', with: { machine_id: '{machine_id}' }, restores: 'inputs' },
  }),

  createScope: defineOperation({
    name: 'Machines_createScope',
    clerk: 'CreateMachineScope',
    request: 'POST /machines/{machine_id}/scopes',
    title: 'Let a machine call another',
    description: 'Lets one machine call another; at most 150 per machine.',
    path: { machine_id: id.describe('The caller') },
    body: {
      to_machine_id: z.string(),
    },
    risk: 'access',
    effect: 'Lets machine {target} call machine {to_machine_id}.',
    target: { read: 'Machines_getById' },
    undo: { by: 'Machines_deleteScope', with: { machine_id: '{machine_id}', other_machine_id: '{to_machine_id}' }, watch: [] },
  }),

  deleteScope: defineOperation({
    name: 'Machines_deleteScope',
    clerk: 'DeleteMachineScope',
    request: 'DELETE /machines/{machine_id}/scopes/{other_machine_id}',
    title: 'Bar a machine from another',
    description: 'Takes back what Machines_createScope gave.',
    path: { machine_id: id.describe('The caller'), other_machine_id: id.describe('The called') },
    risk: 'destructive',
    effect: 'Bars machine {target} from calling machine {other_machine_id}: what depends on these calls fails.',
    target: { read: 'Machines_getById' },
    undo: { by: 'Machines_createScope', with: { machine_id: '{machine_id}', to_machine_id: '{other_machine_id}' }, watch: [] },
  }),

  getSecretKey: defineOperation({
    name: 'Machines_getSecretKey',
    clerk: 'GetMachineSecretKey',
    request: 'GET /machines/{machine_id}/secret_key',
    title: 'Get machine secret key',
    description: 'Reveals the live secret key. To look at the machine only: Machines_getById.',
    path: { machine_id: id },
    risk: 'credential',
    effect: 'Shows {where} the secret key of machine {target}: whoever has it can make tokens as this machine.',
    target: { read: 'Machines_getById' },
    undo: { never: 'a secret that was shown stays known' },
  }),

  rotateSecretKey: defineOperation({
    name: 'Machines_rotateSecretKey',
    clerk: 'RotateMachineSecretKey',
    request: 'POST /machines/{machine_id}/secret_key/rotate',
    title: 'Rotate machine secret key',
    description: 'Returns a new secret key for the service to be given before the old one lapses.',
    path: { machine_id: id },
    body: {
      previous_token_ttl: z.int().min(0).max(28800).describe('Seconds that the old key stays valid; 0: none'),
    },
    risk: 'destructive',
    defensive: true,
    effect:
      'Replaces the secret key of machine {target}: the old key works for {previous_token_ttl} seconds more and cannot be brought back.',
    target: { read: 'Machines_getById' },
    typed: 'target',
    raises: [{ risk: 'credential', effect: 'Shows the new key {where}.' }],
    undo: { never: 'the former key stays void' },
  }),
};
