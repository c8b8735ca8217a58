import * as z from 'zod';
import { answers, type Handlers } from '../handler.js';

const publicKey = z.strictObject({
  use: z.literal('sig'),
  kty: z.literal('RSA'),
  kid: z.string(),
  alg: z.string(),
  n: z.string(),
  e: z.string(),
});

export const jwksHandlers: Handlers = {
  Jwks_getJsonWebKeySet: answers(z.strictObject({ keys: z.array(publicKey) }), async ({ instance }) => ({
    keys: [await instance.keys.publicJwk()],
  })),
};
