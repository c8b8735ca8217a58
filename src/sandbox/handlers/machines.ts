import { changes, deletes, gets, must } from '../domain/found.js';
import { newMachine, newMachineSecret, presentSecret } from '../domain/machines.js';
import { containing } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { type MachineRow, machineScopes, machineSecrets, machines, scopeKey, scopesOf } from '../resources/machine.js';
import { invalidParam, notFound, refuse, unknownParam } from '../sandbox-error.js';

type CreateMachine = BodyOf<'Machines_createMachine'>;

const MOST_SCOPES = 150;

function create(instance: Instance, body: CreateMachine): object {
  const scoped = [...new Set(body.scoped_machines)];
  const unknown = scoped.find((id) => instance.get(machines, id) === undefined);
  if (unknown !== undefined) throw unknownParam('scoped_machines', `No machine was found with id ${unknown}.`);
  const row = newMachine(instance, body);
  for (const id of scoped) instance.insert(machineScopes, { from_machine_id: row.id, to_machine_id: id });
  return { ...machines.show(row, instance), secret_key: presentSecret(instance, row.id).secret };
}

/** The secret before this one goes on for so many seconds. */
function rotate(instance: Instance, machineId: string, seconds: number): object {
  const before = presentSecret(instance, machineId);
  if (seconds === 0) instance.delete(machineSecrets, before);
  else instance.update(machineSecrets, before, { expires_at: instance.now() + seconds * 1000 });
  return machineSecrets.show(newMachineSecret(instance, machineId), instance);
}

function addScope(instance: Instance, from: MachineRow, to: MachineRow): object {
  if (from.id === to.id) throw invalidParam('to_machine_id', 'A machine cannot be let call itself.');
  if (instance.one(machineScopes, 'pair', scopeKey(from.id, to.id)) !== undefined) {
    throw refuse(409, 'duplicate_record', 'duplicate machine scope', `The machine ${from.id} may call ${to.id} already.`);
  }
  if (scopesOf(instance, from.id).length >= MOST_SCOPES) {
    throw refuse(403, 'quota_exceeded', 'Quota exceeded', `A machine can have at most ${MOST_SCOPES} scopes.`);
  }
  const scope = instance.insert(machineScopes, { from_machine_id: from.id, to_machine_id: to.id });
  return machineScopes.show(scope, instance);
}

export const machinesHandlers: Handlers = {
  Machines_list: lists(machines, {
    envelope: 'page',
    filters: {
      query: (text: string, instance: Instance) => {
        const exact = instance.get(machines, text);
        return containing<MachineRow>((row, has) => row === exact || has(row.name))(text, instance);
      },
    },
    orders: { name: (row) => row.name },
  }),

  Machines_getById: gets(machines),

  Machines_createMachine: answers(({ instance, body }) => create(instance, body)),

  Machines_updateMachine: changes(
    machines,
    (row, { instance, body: { name = row.name, default_token_ttl = row.default_token_ttl } }) =>
      instance.update(machines, row, { name, default_token_ttl }),
  ),

  Machines_deleteById: deletes(machines, {
    remove: (row, instance) => {
      // A resource has one key for each kind of owner, and a scope's is the machine that may call.
      for (const scope of [...instance.many(machineScopes, 'to_machine_id', row.id)]) instance.delete(machineScopes, scope);
      instance.delete(machines, row);
    },
  }),

  Machines_createScope: answers(({ instance, path, body }) => {
    const from = must(instance, machines, path.machine_id);
    return addScope(instance, from, must(instance, machines, body.to_machine_id));
  }),

  Machines_deleteScope: answers(({ instance, path }) => {
    const from = must(instance, machines, path.machine_id).id;
    const to = path.other_machine_id;
    const scope = instance.one(machineScopes, 'pair', scopeKey(from, to));
    if (scope === undefined) throw notFound(`scope of the machine ${from} for a machine`, to);
    instance.delete(machineScopes, scope);
    return { object: 'machine_scope', from_machine_id: from, to_machine_id: to, deleted: true };
  }),

  Machines_getSecretKey: answers(({ instance, path }) =>
    machineSecrets.show(presentSecret(instance, must(instance, machines, path.machine_id).id), instance),
  ),

  Machines_rotateSecretKey: answers(({ instance, path, body }) =>
    rotate(instance, must(instance, machines, path.machine_id).id, body.previous_token_ttl),
  ),
};
