import type { AuditLine } from '../line.js';
import { argsOf } from './calls.js';

/** The version of the Open Cybersecurity Schema Framework whose classes these are. */
export const OCSF_VERSION = '1.8.0';

interface EventClass {
  readonly uid: number;
  readonly name: string;
  readonly category: { readonly uid: number; readonly name: string };
  readonly activities: Readonly<Record<number, string>>;
}

const IAM = { uid: 3, name: 'Identity & Access Management' } as const;
const APPLICATION = { uid: 6, name: 'Application Activity' } as const;

/** As far as they are used. */
export const CLASSES = {
  account: {
    uid: 3001,
    name: 'Account Change',
    category: IAM,
    activities: {
      1: 'Create',
      2: 'Enable',
      4: 'Password Reset',
      5: 'Disable',
      6: 'Delete',
      9: 'Lock',
      11: 'MFA Factor Disable',
      12: 'Unlock',
    },
  },
  entity: { uid: 3004, name: 'Entity Management', category: IAM, activities: { 1: 'Create', 3: 'Update', 4: 'Delete' } },
  access: { uid: 3005, name: 'User Access Management', category: IAM, activities: { 1: 'Assign Privileges' } },
  group: {
    uid: 3006,
    name: 'Group Management',
    category: IAM,
    activities: { 3: 'Add User', 4: 'Remove User', 5: 'Delete', 6: 'Create' },
  },
  lifecycle: {
    uid: 6002,
    name: 'Application Lifecycle',
    category: APPLICATION,
    activities: { 3: 'Start', 4: 'Stop', 99: 'Other' },
  },
  api: {
    uid: 6003,
    name: 'API Activity',
    category: APPLICATION,
    activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 99: 'Other' },
  },
} as const satisfies Record<string, EventClass>;
export type ClassName = keyof typeof CLASSES;

const CREATES = /^(?:bulkCreate|create|add|upload|generate)/;
const READS = /^(?:get|list|verify|preview|find|search)/;
const DELETES = /^(?:delete|remove|revoke|cancel|unset)/;

/** Create, read, update or delete, by the operation's name: its declaration may be gone since. 99 for what is many calls. */
export function crudOf({ operation = '', risk }: AuditLine): 1 | 2 | 3 | 4 | 99 {
  const verb = /^[A-Z][A-Za-z0-9]*_(\w+)$/.exec(operation)?.[1];
  if (verb === undefined) return 99;
  if (risk === 'read' || READS.test(verb)) return 2;
  if (CREATES.test(verb)) return 1;
  return DELETES.test(verb) ? 4 : 3;
}

/** What changes an account, by operation. */
const ACCOUNT: Readonly<Record<string, keyof typeof CLASSES.account.activities>> = {
  Users_createNewUser: 1,
  Users_removeBanFromUser: 2,
  Users_unbanMany: 2,
  Users_removePassword: 4,
  Users_markBanned: 5,
  Users_banMany: 5,
  Users_deleteUserById: 6,
  Users_lockUser: 9,
  Users_disableMfa: 11,
  Users_deleteTotp: 11,
  Users_deleteBackupCodes: 11,
  Users_deletePasskey: 11,
  Users_removeLock: 12,
};

/** What changes an organization as a group of users. */
const GROUP: Readonly<Record<string, keyof typeof CLASSES.group.activities>> = {
  OrganizationMemberships_addUserToOrganization: 3,
  OrganizationMemberships_removeUserFromOrganization: 4,
  Organizations_deleteOrganization: 5,
  Organizations_createNewOrganization: 6,
};

const ROLES = 'OrganizationMemberships_updateMembershipProperties';

/** The class of Identity & Access Management that a call is in besides being a call; `undefined` for one that changes nothing there. */
export function iamClassOf(line: AuditLine): { readonly name: ClassName; readonly activity: number } | undefined {
  const { operation = '' } = line;
  const args = argsOf(line);
  const account = ACCOUNT[operation];
  if (account !== undefined) return { name: 'account', activity: account };
  if (operation === 'Users_updateUserAttributes' && 'password' in args) return { name: 'account', activity: 4 };
  const group = GROUP[operation];
  if (group !== undefined) return { name: 'group', activity: group };
  if (operation === ROLES && typeof args.role === 'string') return { name: 'access', activity: 1 };
  const crud = crudOf(line);
  return crud === 2 || crud === 99 ? undefined : { name: 'entity', activity: crud };
}
