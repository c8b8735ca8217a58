import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset } from './schemas.js';

const redirectUris = z.array(z.string()).nullable().optional().describe('Whole list; any URL scheme');
const callbackUrl = z.string().max(1024).nullable().optional().describe('Deprecated: use redirect_uris');
const scopes = z.string().max(1024).nullable().optional();
const isPublic = z.boolean().nullable().optional().describe('No secret, PKCE instead');

export const oAuthApplications = {
  listSortedByDescendingCreationDate: defineOperation({
    name: 'OAuthApplications_listSortedByDescendingCreationDate',
    clerk: 'ListOAuthApplications',
    request: 'GET /oauth_applications',
    title: 'List OAuth applications',
    description: "Apps that sign users in with this instance's accounts.",
    query: {
      limit,
      offset,
      order_by: z.string().optional().describe('created_at, name; -field descends. Default created_at'),
      name_query: z.string().optional().describe('Part of the name, or a whole client_id'),
    },
    risk: 'read',
  }),

  createNewApplication: defineOperation({
    name: 'OAuthApplications_createNewApplication',
    clerk: 'CreateOAuthApplication',
    request: 'POST /oauth_applications',
    title: 'Create an OAuth application',
    description:
      "Registers an app that signs users in with this instance's accounts. Returns its client secret, which no read shows later.",
    body: {
      name: z.string(),
      redirect_uris: redirectUris,
      callback_url: callbackUrl,
      scopes: scopes.describe('Space-separated: profile, email, public_metadata, … or custom; default profile email'),
      consent_screen_enabled: z.boolean().nullable().optional().describe('Default true'),
      pkce_required: z.boolean().nullable().optional(),
      public: isPublic,
    },
    risk: 'credential',
    effect: 'Registers the OAuth application {name} and shows its client secret {where}.',
    raises: [
      {
        risk: 'access',
        effect:
          'The app can then sign users in: redirect URIs {redirect_uris} {callback_url}, scopes {scopes}, consent asked {consent_screen_enabled}, public {public}.',
      },
    ],
    undo: {
      by: 'OAuthApplications_deleteById',
      with: { oauth_application_id: '{answer.id}' },
      lost: 'what was done with it stays done',
    },
  }),

  deleteById: defineOperation({
    name: 'OAuthApplications_deleteById',
    clerk: 'DeleteOAuthApplication',
    request: 'DELETE /oauth_applications/{oauth_application_id}',
    title: 'Delete an OAuth application',
    description: 'Ends sign-in through it for good. Leaked secret: OAuthApplications_rotateSecret.',
    path: { oauth_application_id: id },
    risk: 'destructive',
    effect: 'Deletes the OAuth application {target}: nobody can sign in through it any more. This cannot be undone.',
    target: { read: 'OAuthApplications_getById' },
    typed: 'target',
    undo: { never: 'a deleted application has to be set up anew, with a new secret' },
  }),

  getById: defineOperation({
    name: 'OAuthApplications_getById',
    clerk: 'GetOAuthApplication',
    request: 'GET /oauth_applications/{oauth_application_id}',
    title: 'Get an OAuth application',
    description: 'Its client_id, endpoints and settings; never the secret.',
    path: { oauth_application_id: id },
    risk: 'read',
  }),

  updateApplication: defineOperation({
    name: 'OAuthApplications_updateApplication',
    clerk: 'UpdateOAuthApplication',
    request: 'PATCH /oauth_applications/{oauth_application_id}',
    title: 'Update an OAuth application',
    description: 'Inputs left out stay. New secret: OAuthApplications_rotateSecret.',
    path: { oauth_application_id: id },
    body: {
      name: z.string().nullable().optional(),
      redirect_uris: redirectUris,
      callback_url: callbackUrl,
      scopes: scopes.describe('Space-separated, the whole new set'),
      consent_screen_enabled: z.boolean().nullable().optional().describe('Always on if dynamically registered'),
      pkce_required: z.boolean().nullable().optional(),
      public: isPublic,
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: ['redirect_uris', 'callback_url'], is: 'given' },
        risk: 'access',
        effect: 'Sends the sign-ins of {target} to {redirect_uris} {callback_url}: whoever is there gets the codes of its users.',
      },
      {
        when: { input: 'scopes', is: 'given' },
        risk: 'access',
        effect: 'Changes what {target} may read of its users to {scopes}.',
      },
      {
        when: { input: 'consent_screen_enabled', is: false },
        risk: 'access',
        effect: 'Users of {target} are no longer asked before it gets their data.',
      },
      {
        when: { input: 'pkce_required', is: false },
        risk: 'access',
        effect: 'Lets {target} do without PKCE: a code that is caught can be used.',
      },
      {
        when: { input: 'public', is: 'given' },
        risk: 'access',
        effect: 'Sets whether {target} does without a secret to {public}.',
      },
    ],
    target: { read: 'OAuthApplications_getById' },
    undo: {
      by: 'OAuthApplications_updateApplication',
      with: { oauth_application_id: '{oauth_application_id}' },
      restores: 'inputs',
    },
  }),

  rotateSecret: defineOperation({
    name: 'OAuthApplications_rotateSecret',
    clerk: 'RotateOAuthApplicationSecret',
    request: 'POST /oauth_applications/{oauth_application_id}/rotate_secret',
    title: 'Rotate OAuth client secret',
    description: 'Returns a new client secret; the app fails until it is given the new one.',
    path: { oauth_application_id: id },
    risk: 'destructive',
    defensive: true,
    effect:
      'Replaces the client secret of {target}: sign-in through it fails until the app has the new secret, and the old one cannot be brought back.',
    target: { read: 'OAuthApplications_getById' },
    typed: 'target',
    raises: [{ risk: 'credential', effect: 'Shows the new secret {where}.' }],
    undo: { never: 'the former secret stays void' },
  }),

  uploadLogo: defineOperation({
    name: 'OAuthApplications_uploadLogo',
    clerk: 'UploadOAuthApplicationLogo',
    request: 'PUT /oauth_applications/{oauth_application_id}/logo',
    title: 'Set OAuth application logo',
    description: 'Uploads a logo of at most 10 MB, replacing the present one.',
    path: { oauth_application_id: id },
    body: {
      uploader_user_id: z.string().optional(),
    },
    image: 'file',
    risk: 'write',
    changes: ['client_image_url'],
    undo: { never: 'the former picture is not kept' },
  }),

  revokeToken: defineOperation({
    name: 'OAuthApplications_revokeToken',
    clerk: 'RevokeOAuthApplicationToken',
    request: 'POST /oauth_applications/{oauth_application_id}/revoke_token',
    title: 'Revoke OAuth token',
    description:
      'Voids an access or refresh token that the app got, and all others of the same grant. Opaque tokens only, no JWT.',
    path: { oauth_application_id: id },
    body: {
      token: z.string(),
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    secrets: ['token'],
    effect:
      'Voids the given token of {target} and every other token of the same grant: the app loses its access until the user grants it anew.',
    target: { read: 'OAuthApplications_getById' },
    undo: { never: 'what was revoked cannot be made valid again' },
  }),
};
