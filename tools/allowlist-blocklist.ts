import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset, paginated } from './schemas.js';

const identifier = z.string().describe('Email, E.164 phone or web3 wallet');

export const allowlistBlocklist = {
  listAllowedIdentifiers: defineOperation({
    name: 'AllowlistBlocklist_listAllowedIdentifiers',
    clerk: 'ListAllowlistIdentifiers',
    request: 'GET /allowlist_identifiers',
    title: 'List allowed identifiers',
    description: 'Who may sign up while the allowlist is on.',
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  addIdentifierToAllowList: defineOperation({
    name: 'AllowlistBlocklist_addIdentifierToAllowList',
    clerk: 'CreateAllowlistIdentifier',
    request: 'POST /allowlist_identifiers',
    title: 'Allow an identifier',
    description: 'Lets somebody sign up while the allowlist is on. To invite regardless of it: Invitations_createNewInvitation.',
    body: {
      identifier,
      notify: z.boolean().optional().describe('Also mail or text an invitation'),
    },
    risk: 'access',
    effect: 'Lets {identifier} sign up while the allowlist is on.',
    openWorld: true,
    undo: {
      by: 'AllowlistBlocklist_deleteIdentifier',
      with: { identifier_id: '{answer.id}' },
      lost: 'a mail or message that was sent stays sent, and the invitation in it stays open',
    },
  }),

  deleteIdentifier: defineOperation({
    name: 'AllowlistBlocklist_deleteIdentifier',
    clerk: 'DeleteAllowlistIdentifier',
    request: 'DELETE /allowlist_identifiers/{identifier_id}',
    title: 'Remove from allowlist',
    description: 'Takes an entry off the allowlist; no account is deleted.',
    path: { identifier_id: id },
    risk: 'destructive',
    effect: 'Takes {target} off the allowlist: while the allowlist is on, it can no longer be used to sign up.',
    target: { read: 'AllowlistBlocklist_listAllowedIdentifiers', find: 'identifier_id' },
    undo: {
      by: 'AllowlistBlocklist_addIdentifierToAllowList',
      with: { identifier: '{before.identifier}' },
      lost: 'its id and its dates are new, and no invitation belongs to it',
    },
  }),

  listBlockedIdentifiers: defineOperation({
    name: 'AllowlistBlocklist_listBlockedIdentifiers',
    clerk: 'ListBlocklistIdentifiers',
    request: 'GET /blocklist_identifiers',
    title: 'List blocked identifiers',
    description: 'Who is kept out while the blocklist is on.',
    risk: 'read',
  }),

  addIdentifier: defineOperation({
    name: 'AllowlistBlocklist_addIdentifier',
    clerk: 'CreateBlocklistIdentifier',
    request: 'POST /blocklist_identifiers',
    title: 'Block an identifier',
    description: 'Keeps an identifier out while the blocklist is on. Existing account: Users_markBanned.',
    body: { identifier },
    risk: 'write',
    raises: [
      {
        when: { input: 'identifier', is: { matches: '^(?!(?:[^\\s@*%]+@[^\\s@*%]+|\\+?\\d{7,15}|0x[0-9a-f]{40})$)' } },
        risk: 'access',
        effect: 'Keeps out everyone whose address or number matches {identifier}.',
      },
    ],
    leaves: [{ what: 'accounts and sessions that there are already', by: 'Users_markBanned' }],
    undo: { by: 'AllowlistBlocklist_deleteIdentifierFromBlocklist', with: { identifier_id: '{answer.id}' } },
  }),

  deleteIdentifierFromBlocklist: defineOperation({
    name: 'AllowlistBlocklist_deleteIdentifierFromBlocklist',
    clerk: 'DeleteBlocklistIdentifier',
    request: 'DELETE /blocklist_identifiers/{identifier_id}',
    title: 'Remove from blocklist',
    description: 'Takes an entry off the blocklist.',
    path: { identifier_id: id },
    risk: 'destructive',
    effect: 'Takes {target} off the blocklist: it can be used to sign up and sign in again.',
    target: { read: 'AllowlistBlocklist_listBlockedIdentifiers', find: 'identifier_id' },
    raises: [{ risk: 'access', effect: 'Somebody who was kept out can come in.' }],
    undo: {
      by: 'AllowlistBlocklist_addIdentifier',
      with: { identifier: '{before.identifier}' },
      lost: 'its id and its dates are new',
    },
  }),
};
