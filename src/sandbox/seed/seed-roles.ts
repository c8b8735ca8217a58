import { keepInitial } from '../domain/role-sets.js';
import { mustBeRole, refuseForCreator } from '../domain/roles.js';
import type { Instance } from '../instance.js';
import { organizations } from '../resources/organization.js';
import { roleSets } from '../resources/role-set.js';
import { ADMIN, DEFAULT_ROLE_SET, MEMBER, permissions, roles } from '../resources/roles.js';
import {
  type SeedDescription,
  SeedError,
  type SeedPermission,
  type SeedRole,
  type SeedRoleSet,
  seedEach,
} from './description.js';

/** Clerk's own permissions, by key. */
const SYSTEM_PERMISSIONS: Readonly<Record<string, string>> = {
  'org:sys_profile:manage': 'Manage organization',
  'org:sys_profile:delete': 'Delete organization',
  'org:sys_memberships:read': 'Read members',
  'org:sys_memberships:manage': 'Manage members',
  'org:sys_domains:read': 'Read domains',
  'org:sys_domains:manage': 'Manage domains',
  'org:sys_billing:read': 'Read billing',
  'org:sys_billing:manage': 'Manage billing',
};

type RolesSeed = Pick<SeedDescription, 'permissions' | 'roles' | 'role_sets'>;

// What every instance has unless its seed says it another way. Its ids are the same everywhere.
const PERMISSIONS: readonly SeedPermission[] = Object.entries(SYSTEM_PERMISSIONS).map(([key, name]) => ({
  id: `perm_${key.slice('org:'.length).replaceAll(':', '_')}`,
  key,
  name,
}));
const ROLES: readonly SeedRole[] = [
  { id: 'role_admin', key: ADMIN, name: 'Admin', permissions: Object.keys(SYSTEM_PERMISSIONS) },
  { id: 'role_member', key: MEMBER, name: 'Member', permissions: ['org:sys_memberships:read', 'org:sys_billing:read'] },
];
const ROLE_SET = {
  id: 'roleset_default',
  key: DEFAULT_ROLE_SET,
  name: 'Default',
  default_role: MEMBER,
  creator_role: ADMIN,
};

/** What an error calls one of them. */
const named =
  (what: string) =>
  ({ key }: { readonly key: string }): string =>
    `${what} ${key}`;

const withId = (id: string | undefined): { id?: string } => (id === undefined ? {} : { id });

/** Seeds permissions, roles and role sets: in a new instance beside those that every one has. @throws SeedError */
export function seedRoles(instance: Instance, seed: RolesSeed = {}): void {
  const isNew = instance.of(permissions).size === 0;
  const withDefaults = <T extends { readonly key: string }>(given: readonly T[] = [], defaults: readonly T[]): T[] => [
    ...(isNew ? defaults.filter(({ key }) => !given.some((one) => one.key === key)) : []),
    ...given,
  ];
  seedEach(withDefaults(seed.permissions, PERMISSIONS), named('permission'), ({ id, key, name, description = '' }) => {
    const type = key.startsWith('org:sys_') ? 'system' : 'user';
    instance.insert(permissions, { ...withId(id), key, name, description, type });
  });
  seedEach(withDefaults(seed.roles, ROLES), named('role'), ({ id, key, name, description = null, permissions: keys = [] }) => {
    const permission_ids = keys.map((each) => permissionId(instance, each));
    instance.insert(roles, { ...withId(id), key, name, description, permission_ids });
  });
  // Who describes roles and no role sets wants to give them.
  const everyRole = {
    ...ROLE_SET,
    roles: instance.all(roles).map((role) => role.key),
  };
  const initial = seed.role_sets?.find((set) => set.initial === true);
  const sets = withDefaults(seed.role_sets, initial === undefined ? [everyRole] : []);
  seedEach(sets, named('role set'), (set) => seedRoleSet(instance, set));
  if (isNew || initial !== undefined) keepInitial(instance, initial && instance.one(roleSets, 'key', initial.key));
}

function seedRoleSet(instance: Instance, seed: SeedRoleSet): void {
  const { id, key, name, description = null, default_role, creator_role, roles: keys } = seed;
  if (![default_role, creator_role].every((role) => keys.includes(role))) {
    throw new SeedError('its default and its creator role must be among its roles');
  }
  const roleId = (role: string): string => mustBeRole(instance, role).id;
  refuseForCreator(instance, mustBeRole(instance, creator_role).permission_ids);
  instance.insert(roleSets, {
    ...withId(id),
    key,
    name,
    description,
    role_ids: keys.map(roleId),
    default_role_id: roleId(default_role),
    creator_role_id: roleId(creator_role),
  });
}

function permissionId(instance: Instance, key: string): string {
  const permission = instance.one(permissions, 'key', key);
  if (permission === undefined) throw new SeedError(`no permission has the key ${key}`);
  return permission.id;
}

/** Gives an instance that was kept before there were role sets what it lacks. */
export function catchUp(instance: Instance): void {
  if (instance.of(permissions).size > 0) return;
  seedRoles(instance);
  keepInitial(instance, instance.one(roleSets, 'key', DEFAULT_ROLE_SET));
  for (const row of instance.all(organizations)) {
    instance.update(organizations, row, { role_set_key: DEFAULT_ROLE_SET, updated_at: row.updated_at });
  }
}
