import { isLoopback } from '../../platform/is-loopback.js';
import { UserError } from '../../platform/user-error.js';
import { type Reply, refuse } from '../reply.js';

export interface HostsOptions {
  /** Names under which clients reach the server: `mcp.example.com` for any port, `mcp.example.com:8443` for one. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages whose scripts may use the server: `https://app.example.com`, with `:*` for any port. */
  readonly allowedOrigins: readonly string[];
}

/** An entry of a list of hosts or origins that can match nothing, or too much. */
export class HostEntryError extends UserError {
  override readonly name = 'HostEntryError';
}

/** A name or an address in brackets, optionally with a port. No user, no path, no other notation of an address. */
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d{1,5}))?$/;
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(.+)$/;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * What is allowed by default: on a loopback address, its usual names and this machine's pages; elsewhere the host itself,
 * and no pages. A host that stands for all addresses has no name of its own.
 */
export function defaultHosts(host: string): HostsOptions {
  if (isLoopback(host)) {
    return {
      allowedHosts: [...new Set([...LOCAL_NAMES, bracketed(host)])],
      allowedOrigins: LOCAL_NAMES.flatMap((name) => [`http://${name}:*`, `https://${name}:*`]),
    };
  }
  return {
    allowedHosts: host === '' || host === '0.0.0.0' || /^\[?::\]?$/.test(host) ? [] : [bracketed(host)],
    allowedOrigins: [],
  };
}

/** More spellings of allowed hosts than are ever used. */
const MOST_SEEN = 100;

/**
 * Refuses requests that a foreign page makes a browser send: to a name that was made to point here (DNS rebinding), or
 * from an origin that is not allowed.
 */
export class Hosts {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  /** Hosts as they were written that are allowed: nearly all requests write the same one. */
  readonly #seen = new Set<string>();

  /** @throws HostEntryError */
  constructor({ allowedHosts, allowedOrigins }: HostsOptions) {
    this.#hosts = new Set(allowedHosts.map(hostEntry));
    this.#origins = new Set(allowedOrigins.map(originEntry));
  }

  /** The refusal, or `undefined` for a request that may go on. */
  checkHost(request: Pick<Request, 'headers' | 'url'>, { host: named } = new URL(request.url)): Reply | undefined {
    const header = request.headers.get('host');
    // A request line with an absolute URL names a host of its own: both must be ours.
    if (!this.#isAllowedHost(named) || (header !== null && !this.#isAllowedHost(header))) {
      return refuse(403, 'This Host is not served here. The operator can add it with --allowed-hosts.');
    }
    return undefined;
  }

  /** The same, for a request that a page may have made. */
  checkOrigin({ headers }: Pick<Request, 'headers'>): Reply | undefined {
    const origin = headers.get('origin');
    if (origin === null || this.isAllowedOrigin(origin)) return undefined;
    return refuse(403, 'Pages of this Origin may not use this server. The operator can add it with --allowed-origins.');
  }

  /** Whether the origin is allowed, for the headers that let its page read the answer. */
  isAllowedOrigin(origin: string): boolean {
    const parsed = parseOrigin(origin.toLowerCase());
    return parsed !== undefined && (this.#origins.has(parsed.exact) || this.#origins.has(parsed.anyPort));
  }

  #isAllowedHost(host: string): boolean {
    if (this.#seen.has(host)) return true;
    const isAllowed = this.#findHost(host);
    if (isAllowed && this.#seen.size < MOST_SEEN) this.#seen.add(host);
    return isAllowed;
  }

  #findHost(host: string): boolean {
    const parsed = parseAuthority(host.toLowerCase());
    if (parsed === undefined) return false;
    // Without a port, the scheme's default is meant, and a proxy may have changed the scheme.
    const ports = parsed.port === undefined ? Object.values(DEFAULT_PORTS) : [parsed.port];
    return this.#hosts.has(parsed.name) || ports.some((port) => this.#hosts.has(`${parsed.name}:${port}`));
  }
}

function parseAuthority(text: string): { name: string; port: string | undefined } | undefined {
  const [, name, port] = AUTHORITY.exec(text) ?? [];
  if (name === undefined || (port !== undefined && Number(port) > 65_535)) return undefined;
  if (!name.startsWith('[')) return { name, port };
  // An address has many spellings; the URL parser normalizes them.
  return URL.canParse(`http://${name}`) ? { name: new URL(`http://${name}`).hostname, port } : undefined;
}

function parseOrigin(text: string): { exact: string; anyPort: string } | undefined {
  const [, scheme = '', rest = ''] = ORIGIN.exec(text) ?? [];
  const authority = parseAuthority(rest);
  if (authority === undefined) return undefined;
  const port = authority.port ?? DEFAULT_PORTS[scheme] ?? '';
  return { exact: `${scheme}://${authority.name}:${port}`, anyPort: `${scheme}://${authority.name}:*` };
}

function hostEntry(entry: string): string {
  const parsed = parseAuthority(entry.trim().toLowerCase());
  if (parsed === undefined)
    throw new HostEntryError(`${JSON.stringify(entry)} is not a host. Expected mcp.example.com or mcp.example.com:8443.`);
  return parsed.port === undefined ? parsed.name : `${parsed.name}:${parsed.port}`;
}

function originEntry(entry: string): string {
  const text = entry.trim().toLowerCase().replace(/\/$/, '');
  const parsed = parseOrigin(text.replace(/:\*$/, ''));
  if (parsed === undefined)
    throw new HostEntryError(`${JSON.stringify(entry)} is not an origin. Expected https://app.example.com.`);
  return text.endsWith(':*') ? parsed.anyPort : parsed.exact;
}

const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
