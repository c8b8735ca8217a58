import type { Deferred } from '../plan/references.js';
import type { Difference } from './compare.js';
import { call, differencesIn, type Impossible, idOf, type Needed, type NeededCall, type Wanted, wantedIn } from './needed.js';
import type { Fields } from './sections.js';

/** Clerk takes that many roles for a set at once. */
const MOST_AT_ONCE = 10;

/** Names of steps hold no colons, and Clerk's keys no dashes, so that each key makes a name of its own. */
const stepOf = (what: string, key: string): string => `${what}-${key.replaceAll(':', '-')}`;
const permissionStep = (key: string): string => stepOf('permission', key);
const roleStep = (key: string): string => stepOf('role', key);

const textsIn = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : []);

/** The id behind a key: known, or what an earlier step will give. */
type Id = { readonly value: string; readonly later: readonly Omit<Deferred, 'to'>[] };

/** Settings, which may switch organizations on; permissions, roles that hold them, sets of those; settings that name roles. */
export function accessCalls(wanted: Wanted): Needed {
  const access = new Access(wanted);
  access.organizationSettings();
  access.permissions();
  access.roles();
  access.roleSets();
  access.takenPermissions();
  access.settledRoles();
  return access;
}

class Access implements Needed {
  readonly calls: NeededCall[] = [];
  readonly notes: string[] = [];
  readonly impossible: Impossible[] = [];
  readonly #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  permissions(): void {
    for (const each of differencesIn(this.#wanted, 'permissions', 'added'))
      this.calls.push(
        call(permissionStep(each.key), 'OrganizationPermissions_createPermission', each, { key: each.key, ...wantedIn(each) }),
      );
    for (const each of differencesIn(this.#wanted, 'permissions', 'changed')) {
      const args = { permission_id: idOf(this.#wanted, 'permissions', each.key), ...wantedIn(each) };
      this.calls.push(call('permissions', 'OrganizationPermissions_updatePermission', each, args));
    }
  }

  roles(): void {
    for (const each of differencesIn(this.#wanted, 'roles', 'added')) {
      const { permissions, ...fields } = wantedIn(each);
      const ids = this.#permissionIds(each, textsIn(permissions));
      const later = ids.flatMap(({ later }, nth) => later.map((from) => ({ to: ['permissions', String(nth)], ...from })));
      const args = { key: each.key, ...fields, permissions: ids.map(({ value }) => value) };
      this.calls.push(call(roleStep(each.key), 'OrganizationRoles_createRole', each, args, later));
    }
    for (const each of differencesIn(this.#wanted, 'roles', 'changed')) {
      const { permissions, ...fields } = wantedIn(each);
      const organization_role_id = idOf(this.#wanted, 'roles', each.key);
      if (Object.keys(fields).length > 0)
        this.calls.push(call('roles', 'OrganizationRoles_updateRole', each, { organization_role_id, ...fields }));
      const before = new Set(textsIn(each.fields.permissions?.from));
      const given = textsIn(permissions).filter((key) => !before.has(key));
      // Calls of one step are made at once, and what is done to one role must be done in turn.
      for (const [nth, { value, later }] of this.#permissionIds(each, given).entries()) {
        const args = { organization_role_id, permission_id: value };
        const from = later.map((one) => ({ to: ['permission_id'], ...one }));
        this.calls.push(call(`give-permissions-${nth + 1}`, 'OrganizationRoles_assignPermission', each, args, from));
      }
    }
    this.#inTurn('give-permissions-');
  }

  /** Taken last: what a set's creator role must hold may be in another role by then. */
  takenPermissions(): void {
    for (const each of differencesIn(this.#wanted, 'roles', 'changed')) {
      const { from, to } = each.fields.permissions ?? { from: [], to: [] };
      const kept = new Set(textsIn(to));
      const taken = textsIn(from).filter((key) => !kept.has(key));
      for (const [nth, permission] of taken.entries()) {
        const args = {
          organization_role_id: idOf(this.#wanted, 'roles', each.key),
          permission_id: idOf(this.#wanted, 'permissions', permission),
        };
        this.calls.push(call(`take-permissions-${nth + 1}`, 'OrganizationRoles_removePermission', each, args));
      }
    }
    this.#inTurn('take-permissions-');
  }

  roleSets(): void {
    for (const each of differencesIn(this.#wanted, 'role_sets', 'added')) this.#addSet(each);
    for (const each of differencesIn(this.#wanted, 'role_sets', 'changed')) this.#changeSet(each);
    this.#becomeInitial();
  }

  organizationSettings(): void {
    const [difference] = differencesIn(this.#wanted, 'organization_settings', 'changed');
    if (difference === undefined) return;
    const { creator_role: _, domains_default_role: __, ...fields } = wantedIn(difference);
    if (Object.keys(fields).length > 0) this.calls.push(call('organization_settings', UPDATE_SETTINGS, difference, fields));
  }

  /** The roles that the settings name, as far as no change of the initial role set brings them: the settings repeat it. */
  settledRoles(): void {
    const [difference] = differencesIn(this.#wanted, 'organization_settings', 'changed');
    if (difference === undefined) return;
    const args: Record<string, unknown> = {};
    const later: Deferred[] = [];
    for (const { field, input, duty } of DUTIES) {
      const key = difference.fields[field]?.to;
      if (typeof key !== 'string' || key === this.#broughtBySet(duty)) continue;
      const id = this.#roleId(key);
      if (id === undefined) this.impossible.push({ of: difference, field, problem: unknownRole(key) });
      else {
        args[input] = id.value;
        later.push(...id.later.map((from) => ({ to: [input], ...from })));
      }
    }
    if (Object.keys(args).length > 0)
      this.calls.push(call('organization_settings-roles', UPDATE_SETTINGS, difference, args, later));
  }

  /** Sorts the calls of numbered steps by their number. */
  #inTurn(prefix: string): void {
    const first = this.calls.findIndex(({ step }) => step.startsWith(prefix));
    if (first === -1) return;
    const others = this.calls.slice(first).filter(({ step }) => !step.startsWith(prefix));
    const numbered = this.calls
      .slice(first)
      .filter(({ step }) => step.startsWith(prefix))
      .sort((one, other) => Number(one.step.slice(prefix.length)) - Number(other.step.slice(prefix.length)));
    this.calls.splice(first, this.calls.length, ...others, ...numbered);
  }

  #permissionIds(of: Difference, keys: readonly string[]): readonly Id[] {
    const added = new Set(differencesIn(this.#wanted, 'permissions', 'added').map(({ key }) => key));
    return keys.flatMap((key): Id[] => {
      const value = this.#wanted.live.ids.get('permissions')?.get(key);
      if (value !== undefined) return [{ value, later: [] }];
      if (added.has(key)) return [given(permissionStep(key))];
      this.impossible.push({ of, field: 'permissions', problem: `names ${key}, which neither the file nor the instance has` });
      return [];
    });
  }

  #roleId(key: string): Id | undefined {
    const value = this.#wanted.live.ids.get('roles')?.get(key);
    if (value !== undefined) return { value, later: [] };
    return differencesIn(this.#wanted, 'roles', 'added').some((each) => each.key === key) ? given(roleStep(key)) : undefined;
  }

  #addSet(each: Difference): void {
    const { default_role, creator_role, roles, type: _, ...fields } = wantedIn(each);
    const lacking = ['default_role', 'creator_role'].filter((duty) => each.fields[duty] === undefined);
    if (lacking.length > 0) {
      this.impossible.push({ of: each, problem: `is new, and needs ${lacking.join(' and ')}` });
      return;
    }
    const duties = [...new Set([String(default_role), String(creator_role)])];
    const all = [...duties, ...textsIn(roles).filter((role) => !duties.includes(role))];
    if (!this.#areRoles(each, all)) return;
    const args = {
      key: each.key,
      ...fields,
      default_role_key: default_role,
      creator_role_key: creator_role,
      roles: all.slice(0, MOST_AT_ONCE),
    };
    this.calls.push(call(stepOf('role-set', each.key), 'RoleSets_createRoleSet', each, args));
    this.#addRoles(each, each.key, all.slice(MOST_AT_ONCE));
  }

  #changeSet(each: Difference): void {
    const { default_role, creator_role, roles, type: _, ...fields } = wantedIn(each);
    const role_set_key_or_id = idOf(this.#wanted, 'role_sets', each.key);
    const before = new Set(textsIn(each.fields.roles?.from));
    const added = textsIn(roles).filter((role) => !before.has(role));
    if (!this.#areRoles(each, added)) return;
    this.#addRoles(each, role_set_key_or_id, added);
    const args = {
      ...fields,
      ...(default_role === undefined ? {} : { default_role_key: default_role }),
      ...(creator_role === undefined ? {} : { creator_role_key: creator_role }),
    };
    if (Object.keys(args).length > 0)
      this.calls.push(call(stepOf('role-set', each.key), 'RoleSets_updateRoleSet', each, { role_set_key_or_id, ...args }));
    const left = [...before].filter((role) => each.fields.roles !== undefined && !textsIn(roles).includes(role));
    if (left.length > 0 && !this.#wanted.prune)
      this.notes.push(`${each.key} keeps ${left.join(', ')}: only prune takes roles out of a set.`);
  }

  #addRoles(each: Difference, role_set_key_or_id: string, roles: readonly string[]): void {
    for (let at = 0; at < roles.length; at += MOST_AT_ONCE) {
      const args = { role_set_key_or_id, role_keys: roles.slice(at, at + MOST_AT_ONCE) };
      this.calls.push(call(`${stepOf('role-set', each.key)}-roles-${at / MOST_AT_ONCE + 1}`, 'RoleSets_addRoles', each, args));
    }
  }

  #areRoles(of: Difference, keys: readonly string[]): boolean {
    const unknown = keys.filter((key) => this.#roleId(key) === undefined);
    for (const key of unknown) this.impossible.push({ of, field: 'roles', problem: unknownRole(key) });
    return unknown.length === 0;
  }

  /** One set is the initial one; another takes its place, and then it is none any more. */
  #becomeInitial(): void {
    const changed = [
      ...differencesIn(this.#wanted, 'role_sets', 'added'),
      ...differencesIn(this.#wanted, 'role_sets', 'changed'),
    ];
    const becoming = changed.find(({ fields }) => fields.type?.to === 'initial');
    if (becoming !== undefined) {
      const role_set_key_or_id = this.#wanted.live.ids.get('role_sets')?.get(becoming.key) ?? becoming.key;
      this.calls.push(call('role_sets-initial', 'RoleSets_updateRoleSet', becoming, { role_set_key_or_id, type: 'initial' }));
      return;
    }
    const ending = changed.find(({ fields }) => fields.type?.from === 'initial' && fields.type.to === 'custom');
    if (ending !== undefined)
      this.impossible.push({ of: ending, field: 'type', problem: 'is custom, and no other set is initial: one must be' });
  }

  /** The role that a change of the initial role set gives new members, or creators; undefined if it changes none. */
  #broughtBySet(duty: 'default_role' | 'creator_role'): unknown {
    const sets = this.#wanted.configuration.get('role_sets') ?? new Map<string, Fields>();
    const [key, fields] = [...sets].find(([, { type }]) => type === 'initial') ?? [];
    const difference = this.#wanted.comparison.differences.find((each) => each.section === 'role_sets' && each.key === key);
    const { [duty]: changed, type } = difference?.fields ?? {};
    return changed === undefined && type === undefined ? undefined : fields?.[duty];
  }
}

const DUTIES = [
  { field: 'creator_role', input: 'creator_role_id', duty: 'creator_role' },
  { field: 'domains_default_role', input: 'domains_default_role_id', duty: 'default_role' },
] as const;

const unknownRole = (key: string): string => `names the role ${key}, which neither the file nor the instance has`;

const UPDATE_SETTINGS = 'InstanceSettings_updateOrganizationSettings';

const given = (step: string): Id => ({ value: `$steps.${step}.id`, later: [{ step, path: ['id'] }] });

/** What only the instance has of permissions, roles and sets, in the order in which it can go. */
export function removedAccess(wanted: Wanted): Pick<Needed, 'calls' | 'notes'> {
  const { configuration, live } = wanted;
  const notes: string[] = [];
  const calls: NeededCall[] = [];
  for (const each of differencesIn(wanted, 'role_sets', 'changed')) {
    const kept = textsIn(each.fields.roles?.to);
    const leaving = textsIn(each.fields.roles?.from).filter((role) => !kept.includes(role));
    const to_role_key = String(
      { ...live.configuration.get('role_sets')?.get(each.key), ...configuration.get('role_sets')?.get(each.key) }.default_role,
    );
    for (const role_key of leaving) {
      if (live.held.get(each.key)?.has(role_key) !== false) {
        notes.push(`${each.key} keeps ${role_key}: members may hold it. Give them another role first, by RoleSets_replaceRole.`);
        continue;
      }
      const args = { role_set_key_or_id: idOf(wanted, 'role_sets', each.key), role_key, to_role_key };
      calls.push(
        call(`${stepOf('role-set', each.key)}-without-${role_key.replaceAll(':', '-')}`, 'RoleSets_replaceRole', each, args),
      );
    }
  }
  const initial = initialKey(wanted);
  for (const each of differencesIn(wanted, 'role_sets', 'removed')) {
    if (initial === undefined || initial === each.key) {
      notes.push(`${each.key} stays: it is the set of new organizations, and another must be that first.`);
      continue;
    }
    const args = { role_set_key_or_id: idOf(wanted, 'role_sets', each.key), dest_role_set_key: initial };
    calls.push(call('remove-role_sets', 'RoleSets_replaceRoleSet', each, args));
  }
  for (const each of differencesIn(wanted, 'roles', 'removed'))
    calls.push(
      call('remove-roles', 'OrganizationRoles_deleteById', each, { organization_role_id: idOf(wanted, 'roles', each.key) }),
    );
  for (const each of differencesIn(wanted, 'permissions', 'removed'))
    calls.push(
      call('remove-permissions', 'OrganizationPermissions_deleteById', each, {
        permission_id: idOf(wanted, 'permissions', each.key),
      }),
    );
  return { calls, notes };
}

function initialKey({ configuration, live }: Wanted): string | undefined {
  for (const side of [configuration, live.configuration]) {
    const found = [...(side.get('role_sets') ?? [])].find(([, { type }]) => type === 'initial');
    if (found !== undefined) return found[0];
  }
  return undefined;
}
