import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';

export const oAuthAccessTokens = {
  verifyToken: defineOperation({
    name: 'OAuthAccessTokens_verifyToken',
    clerk: 'verifyOAuthAccessToken',
    request: 'POST /oauth_applications/access_tokens/verify',
    title: 'Verify OAuth access token',
    description:
      'Tells whether a token that this instance issued to an OAuth application is good, with its user, client and scopes. ' +
      'To void one: OAuthApplications_revokeToken.',
    body: {
      access_token: z.string().optional(),
      secret: z.string().optional().describe('Deprecated: use access_token'),
    },
    risk: 'read',
    idempotent: true,
    secrets: ['access_token', 'secret'],
  }),
};
