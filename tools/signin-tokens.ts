import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id } from './schemas.js';

export const signinTokens = {
  createToken: defineOperation({
    name: 'SigninTokens_createToken',
    clerk: 'CreateSignInToken',
    request: 'POST /sign_in_tokens',
    title: 'Create sign-in token',
    description:
      'Mints a one-time token and link that sign the user in without password. ' +
      'To act as somebody else: ActorTokens_createToken.',
    body: {
      user_id: z.string(),
      org_id: z.string().nullable().optional().describe('Organization to make active'),
      expires_in_seconds: z.int().min(1).nullable().optional().describe('Default 2592000 (30 days)'),
    },
    risk: 'credential',
    effect: 'Shows {where} a link with which anybody can sign in as {target} until it expires or is used.',
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: { by: 'SigninTokens_revokeToken', with: { sign_in_token_id: '{answer.id}' }, lost: 'what was done with it stays done' },
  }),

  revokeToken: defineOperation({
    name: 'SigninTokens_revokeToken',
    clerk: 'RevokeSignInToken',
    request: 'POST /sign_in_tokens/{sign_in_token_id}/revoke',
    title: 'Revoke sign-in token',
    description: 'Voids an unused sign-in token. Sessions begun with a used one: Sessions_revokeSession.',
    path: { sign_in_token_id: id },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Voids sign-in token {sign_in_token_id} for good, so that its link signs nobody in.',
    undo: { never: 'what was revoked cannot be made valid again' },
  }),
};
