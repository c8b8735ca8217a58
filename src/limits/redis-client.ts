import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { StoreAddress } from './store-address.js';
import { reasonOf, sentinelReasonOf } from './store-reason.js';

/** A connection to one server, to the primary that Sentinels name, or to a cluster. */
export type RedisClient = Redis | Cluster;

export interface ClientEvents {
  /** It can be tried now. */
  readonly ready: () => void;
  /** It cannot be used, for a reason without data. */
  readonly lost: (reason: string) => void;
}

/** Connections are tried again this often at most, in milliseconds. */
const LONGEST_PAUSE_MS = 1_000;
const pause = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS);

/**
 * Connects in the background and keeps trying. While it is away every command fails at once or within the time limit.
 * @param timeoutMs how long one answer may take
 */
export async function openRedisClient(address: StoreAddress, timeoutMs: number, events: ClientEvents): Promise<RedisClient> {
  // The default export, since a bundled CommonJS module has no other.
  const { Redis, Cluster } = (await import('ioredis')).default;
  const { kind, hosts, tls, username, password, sentinelPassword, db, primary } = address;
  const each = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    family: 0,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    socketTimeout: 2 * timeoutMs,
    connectTimeout: 2 * timeoutMs,
    disableClientInfo: true,
    connectionName: 'clerk-mcp',
    // Whether it can be used is found out by writing, with the right to do no more than that.
    enableReadyCheck: false,
    retryStrategy: pause,
    // A primary that has become a replica: ask again who is the primary. Older servers say it within the error of a script.
    reconnectOnError: (error: Error) => error.message.includes('READONLY'),
  } satisfies RedisOptions;
  const client =
    kind === 'cluster'
      ? new Cluster([...hosts], {
          redisOptions: each,
          lazyConnect: true,
          enableOfflineQueue: false,
          clusterRetryStrategy: pause,
          slotsRefreshTimeout: 2 * timeoutMs,
          // The servers know each other by addresses, and the certificate is checked for the name that was given.
          ...(tls !== undefined && {
            dnsLookup: (host: string, found: (error: null, host: string) => void) => found(null, host),
          }),
        })
      : new Redis({
          ...each,
          db,
          ...(kind === 'server'
            ? hosts[0]
            : {
                sentinels: [...hosts],
                name: String(primary),
                ...(sentinelPassword !== undefined && { sentinelPassword }),
                ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
                sentinelCommandTimeout: 2 * timeoutMs,
                sentinelRetryStrategy: pause,
                failoverDetector: true,
              }),
        });
  watch(client, events);
  return client;
}

function watch(client: RedisClient, { ready, lost }: ClientEvents): void {
  let reason = 'closed';
  client.on('ready', ready);
  client.on('error', (error: unknown) => {
    // That no Sentinel is left says less than what the last one said.
    if (!(error instanceof Error && error.message.startsWith('All sentinels'))) reason = reasonOf(lastOfNodes(error));
    lost(reason);
  });
  client.on('sentinelError', (error: unknown) => {
    reason = sentinelReasonOf(error);
  });
  client.on('close', () => lost(reason));
}

/** That no server of a cluster could be asked says less than why the last one could not. */
const lastOfNodes = (error: unknown): unknown =>
  (error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : undefined) ?? error;
