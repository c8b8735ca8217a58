import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset, paginated } from './schemas.js';

export const sessions = {
  listSortedByCreationDate: defineOperation({
    name: 'Sessions_listSortedByCreationDate',
    clerk: 'GetSessionList',
    request: 'GET /sessions',
    title: 'List sessions',
    description: 'Sessions of one user or client: give user_id or client_id. Old inactive ones are purged.',
    query: {
      client_id: z.string().optional(),
      user_id: z.string().optional(),
      status: z.enum(['abandoned', 'active', 'ended', 'expired', 'removed', 'replaced', 'revoked']).optional(),
      paginated,
      limit,
      offset,
    },
    risk: 'read',
  }),

  getDetails: defineOperation({
    name: 'Sessions_getDetails',
    clerk: 'GetSession',
    request: 'GET /sessions/{session_id}',
    title: 'Get a session',
    description: 'One session with user, status, expiry and latest activity.',
    path: { session_id: id },
    risk: 'read',
  }),

  revokeSession: defineOperation({
    name: 'Sessions_revokeSession',
    clerk: 'RevokeSession',
    request: 'POST /sessions/{session_id}/revoke',
    title: 'Revoke a session',
    description: 'Ends one session; the user may sign in again. To end all and bar sign-in: Users_markBanned.',
    path: { session_id: id },
    risk: 'destructive',
    idempotent: true,
    effect: 'Ends session {target}: its user is signed out there and must sign in again.',
    target: { read: 'Sessions_getDetails' },
  }),

  createSessionTokenFromTemplate: defineOperation({
    name: 'Sessions_createSessionTokenFromTemplate',
    clerk: 'CreateSessionTokenFromTemplate',
    request: 'POST /sessions/{session_id}/tokens/{template_name}',
    title: 'Create a session token',
    description: 'Mints a JWT for the user of a session from a JWT template (JwtTemplates_listAllTemplates).',
    path: { session_id: id, template_name: id },
    body: {
      expires_in_seconds: z.int().min(30).max(315360000).nullable().optional().describe("Default: the template's"),
    },
    risk: 'credential',
    effect:
      'Shows {where} a token made from template {template_name}, with which anybody can act as the user of ' +
      'session {target} until it expires.',
    target: { read: 'Sessions_getDetails' },
  }),

  verifySession: defineOperation({
    name: 'Sessions_verifySession',
    clerk: 'VerifySession',
    request: 'POST /sessions/{session_id}/verify',
    version: '2024-10-01',
    title: 'Verify a session',
    description: 'Answers with the session when it is authenticated, else with an error.',
    deprecated: 'Use Sessions_getDetails; verify tokens with Jwks_getJsonWebKeySet.',
    path: { session_id: id },
    body: {
      token: z.string().optional().describe("JWT from this session's __session cookie"),
    },
    risk: 'read',
    idempotent: true,
    secrets: ['token'],
  }),
};
