import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { anyClaims, id, limitTo100, offset, revocationReason, secondsUntilExpiration } from './schemas.js';

export const m2mTokens = {
  list: defineOperation({
    name: 'M2mTokens_list',
    clerk: 'getM2MTokens',
    request: 'GET /m2m_tokens',
    title: 'List M2M tokens',
    description: "A machine's opaque tokens, without their secret; JWTs are not stored.",
    query: {
      subject: z.string().describe('Machine id, mch_…'),
      revoked: z.boolean().nullable().optional(),
      expired: z.boolean().nullable().optional(),
      limit: limitTo100,
      offset,
    },
    risk: 'read',
  }),

  createToken: defineOperation({
    name: 'M2mTokens_createToken',
    clerk: 'createM2MToken',
    request: 'POST /m2m_tokens',
    title: 'Create an M2M token',
    description:
      "Mints a token with which a machine calls others. Works only if this server runs with that machine's secret key; with the instance's key Clerk refuses it.",
    body: {
      token_format: z.enum(['opaque', 'jwt']).optional().describe('Default opaque; a jwt cannot be revoked'),
      seconds_until_expiration: secondsUntilExpiration.describe("Default: the machine's default_token_ttl"),
      claims: anyClaims,
      min_remaining_ttl_seconds: z
        .int()
        .min(0)
        .optional()
        .describe('Reuse an opaque token with the same claims that still lives this long; below the lifetime'),
    },
    risk: 'credential',
    effect:
      'Mints a machine-to-machine token (format {token_format}, seconds to live {seconds_until_expiration}) and shows it {where}: whoever has it can call your services as that machine.',
    undo: { by: 'M2mTokens_revokeToken', with: { m2m_token_id: '{answer.id}' }, lost: 'what was done with it stays done' },
  }),

  verifyToken: defineOperation({
    name: 'M2mTokens_verifyToken',
    clerk: 'verifyM2MToken',
    request: 'POST /m2m_tokens/verify',
    title: 'Verify an M2M token',
    description: 'Tells which machine a token belongs to, with its claims and scopes; an error when it is not valid.',
    body: {
      token: z.string(),
    },
    risk: 'read',
    idempotent: true,
    secrets: ['token'],
  }),

  revokeToken: defineOperation({
    name: 'M2mTokens_revokeToken',
    clerk: 'revokeM2MToken',
    request: 'POST /m2m_tokens/{m2m_token_id}/revoke',
    title: 'Revoke an M2M token',
    description: 'Voids an opaque token; a JWT stays valid until it expires. Stop new ones: Machines_rotateSecretKey.',
    path: { m2m_token_id: id },
    body: {
      revocation_reason: revocationReason,
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Revokes M2M token {m2m_token_id} for good: calls made with it are refused.',
    undo: { never: 'what was revoked cannot be made valid again' },
  }),
};
