import { refusal } from '../reply.js';
import type { WellKnown } from './resource-metadata.js';

/** What a client without a token is told, at whatever address it looks for a sign-in. */
export const FIXED_TOKEN =
  'This server takes a fixed token, and has no sign-in. Put the header Authorization: Bearer <token> into the configuration of the client; the operator makes tokens with clerk-mcp token new.';

/** Where clients look for an authorization server, and, having found none, try to register all the same. */
const LOOKED_AT = /^(?:\/.*)?\/\.well-known\/(?:oauth-|openid-configuration)|^\/register\/?$/;

/** Says so where clients look for OAuth, since what they find there is what they show to people. */
export const noOAuth: WellKnown = {
  respond: ({ url }) => {
    if (!LOOKED_AT.test(new URL(url).pathname)) return undefined;
    const body = { error: 'invalid_request', error_description: FIXED_TOKEN };
    return refusal(404, body, { 'Access-Control-Allow-Origin': '*' });
  },
};
