/** A role in organizations. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
}

/** The role that an organization must never be without. */
export const ADMIN = 'org:admin';

/** The roles that every instance starts with, by key. */
export const roles: Readonly<Record<string, Role>> = {
  [ADMIN]: {
    id: 'role_admin',
    name: 'Admin',
    permissions: [
      'org:sys_profile:manage',
      'org:sys_profile:delete',
      'org:sys_memberships:read',
      'org:sys_memberships:manage',
      'org:sys_domains:read',
      'org:sys_domains:manage',
    ],
  },
  'org:member': {
    id: 'role_member',
    name: 'Member',
    permissions: ['org:sys_memberships:read'],
  },
};
