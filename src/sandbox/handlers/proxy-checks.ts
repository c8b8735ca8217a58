import { refuseBrokenProxy } from '../domain/domain-names.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import { domains } from '../resources/domain.js';
import { proxyChecks, proxyKey } from '../resources/proxy-check.js';
import { missingParam, refuseParam } from '../sandbox-error.js';

type CheckProxy = BodyOf<'ProxyChecks_verifyProxyConfiguration'>;

/** @throws SandboxError `form_param_missing` */
function given(body: CheckProxy, name: keyof CheckProxy): string {
  const value = body[name];
  if (value === undefined || value === '') throw missingParam(name);
  return value;
}

export const proxyChecksHandlers: Handlers = {
  ProxyChecks_verifyProxyConfiguration: answers(({ instance, body }) => {
    const domainId = given(body, 'domain_id');
    const url = given(body, 'proxy_url');
    if (instance.get(domains, domainId) === undefined) {
      throw refuseParam('form_resource_not_found', 'domain_id', 'was not found', `No domain was found with id ${domainId}.`);
    }
    refuseBrokenProxy(url);
    const held = instance.of(proxyChecks);
    const earlier = held.one('proxy', proxyKey(domainId, url));
    const result = { successful: true, last_run_at: instance.now() };
    const row = earlier ? held.update(earlier, result) : held.insert({ domain_id: domainId, proxy_url: url, ...result });
    return proxyChecks.show(row, instance);
  }),
};
