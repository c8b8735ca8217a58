import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { anyClaims, id, limitTo100, offset, revocationReason, secondsUntilExpiration } from './schemas.js';

const subject = z.string().describe('Owner: user_, org_, mch_ or scim_ id');
const keyDescription = z.string().max(255).nullable().optional();

export const apiKeys = {
  list: defineOperation({
    name: 'ApiKeys_list',
    clerk: 'getApiKeys',
    request: 'GET /api_keys',
    title: 'List API keys',
    description: "One owner's keys for your application's own API, without the secrets.",
    query: {
      type: z.string().min(3).optional().describe('Default api_key'),
      subject,
      include_invalid: z.enum(['true', 'false']).optional().describe('Also revoked and expired ones'),
      limit: limitTo100,
      offset,
      query: z.string().optional(),
    },
    risk: 'read',
  }),

  createKey: defineOperation({
    name: 'ApiKeys_createKey',
    clerk: 'createApiKey',
    request: 'POST /api_keys',
    title: 'Create an API key',
    description:
      "Mints a lasting key with which a user's or organization's programs call your application's API, and shows its secret. " +
      'Between your own services: M2mTokens_createToken.',
    body: {
      type: z.string().min(3).max(25).optional().describe('Default api_key'),
      name: z.string().min(3).describe('No space at either end'),
      description: keyDescription,
      subject,
      claims: anyClaims,
      scopes: z.array(z.string()).optional(),
      created_by: z.string().nullable().optional().describe('User id'),
      seconds_until_expiration: secondsUntilExpiration.describe('Default: never'),
    },
    risk: 'credential',
    effect:
      'Mints the API key {name} for {subject} (scopes {scopes}) and shows its secret {where}: whoever has it can call your API in their name.',
    undo: { by: 'ApiKeys_revokeKey', with: { apiKeyID: '{answer.id}' }, lost: 'what was done with it stays done' },
  }),

  verifyKey: defineOperation({
    name: 'ApiKeys_verifyKey',
    clerk: 'verifyApiKey',
    request: 'POST /api_keys/verify',
    title: 'Verify an API key',
    description: 'Tells whose a secret is, with its scopes and claims; an error when it is not valid.',
    body: {
      secret: z.string(),
    },
    risk: 'read',
    idempotent: true,
    secrets: ['secret'],
  }),

  deleteById: defineOperation({
    name: 'ApiKeys_deleteById',
    clerk: 'deleteApiKey',
    request: 'DELETE /api_keys/{apiKeyID}',
    title: 'Delete an API key',
    description: 'Voids the key and erases its record. To keep the record: ApiKeys_revokeKey.',
    path: { apiKeyID: id },
    risk: 'destructive',
    effect: 'Deletes the API key {target} for good: programs that use it are refused, and no record of it stays.',
    target: { read: 'ApiKeys_getById' },
    undo: { never: 'a deleted key cannot be brought back' },
  }),

  getById: defineOperation({
    name: 'ApiKeys_getById',
    clerk: 'getApiKey',
    request: 'GET /api_keys/{apiKeyID}',
    title: 'Get an API key',
    description: 'Owner, scopes, expiry and last use of a key; the secret: ApiKeys_getSecret.',
    path: { apiKeyID: id },
    risk: 'read',
  }),

  updateKey: defineOperation({
    name: 'ApiKeys_updateKey',
    clerk: 'updateApiKey',
    request: 'PATCH /api_keys/{apiKeyID}',
    title: 'Update an API key',
    description: 'Changes what a key may do or when it expires; the secret stays and inputs left out stay.',
    path: { apiKeyID: id },
    body: {
      claims: anyClaims,
      scopes: z.array(z.string()).optional().describe('The whole new list'),
      description: keyDescription,
      subject: subject.optional(),
      seconds_until_expiration: secondsUntilExpiration,
    },
    risk: 'write',
    raises: [
      { when: { input: 'subject', is: 'given' }, risk: 'access', effect: 'Makes API key {target} act in the name of {subject}.' },
      {
        when: { input: ['scopes', 'claims'], is: 'given' },
        risk: 'access',
        effect: 'Changes what API key {target} may do: scopes {scopes}, claims {claims}.',
      },
      {
        when: { input: 'seconds_until_expiration', is: 'given' },
        risk: 'access',
        effect: 'Changes how long API key {target} works, to {seconds_until_expiration} seconds; null stands for ever.',
      },
    ],
    target: { read: 'ApiKeys_getById' },
    undo: { by: 'ApiKeys_updateKey', with: { apiKeyID: '{apiKeyID}' }, restores: 'inputs', unread: ['seconds_until_expiration'] },
  }),

  revokeKey: defineOperation({
    name: 'ApiKeys_revokeKey',
    clerk: 'revokeApiKey',
    request: 'POST /api_keys/{apiKeyID}/revoke',
    title: 'Revoke an API key',
    description: 'Voids a key for good, as when it leaked, and keeps its record with the reason.',
    path: { apiKeyID: id },
    body: {
      revocation_reason: revocationReason,
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Revokes the API key {target} for good: programs that use it are refused.',
    target: { read: 'ApiKeys_getById' },
    undo: { never: 'what was revoked cannot be made valid again' },
  }),

  getSecret: defineOperation({
    name: 'ApiKeys_getSecret',
    clerk: 'getApiKeySecret',
    request: 'GET /api_keys/{apiKeyID}/secret',
    title: 'Get API key secret',
    description: 'Reveals the live secret of a key. To look at the key only: ApiKeys_getById.',
    path: { apiKeyID: id },
    risk: 'credential',
    effect: "Shows {where} the secret of API key {target}: whoever has it can call your API in its owner's name.",
    target: { read: 'ApiKeys_getById' },
    undo: { never: 'a secret that was shown stays known' },
  }),
};
