import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { proxyUrl } from './schemas.js';

export const proxyChecks = {
  verifyProxyConfiguration: defineOperation({
    name: 'ProxyChecks_verifyProxyConfiguration',
    clerk: 'VerifyDomainProxy',
    request: 'POST /proxy_checks',
    title: 'Check a proxy',
    description: 'Tests whether a proxy works for a domain, before Domains_updateDomain sets it or after.',
    body: {
      domain_id: z.string().optional(),
      proxy_url: proxyUrl.optional(),
    },
    risk: 'read',
    openWorld: true,
  }),
};
