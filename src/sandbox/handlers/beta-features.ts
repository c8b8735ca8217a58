import { patchSetting } from '../domain/patch-setting.js';
import { endAllSessions } from '../domain/sessions.js';
import { answers, type Handler, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { domains, primaryDomain } from '../resources/domain.js';
import { authentication, authSettings, instanceSettings, restrictions } from '../resources/instance-settings.js';
import { malformedParam, missingParam, refuse, refuseParam } from '../sandbox-error.js';

type ChangeDomain = BodyOf<'BetaFeatures_updateInstanceDomain'>;

const LOCAL_PART = /^[a-zA-Z0-9]+$/;

/** The domain that a home address stands for. A secondary application keeps its subdomain. */
function domainOf(body: ChangeDomain): string {
  const { home_url: home } = body;
  if (home === undefined) throw missingParam('home_url');
  const address = /^[a-z]+:\/\//i.test(home) ? home : `https://${home}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !url.hostname.includes('.')) {
    throw malformedParam('home_url', 'home_url must be such as https://www.example.com.');
  }
  return body.is_secondary === true ? url.hostname : url.hostname.replace(/^www\./, '');
}

/** Moves the instance to another domain. Every session of the old one ends. */
function changeDomain(instance: Instance, body: ChangeDomain): void {
  if (instance.store.setting(authentication).environment_type !== 'production') {
    const why = 'Only a production instance has a domain of its own to change; this one is for development.';
    throw refuse(400, 'request_invalid_for_environment', 'Request invalid for environment', why);
  }
  const name = domainOf(body);
  const primary = primaryDomain(instance);
  const holder = instance.one(domains, 'name', name);
  if (holder !== undefined && holder !== primary) {
    throw refuseParam('home_url_taken', 'home_url', 'is taken', `${name} is a domain of this instance already.`);
  }
  instance.update(domains, primary, { name });
  endAllSessions(instance, 'ended');
}

const domainChange: Handler = {
  status: 202,
  run: ({ instance, body }) => changeDomain(instance, body as ChangeDomain),
};

export const betaFeaturesHandlers: Handlers = {
  BetaFeatures_updateInstanceDomain: domainChange,
  BetaFeatures_updateProductionInstanceDomain: domainChange,

  BetaFeatures_updateInstanceSettings: answers(({ instance, body }) => {
    const { from_email_address: from, restricted_to_allowlist: restricted } = body;
    if (typeof from === 'string' && !LOCAL_PART.test(from)) {
      throw malformedParam('from_email_address', 'from_email_address must be the local part alone, of letters and digits.');
    }
    if (typeof restricted === 'boolean') instance.store.set(restrictions, { allowlist: restricted });
    patchSetting(instance, instanceSettings, { test_mode: body.test_mode });
    return {
      object: 'instance_settings',
      id: instance.id,
      restricted_to_allowlist: instance.store.setting(restrictions).allowlist,
      ...patchSetting(instance, authSettings, body),
    };
  }),
};
