import { clientOfToken } from '../domain/client-tokens.js';
import { creates, gets } from '../domain/found.js';
import type { Handlers } from '../handler.js';
import { lists } from '../list.js';
import { clients } from '../resources/client.js';

export const clientsHandlers: Handlers = {
  Clients_listSortedByCreationDate: lists(clients, { envelope: 'bare' }),
  Clients_getDetails: gets(clients),
  Clients_verifyClientToken: creates(clients, ({ instance, body }) => clientOfToken(instance, body.token)),
};
