import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from './is-loopback.js';
import { UserError } from './user-error.js';

/** The proxy that the environment names is no address that can be used. */
class ProxyError extends UserError {
  override readonly name = 'ProxyError';
}

const KINDS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:']);

/**
 * The proxy for an address, by `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` in either case; none for this
 * machine, which no proxy reaches. May hold a password: show {@link nameOf} it.
 * @throws UserError
 */
export function proxyFor(address: string | URL): URL | undefined {
  const url = new URL(address);
  if (isLoopback(url.hostname)) return undefined;
  const given = getProxyForUrl(url.href);
  if (given === '') return undefined;
  const proxy = URL.canParse(given) ? new URL(given) : undefined;
  if (proxy === undefined || !KINDS.has(proxy.protocol)) {
    throw new ProxyError('HTTPS_PROXY, or ALL_PROXY, is no address of a proxy, like http://proxy.example:3128.');
  }
  // Where no scheme is given, the package takes that of the request; a proxy is spoken to in the clear unless it says otherwise.
  return isNamed(given) ? proxy : new URL(given.replace(/^https:/, 'http:'));
}

/** Whether a variable has this very text. */
const isNamed = (text: string): boolean =>
  ['https_proxy', 'http_proxy', 'all_proxy'].some((name) => [name, name.toUpperCase()].some((key) => process.env[key] === text));

/** Scheme, host and port. */
export const nameOf = ({ protocol, host }: URL): string => `${protocol}//${host}`;

/** The global `fetch`, through the proxy where the environment names one for the address. */
export async function fetchByProxy(address: string | URL, init: RequestInit): Promise<Response> {
  const proxy = proxyFor(address);
  if (proxy === undefined) return fetch(address, init);
  const { ProxyAgent, fetch: fetchWith } = await import('undici');
  type Init = Parameters<typeof fetchWith>[1];
  const dispatcher = new ProxyAgent(proxy.href);
  const response = await fetchWith(address, { ...init, dispatcher } as Init);
  // It closes once the body has been read.
  void dispatcher.close().catch(() => {});
  return response as unknown as Response;
}
