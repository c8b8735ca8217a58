import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id } from './schemas.js';

export const ssoBypassAllowlistUsers = {
  list: defineOperation({
    name: 'SsoBypassAllowlistUsers_list',
    clerk: 'ListSSOBypassAllowlistUsers',
    request: 'GET /sso_bypass_allowlist_users',
    title: 'List SSO bypass users',
    description: 'Who may sign in by e-mail code past their enterprise connection.',
    query: { enterprise_connection_id: z.string().optional() },
    risk: 'read',
  }),

  addUser: defineOperation({
    name: 'SsoBypassAllowlistUsers_addUser',
    clerk: 'CreateSSOBypassAllowlistUser',
    request: 'POST /sso_bypass_allowlist_users',
    title: 'Let a user bypass SSO',
    description: 'Lets a user sign in by e-mail code, past every connection that serves a verified address of theirs.',
    body: { user_id: z.string() },
    risk: 'access',
    effect: 'Lets {target} sign in by email code, without their identity provider and whatever it would have checked.',
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: { by: 'SsoBypassAllowlistUsers_removeUser', with: { userID: '{user_id}' }, watch: [] },
  }),

  removeUser: defineOperation({
    name: 'SsoBypassAllowlistUsers_removeUser',
    clerk: 'DeleteSSOBypassAllowlistUser',
    request: 'DELETE /sso_bypass_allowlist_users/{userID}',
    title: 'End SSO bypass',
    description: 'Sends a user back to their identity provider, for every connection.',
    path: { userID: id },
    risk: 'destructive',
    defensive: true,
    effect: 'Takes {target} off the list: they can sign in through their identity provider only.',
    target: { read: 'Users_getUserDetails', with: { user_id: 'userID' } },
    undo: { by: 'SsoBypassAllowlistUsers_addUser', with: { user_id: '{userID}' }, watch: [] },
  }),
};
