import { setTimeout as sleep } from 'node:timers/promises';
import { catalog } from '../../app/load-catalog.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { ClerkClient } from '../../clerk/clerk-client.js';
import {
  ClerkAnswerError,
  ClerkApiError,
  ClerkBusyError,
  ClerkConnectionError,
  ClerkError,
  ClerkTimeoutError,
} from '../../clerk/errors.js';
import type { ApiContent } from '../../sandbox/seed/from-api.js';
import type { KeptLists } from './kept-lists.js';

export interface Reading {
  readonly clerk: Pick<ClerkClient, 'send'>;
  readonly kept: KeptLists;
  readonly signal: AbortSignal;
  /** Told how many users and organizations are read; undefined if nobody looks on. */
  readonly tell: ((done: { readonly progress: number; readonly total: number }) => void) | undefined;
}

/** Clerk's largest page. */
const PAGE = 500;
const NOT_FOR_IT: readonly number[] = [402, 403, 404];
/** How many organizations are read at once. */
const AT_ONCE = 4;
/** How often a page is asked for, beyond what the client itself repeats, and the first wait; each next one is twice as long. */
const TRIES = 6;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60_000;

/**
 * Reads the instance, except what was read before. Each page is kept at once.
 * @throws ClerkError when Clerk cannot be read, and the signal's reason
 */
export async function readInstance(reading: Reading): Promise<ApiContent> {
  const all = (name: string, args?: Arguments, of?: string): Promise<readonly unknown[]> => readAll(reading, name, args, of);
  const optional = (name: string): Promise<readonly unknown[]> => whereAllowed(reading, name);
  const oldest = { order_by: '+created_at' };
  const total = reading.tell === undefined ? 0 : await countUsers(reading);
  const countPages = (): void => reading.tell?.({ progress: reading.kept.count(USERS), total });
  const users = await readAll(reading, USERS, oldest, undefined, countPages);
  const found = (await all('Organizations_listSortedByCreationDate', oldest)) as readonly { readonly id: string }[];
  const organizations = new Array<ApiContent['organizations'][number]>(found.length);
  let next = 0;
  let done = 0;
  const turn = async (): Promise<void> => {
    for (let nth = next++; nth < found.length; nth = next++) {
      const organization = found[nth];
      if (organization === undefined) return;
      const { id } = organization;
      try {
        const memberships = await all('OrganizationMemberships_getAllMembers', { organization_id: id }, id);
        const invitations = await all('OrganizationInvitations_list', { organization_id: id }, id);
        organizations[nth] = { organization, memberships, invitations };
      } catch (error) {
        // The others finish the page that they are at.
        next = found.length;
        throw error;
      }
      reading.tell?.({ progress: users.length + ++done, total: users.length + found.length });
    }
  };
  const turns = await Promise.allSettled(Array.from({ length: AT_ONCE }, turn));
  for (const each of turns) if (each.status === 'rejected') throw each.reason;
  return {
    users,
    organizations,
    organization_domains: await optional('OrganizationDomains_listForInstance'),
    permissions: await optional('OrganizationPermissions_list'),
    roles: await optional('OrganizationRoles_list'),
    role_sets: await optional('RoleSets_list'),
    invitations: await all('Invitations_listAllNonRevoked'),
    allowlist: await all('AllowlistBlocklist_listAllowedIdentifiers'),
    blocklist: await all('AllowlistBlocklist_listBlockedIdentifiers'),
    domains: await all('Domains_getAllDomains'),
  };
}

const USERS = 'Users_listSortedByCreationDate';

/** Zero where it cannot be told. */
async function countUsers({ clerk, signal }: Reading): Promise<number> {
  const counted = await clerk.send(catalog.get('Users_getTotalCount'), {}, { signal }).catch(() => undefined);
  return Number((counted?.value as { readonly total_count?: number } | undefined)?.total_count ?? 0);
}

/** An empty list where the instance does not have the feature, or its plan does not include it. */
async function whereAllowed(reading: Reading, name: string): Promise<readonly unknown[]> {
  try {
    return await readAll(reading, name);
  } catch (error) {
    if (!(error instanceof ClerkApiError) || !NOT_FOR_IT.includes(error.status)) throw error;
    await reading.kept.take({ list: name, rows: [], whole: true });
    return [];
  }
}

/** Every row of a list, page by page where it has pages. */
async function readAll(
  reading: Reading,
  name: string,
  args: Arguments = {},
  of?: string,
  onPage?: () => void,
): Promise<readonly unknown[]> {
  const { kept } = reading;
  const list = of === undefined ? name : `${name} ${of}`;
  const paged = catalog.get(name).places.has('offset');
  for (;;) {
    const rows = kept.rows(list);
    if (rows !== undefined) return rows;
    const page = await readPage(reading, name, paged ? { ...args, limit: PAGE, offset: kept.count(list) } : args);
    await kept.take({ list, rows: page, whole: !paged || page.length < PAGE });
    onPage?.();
  }
}

/** Tries again what may pass: a limit that was reached, a fault of Clerk's, a connection that broke. */
async function readPage({ clerk, kept, signal }: Reading, name: string, args: Arguments): Promise<readonly unknown[]> {
  const operation = catalog.get(name);
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      const { value } = await clerk.send(operation, args, { signal });
      return Array.isArray(value) ? value : (value as { readonly data: readonly unknown[] }).data;
    } catch (error) {
      signal.throwIfAborted();
      // Where nothing was read yet it is an address or a key that is wrong, more often than a fault that passes.
      if (!(error instanceof ClerkError) || !mayPass(error) || tries >= TRIES || kept.total === 0) throw error;
      await sleep(waitFor(error, tries), undefined, { signal });
    }
  }
}

function mayPass(error: ClerkError): boolean {
  if (error instanceof ClerkApiError) return error.status === 429 || error.status >= 500;
  return [ClerkConnectionError, ClerkTimeoutError, ClerkBusyError, ClerkAnswerError].some((kind) => error instanceof kind);
}

function waitFor(error: ClerkError, tries: number): number {
  const { retry_after_seconds: seconds } = error.toModel();
  const asked = typeof seconds === 'number' ? seconds * 1000 : 0;
  return Math.min(LONGEST_WAIT_MS, Math.max(asked, FIRST_WAIT_MS * 2 ** (tries - 1)));
}
