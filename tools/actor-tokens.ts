import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id } from './schemas.js';

export const actorTokens = {
  createToken: defineOperation({
    name: 'ActorTokens_createToken',
    clerk: 'CreateActorToken',
    request: 'POST /actor_tokens',
    title: 'Create actor token',
    description:
      'Mints a token and link to impersonate a user; the session token names the actor. ' +
      'User in person: SigninTokens_createToken.',
    body: {
      user_id: z.string().describe('Impersonated'),
      actor: z.looseObject({ sub: z.string().describe("Impersonator's user id") }),
      expires_in_seconds: z.int().optional().describe('Default 3600'),
      session_max_duration_in_seconds: z.int().optional().describe('Default 1800'),
    },
    risk: 'credential',
    effect: 'Shows {where} a link with which anybody can act as {target}, with {actor} recorded as the actor.',
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: { by: 'ActorTokens_revokeToken', with: { actor_token_id: '{answer.id}' }, lost: 'what was done with it stays done' },
  }),

  revokeToken: defineOperation({
    name: 'ActorTokens_revokeToken',
    clerk: 'RevokeActorToken',
    request: 'POST /actor_tokens/{actor_token_id}/revoke',
    title: 'Revoke actor token',
    description: 'Voids an unused impersonation token. A session begun with it: Sessions_revokeSession.',
    path: { actor_token_id: id },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Voids actor token {actor_token_id} for good, so that it starts no impersonation.',
    undo: { never: 'what was revoked cannot be made valid again' },
  }),
};
