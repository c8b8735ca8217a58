import { refusal } from '../reply.js';
import type { WellKnown } from './resource-metadata.js';

/** The message for a client without a token, at every address where it looks for a sign-in. */
export const FIXED_TOKEN =
  'This server takes a fixed token, and has no sign-in. Put the header Authorization: Bearer <token> into the configuration of the client; the operator makes tokens with clerk-mcp token new.';

/** Where clients look for an authorization server, and where they try to register even if they found none. */
const LOOKED_AT = /^(?:\/.*)?\/\.well-known\/(?:oauth-|openid-configuration)|^\/register\/?$/;

/** Answers where clients look for OAuth, since they show people what they find there. */
export const noOAuth: WellKnown = {
  respond: ({ url }) => {
    if (!LOOKED_AT.test(new URL(url).pathname)) return undefined;
    const body = { error: 'invalid_request', error_description: FIXED_TOKEN };
    return refusal(404, body, { 'Access-Control-Allow-Origin': '*' });
  },
};
