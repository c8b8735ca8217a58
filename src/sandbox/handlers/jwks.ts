import { answers, type Handlers } from '../handler.js';

export const jwksHandlers: Handlers = {
  Jwks_getJsonWebKeySet: answers(async ({ instance }) => ({
    keys: [await instance.keys.publicJwk()],
  })),
};
