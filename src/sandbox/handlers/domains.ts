import { isHosts, parseDomainName, refuseBrokenProxy } from '../domain/domain-names.js';
import { changes, deletes } from '../domain/found.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { type DomainRow, domains, primaryDomain } from '../resources/domain.js';
import { authentication } from '../resources/instance-settings.js';
import { invalidParam, refuse, refuseParam } from '../sandbox-error.js';

/** Only a production instance that still is at a host's domain moves to one of its own, and to one only. @throws SandboxError */
function refuseMove(instance: Instance, primary: DomainRow): void {
  const { environment_type: environment } = instance.store.setting(authentication);
  const next = instance.all(domains).find((row) => !row.is_satellite && row !== primary);
  if (next !== undefined) {
    const why = `The instance is on its way to ${next.name}; delete that domain first.`;
    throw refuseParam('primary_domain_already_exists', 'is_satellite', 'Primary domain already exists', why);
  }
  if (environment === 'production' && isHosts(primary.name)) return;
  const why = `is_satellite may be false only where a production instance leaves a hosting provider’s domain; the active one is ${primary.name}.`;
  throw invalidParam('is_satellite', why);
}

export const domainsHandlers: Handlers = {
  Domains_getAllDomains: lists(domains, {
    envelope: 'page',
    defaultOrder: '+created_at',
    within: ({ instance }) => {
      primaryDomain(instance);
      return instance.all(domains);
    },
  }),

  Domains_addSatelliteDomain: answers(({ instance, body }) => {
    const primary = primaryDomain(instance);
    if (!body.is_satellite) refuseMove(instance, primary);
    const proxy = body.proxy_url ?? null;
    if (proxy !== null) refuseBrokenProxy(proxy);
    const name = parseDomainName(instance, body.name);
    const row = instance.insert(domains, { name, is_satellite: body.is_satellite, proxy_url: proxy, development_origin: '' });
    return domains.show(row, instance);
  }),

  Domains_updateDomain: changes(domains, (row, { instance, body }) => {
    const { name, proxy_url: proxy, is_secondary: secondary } = body;
    if (typeof proxy === 'string') refuseBrokenProxy(proxy);
    const { environment_type: environment } = instance.store.setting(authentication);
    if (typeof name === 'string' && !row.is_satellite && environment !== 'production') {
      const why = 'The domain of a development instance is Clerk’s and cannot be changed.';
      throw refuse(400, 'domain_update_forbidden', 'Domain cannot be changed', why);
    }
    // The home of an application is its bare domain, unless it says that its subdomain matters.
    const wanted = row.is_satellite || secondary === true ? name : name?.replace(/^www\./i, '');
    instance.update(domains, row, {
      ...(typeof wanted === 'string' ? { name: parseDomainName(instance, wanted, row) } : {}),
      ...(proxy === undefined ? {} : { proxy_url: proxy }),
    });
  }),

  Domains_deleteSatelliteDomain: deletes(domains, {
    remove: (row, instance) => {
      if (row === primaryDomain(instance)) {
        const why = 'The active domain of an instance cannot be deleted, only changed.';
        throw refuse(403, 'operation_not_allowed_on_primary_domain', 'Not allowed on the primary domain', why);
      }
      instance.delete(domains, row);
    },
  }),
};
