import { type Dispatcher, Pool, ProxyAgent } from 'undici';

export interface PoolOptions {
  readonly origin: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly proxy: URL | undefined;
}

/** Connections to one address. A separate module, so that undici is loaded with the first call and not at startup. */
export function openPool({ origin, connections, connectTimeoutMs, proxy }: PoolOptions): Dispatcher {
  const options = {
    connections,
    // One request per connection at a time, so that undici never has one to resend on its own.
    pipelining: 1,
    // The call's own limit covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const connect = { timeout: connectTimeoutMs };
  if (proxy === undefined) return new Pool(origin, { ...options, connect });
  return new ProxyAgent({ ...options, uri: proxy.href, proxyTls: connect, requestTls: connect });
}
