import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { freeObject, id, limit, offset, paginated } from './schemas.js';

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
    defensive: true,
    idempotent: true,
    effect: 'Ends session {target}: its user is signed out there and must sign in again.',
    target: { read: 'Sessions_getDetails' },
    undo: { never: 'an ended session stays ended; signing in begins a new one' },
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
    undo: { never: 'a token that was shown works until it expires' },
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

  createSession: defineOperation({
    name: 'Sessions_createSession',
    clerk: 'createSession',
    request: 'POST /sessions',
    title: 'Create a session',
    description:
      'Opens a session for a user without sign-in, for tests; refused on production instances, where SigninTokens_createToken serves.',
    body: {
      user_id: z.string(),
      active_organization_id: z.string().optional(),
    },
    risk: 'credential',
    effect: 'Opens an active session for {target} and shows it {where}: tokens made from it let anybody act as this user.',
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: { by: 'Sessions_revokeSession', with: { session_id: '{answer.id}' }, lost: 'what was done with it stays done' },
  }),

  refreshSession: defineOperation({
    name: 'Sessions_refreshSession',
    clerk: 'RefreshSession',
    request: 'POST /sessions/{session_id}/refresh',
    title: 'Refresh a session',
    description:
      "Trades a browser's expired session token and its refresh token for a new one. " +
      'Without those cookies: Sessions_createSessionToken.',
    path: { session_id: id },
    body: {
      expired_token: z.string().describe('__session cookie'),
      refresh_token: z.string().describe('__refresh cookie'),
      request_origin: z.string(),
      request_headers: freeObject.nullable().optional(),
      format: z.enum(['token', 'cookie']).nullable().optional().describe('Default token'),
      request_originating_ip: z.string().nullable().optional(),
    },
    risk: 'credential',
    secrets: ['expired_token', 'refresh_token', 'request_headers'],
    effect: 'Shows {where} a new token of session {target}, with which anybody can act as its user until the token expires.',
    target: { read: 'Sessions_getDetails' },
    undo: { never: 'a token that was shown works until it expires' },
  }),

  createSessionToken: defineOperation({
    name: 'Sessions_createSessionToken',
    clerk: 'CreateSessionToken',
    request: 'POST /sessions/{session_id}/tokens',
    title: 'Create default session token',
    description:
      'Mints the standard JWT for the user of a session. From a JWT template: Sessions_createSessionTokenFromTemplate.',
    path: { session_id: id },
    body: {
      expires_in_seconds: z.int().min(30).max(315360000).nullable().optional().describe("Default: the instance's"),
    },
    risk: 'credential',
    effect:
      'Shows {where} a token with which anybody can act as the user of session {target} until it expires ' +
      '(after {expires_in_seconds} seconds, by default the lifetime set for the instance).',
    target: { read: 'Sessions_getDetails' },
    undo: { never: 'a token that was shown works until it expires' },
  }),

  getReverification: defineOperation({
    name: 'Sessions_getReverification',
    clerk: 'GetReverification',
    request: 'GET /sessions/{session_id}/reverifications/{reverification_id}',
    title: 'Get a reverification',
    description: 'Which factors the user of a session has proved again; the client hands over the id.',
    path: { session_id: id, reverification_id: id },
    risk: 'read',
  }),
};
