import type { Instance } from '../instance.js';
import { type DomainRow, domains } from '../resources/domain.js';
import { refuseParam, type SandboxError } from '../sandbox-error.js';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** `example.com`, `localhost:3000`. */
const NAME = new RegExp(`^(?:localhost|(?:${LABEL}\\.)+[a-z][a-z0-9-]*[a-z0-9])(?::\\d{1,5})?$`);

/** Clerk's own domains, and what it sets up below every domain. */
const RESERVED = ['clerk.com', 'clerk.dev', 'clerk.accounts.dev', 'lcl.dev'];
const RESERVED_LABELS = ['clerk.', 'accounts.', 'clkmail.'];
/** Hosts whose customers share one domain, so that none of them can set its DNS. */
const HOSTING = ['vercel.app', 'netlify.app', 'github.io', 'pages.dev', 'herokuapp.com', 'onrender.com', 'fly.dev'];

/** Whether the name is below a hosting provider's domain. */
export const isHosts = (name: string): boolean => HOSTING.some((domain) => isWithin(name, domain));

const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

const refuseName = (code: string, message: string, why: string): SandboxError => refuseParam(code, 'name', message, why);

/** A host in lower case. @throws SandboxError */
export function parseHost(given: string): string {
  const name = given.trim().toLowerCase();
  if (NAME.test(name)) return name;
  throw refuseName('form_param_format_invalid', 'is invalid', 'name must be a host such as example.com, without scheme or path.');
}

/** A domain's name in lower case. @param self The domain that may have it already. @throws SandboxError */
export function parseDomainName(instance: Instance, given: string, self?: DomainRow): string {
  const name = parseHost(given);
  if (RESERVED.some((domain) => isWithin(name, domain)))
    throw refuseName('reserved_domain', 'is reserved', `${name} is Clerk's.`);
  const label = RESERVED_LABELS.find((start) => name.startsWith(start));
  if (label !== undefined) {
    throw refuseName('reserved_subdomain', 'is reserved', `Clerk sets up ${label}${name.slice(label.length)} itself.`);
  }
  const host = HOSTING.find((domain) => isWithin(name, domain));
  if (host !== undefined) {
    throw refuseName(
      'known_hosting_domain',
      'is a hosting domain',
      `DNS records cannot be set below ${host}; use a domain of your own.`,
    );
  }
  const holder = instance.one(domains, 'name', name);
  if (holder !== undefined && holder !== self) {
    throw refuseName('home_url_taken', 'is taken', `${name} is a domain of this instance already.`);
  }
  return name;
}

/**
 * Whether a proxy would reach Clerk. Nothing is sent: a proxy works when its address is well-formed, except below
 * `.invalid`, the top-level domain that never resolves, so that a failing one can be tried too.
 */
const proxyWorks = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url?.protocol === 'https:' &&
    url.hostname.includes('.') &&
    !url.hostname.endsWith('.invalid') &&
    `${url.username}${url.password}${url.search}${url.hash}` === ''
  );
};

/** @throws SandboxError `invalid_proxy_configuration` when the proxy would not reach Clerk. */
export function refuseBrokenProxy(url: string): void {
  if (proxyWorks(url)) return;
  const why = `${url} is no https address of a proxy that answers.`;
  throw refuseParam('invalid_proxy_configuration', 'proxy_url', 'Invalid proxy configuration', why);
}
