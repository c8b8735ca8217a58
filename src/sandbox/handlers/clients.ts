import { clientOfToken } from '../domain/client-tokens.js';
import { gets } from '../domain/found.js';
import { answers, type Handlers } from '../handler.js';
import { lists } from '../list.js';
import { clients } from '../resources/client.js';

export const clientsHandlers: Handlers = {
  Clients_listSortedByCreationDate: lists(clients, { envelope: 'bare' }),
  Clients_getDetails: gets(clients),
  Clients_verifyClientToken: answers(async ({ instance, body }) =>
    clients.show(await clientOfToken(instance, body.token), instance),
  ),
};
