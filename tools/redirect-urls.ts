import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset, paginated } from './schemas.js';

export const redirectUrls = {
  listAll: defineOperation({
    name: 'RedirectUrLs_listAll',
    clerk: 'ListRedirectURLs',
    request: 'GET /redirect_urls',
    title: 'List redirect URLs',
    description: 'Where sign-in flows, mostly of native apps, may return to.',
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  createNewUrl: defineOperation({
    name: 'RedirectUrLs_createNewUrl',
    clerk: 'CreateRedirectURL',
    request: 'POST /redirect_urls',
    title: 'Allow a redirect URL',
    description: "Lets sign-in flows return to a URL. An OAuth client's own are set by OAuthApplications_updateApplication.",
    body: {
      url: z.string().describe('https:// or a custom scheme: my-app://callback'),
    },
    risk: 'access',
    effect: 'Lets sign-in flows hand what they bring to {url}.',
    undo: { by: 'RedirectUrLs_removeById', with: { id: '{answer.id}' } },
  }),

  removeById: defineOperation({
    name: 'RedirectUrLs_removeById',
    clerk: 'DeleteRedirectURL',
    request: 'DELETE /redirect_urls/{id}',
    title: 'Remove a redirect URL',
    description: 'Sign-in flows that return to it fail from then on.',
    path: { id },
    risk: 'destructive',
    effect: 'Removes {target} from the allowed redirect URLs: sign-in flows that return to it fail.',
    target: { read: 'RedirectUrLs_getById' },
    undo: { by: 'RedirectUrLs_createNewUrl', with: { url: '{before.url}' }, lost: 'its id and its dates are new' },
  }),

  getById: defineOperation({
    name: 'RedirectUrLs_getById',
    clerk: 'GetRedirectURL',
    request: 'GET /redirect_urls/{id}',
    title: 'Get a redirect URL',
    description: 'One allowed redirect URL.',
    path: { id },
    risk: 'read',
  }),
};
