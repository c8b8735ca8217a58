import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, isSecondary, proxyUrl } from './schemas.js';

const hostName = z.string().describe('Host without scheme; port only in development');

export const domains = {
  getAllDomains: defineOperation({
    name: 'Domains_getAllDomains',
    clerk: 'ListDomains',
    request: 'GET /domains',
    title: 'List domains',
    description: 'Primary and satellite domains: ids, Clerk URLs, CNAME records to set.',
    risk: 'read',
  }),

  addSatelliteDomain: defineOperation({
    name: 'Domains_addSatelliteDomain',
    clerk: 'AddDomain',
    request: 'POST /domains',
    title: 'Add a satellite domain',
    description: 'Lets an app on another domain share sign-in with the primary one.',
    body: {
      name: hostName,
      is_satellite: z.union([z.literal(true), z.boolean()]).describe("false: moves production here from a host's domain"),
      proxy_url: proxyUrl.nullable().optional(),
    },
    risk: 'access',
    effect: 'Lets the application at {name} share sign-in with the primary domain, by way of {proxy_url}.',
    raises: [
      {
        when: { input: 'is_satellite', is: false },
        risk: 'access',
        effect: 'Begins to move the production instance to the domain {name}.',
      },
    ],
    undo: { by: 'Domains_deleteSatelliteDomain', with: { domain_id: '{answer.id}' } },
  }),

  deleteSatelliteDomain: defineOperation({
    name: 'Domains_deleteSatelliteDomain',
    clerk: 'DeleteDomain',
    request: 'DELETE /domains/{domain_id}',
    title: 'Delete a satellite domain',
    description: 'Ends sign-in on a domain. The active one can only be changed: Domains_updateDomain.',
    path: { domain_id: id },
    risk: 'destructive',
    effect: 'Deletes the domain {target}: nobody can sign in there until it is added and set up anew.',
    target: { read: 'Domains_getAllDomains', find: 'domain_id' },
    typed: 'target',
    undo: { never: 'its DNS and certificates have to be set up anew' },
  }),

  updateDomain: defineOperation({
    name: 'Domains_updateDomain',
    clerk: 'UpdateDomain',
    request: 'PATCH /domains/{domain_id}',
    title: 'Update a domain',
    description:
      'Renames a domain or sets its proxy (null: back to DNS; first try ProxyChecks_verifyProxyConfiguration). A new primary name also moves the home origin: down until DNS and mail are set up. Whole production instance: BetaFeatures_updateInstanceDomain.',
    path: { domain_id: id },
    body: {
      name: hostName.nullable().optional(),
      proxy_url: proxyUrl.nullable().optional(),
      is_secondary: isSecondary.nullable().optional(),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes the domain {target} (name {name}, proxy {proxy_url}, secondary {is_secondary}): sign-in and mail there fail until DNS or the proxy is ready.',
    target: { read: 'Domains_getAllDomains', find: 'domain_id' },
    typed: 'target',
    raises: [
      {
        when: { input: ['name', 'proxy_url'], is: 'filled' },
        risk: 'access',
        effect: 'Sign-ins go by way of the new name or proxy, whose owner sees them.',
      },
    ],
    undo: { by: 'Domains_updateDomain', with: { domain_id: '{domain_id}' }, restores: 'inputs', unread: ['is_secondary'] },
  }),
};
