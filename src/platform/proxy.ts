import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from './is-loopback.js';
import { UserError } from './user-error.js';

/** The proxy in the environment is not a usable address. */
class ProxyError extends UserError {
  override readonly name = 'ProxyError';
}

const KINDS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:']);

/**
 * The proxy for an address, from `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` in either case; none for this
 * machine, which no proxy reaches. It may hold a password: show only its {@link nameOf}.
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
  // Without a scheme the package would take the request's; we speak plain HTTP to a proxy unless its address says otherwise.
  return isNamed(given) ? proxy : new URL(given.replace(/^https:/, 'http:'));
}

/** Whether a variable holds exactly this text. */
const isNamed = (text: string): boolean =>
  ['https_proxy', 'http_proxy', 'all_proxy'].some((name) => [name, name.toUpperCase()].some((key) => process.env[key] === text));

/** Scheme, host and port. */
export const nameOf = ({ protocol, host }: URL): string => `${protocol}//${host}`;

/** The global `fetch`, through a proxy if the environment names one for the address. */
export async function fetchByProxy(address: string | URL, init: RequestInit): Promise<Response> {
  const proxy = proxyFor(address);
  if (proxy === undefined) return fetch(address, init);
  const { ProxyAgent, fetch: fetchWith } = await import('undici');
  type Init = Parameters<typeof fetchWith>[1];
  const dispatcher = new ProxyAgent(proxy.href);
  const response = await fetchWith(address, { ...init, dispatcher } as Init);
  // Closes once the body has been read.
  void dispatcher.close().catch(() => {});
  return response as unknown as Response;
}
