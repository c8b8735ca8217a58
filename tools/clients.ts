import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset, paginated } from './schemas.js';

export const clients = {
  listSortedByCreationDate: defineOperation({
    name: 'Clients_listSortedByCreationDate',
    clerk: 'GetClientList',
    request: 'GET /clients',
    title: 'List clients',
    description: 'All clients (browsers and devices), newest first.',
    deprecated: 'Use Sessions_listSortedByCreationDate, which names client_id.',
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  verifyClientToken: defineOperation({
    name: 'Clients_verifyClientToken',
    clerk: 'VerifyClient',
    request: 'POST /clients/verify',
    title: 'Verify client token',
    description: 'Finds the client, with sessions, that a client JWT belongs to; an error if invalid.',
    body: {
      token: z.string(),
    },
    risk: 'read',
    idempotent: true,
    secrets: ['token'],
  }),

  getDetails: defineOperation({
    name: 'Clients_getDetails',
    clerk: 'GetClient',
    request: 'GET /clients/{client_id}',
    title: 'Get a client',
    description: 'One client (browser or device) with its sessions.',
    path: { client_id: id },
    risk: 'read',
  }),
};
