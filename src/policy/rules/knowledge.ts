import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import type { Read } from '../policy-types.js';
import { asksForRoles, type Knowledge, memberAskedFor, NOTHING_KNOWN } from './risk.js';

export interface KnowledgeOptions {
  readonly catalog: Catalog;
  readonly read: Read;
  readonly keysThatGrant: readonly string[];
  /** Longest wait for one read, in milliseconds. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

type Administers = Knowledge['administers'];

/** Roles change seldom; for up to a minute a role may count as what it was before. */
const KEPT_MS = 60_000;
const MOST = 500;

/** Clerk's own permissions that do more than read. */
const MANAGES = /^org:sys_(?!.*:read$)/;

/** Finds out what the arguments alone do not show, only ever by operations that read. */
export class Inquiry {
  readonly #options: KnowledgeOptions;
  /** What is known without asking Clerk. */
  readonly offline: Knowledge;
  #roles: { readonly administers: Administers; readonly until: number } | undefined;
  #reading: Promise<Administers | undefined> | undefined;

  constructor(options: KnowledgeOptions) {
    this.#options = options;
    this.offline = { ...NOTHING_KNOWN, keysThatGrant: options.keysThatGrant };
  }

  /** What the rules must know about this call. Never throws: what cannot be read stays unknown. */
  async about(operation: Operation, args: Arguments, caller: string): Promise<Knowledge> {
    if (!asksForRoles(operation, args)) return this.offline;
    const [administers, currentRole] = await Promise.all([
      this.#administers(caller),
      this.#roleOfMember(operation, args, caller),
    ]);
    return administers === undefined ? this.offline : { ...this.offline, administers, currentRole };
  }

  async #administers(caller: string): Promise<Administers | undefined> {
    if (this.#roles !== undefined && this.#options.now() < this.#roles.until) return this.#roles.administers;
    this.#reading ??= this.#readRoles(caller).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readRoles(caller: string): Promise<Administers | undefined> {
    const [roles, settings] = await Promise.all([
      this.#read('OrganizationRoles_list', { limit: MOST }, caller),
      this.#read('InstanceSettings_getOrganizationSettings', {}, caller),
    ]);
    const list = isRecord(roles) && Array.isArray(roles.data) ? roles.data : undefined;
    if (list === undefined || !isRecord(settings)) return undefined;
    const creators = [settings.creator_role, settings.creator_role_id];
    const plain = new Set<unknown>();
    for (const role of list.filter(isRecord)) {
      if (!isPlain(role) || creators.includes(role.key) || creators.includes(role.id)) continue;
      plain.add(role.key).add(role.id);
    }
    const administers = (role: string): boolean => !plain.has(role);
    this.#roles = { administers, until: this.#options.now() + KEPT_MS };
    return administers;
  }

  async #roleOfMember(operation: Operation, args: Arguments, caller: string): Promise<string | undefined> {
    const asked = memberAskedFor(operation);
    if (asked === undefined) return undefined;
    const user = args[asked.user];
    const answer = await this.#read(
      'OrganizationMemberships_getAllMembers',
      { organization_id: args[asked.organization], user_id: [user], limit: 10 },
      caller,
    );
    const members = isRecord(answer) && Array.isArray(answer.data) ? answer.data.filter(isRecord) : [];
    const member = members.find(({ public_user_data: data }) => isRecord(data) && data.user_id === user);
    return typeof member?.role === 'string' ? member.role : undefined;
  }

  async #read(name: string, args: Arguments, caller: string): Promise<unknown> {
    const { catalog, read, timeoutMs } = this.#options;
    if (catalog.find(name)?.risk !== 'read') return undefined;
    const deadline = AbortSignal.timeout(timeoutMs);
    const late = new Promise<undefined>((resolve) =>
      deadline.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    return Promise.race([read(name, args, deadline, caller).catch(() => undefined), late]);
  }
}

function isPlain({ key, permissions }: Readonly<Record<string, unknown>>): boolean {
  if (typeof key !== 'string' || !Array.isArray(permissions)) return false;
  return permissions.every(
    (permission) => isRecord(permission) && typeof permission.key === 'string' && !MANAGES.test(permission.key),
  );
}
