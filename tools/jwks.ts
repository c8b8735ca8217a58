import { defineOperation } from '../src/catalog/declaration.js';

export const jwks = {
  getJsonWebKeySet: defineOperation({
    name: 'Jwks_getJsonWebKeySet',
    clerk: 'GetJWKS',
    request: 'GET /jwks',
    title: 'Get public keys',
    description: 'Public keys that verify session tokens.',
    risk: 'read',
  }),
};
