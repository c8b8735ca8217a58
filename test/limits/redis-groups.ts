import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import { storeKeys } from '../../src/limits/store-keys.js';
import { freePort } from '../support/free-port.js';
import { killRedis, launchRedis, type RedisServer, startRedis } from './redis-server.js';

/** Servers that copy each other, and choose another primary when theirs is gone. */
export interface RedisGroup {
  /** What `--store` is given, without the password. */
  readonly url: string;
  /** The primary that has the keys of this program, as the group sees it now. */
  primary(): Promise<RedisServer>;
  /** Cuts the replicas off: what the primary takes from now on, nobody else has. */
  cutOff(): Promise<void>;
  /** Lets them copy again, whoever the primary is then. */
  reconnect(): Promise<void>;
  /** A connection to one of the servers. */
  at(server: RedisServer): Redis;
  stop(): Promise<void>;
}

/** Quick enough for a test, and slow enough for a busy machine not to be taken for a dead server. */
const DOWN_AFTER_MS = 2_000;
const POLL = { timeout: 60_000, interval: 50 };
let files = 0;
/** Copies quickly, into a file of its own that no other server finds. */
const copying = (directory: string): string[] => [
  ...['--repl-diskless-sync-delay', '0', '--dir', directory, '--dbfilename', `copy-${files++}.rdb`],
];

/** What the Sentinels ask for, which is not the password of the servers. */
export const SENTINELS_PASSWORD = 'hunter3-of-the-sentinels';

/** One primary, two replicas, and three Sentinels that watch over them. */
export async function startSentinels(directory: string, password: string): Promise<RedisGroup> {
  const start = (...flags: string[]): Promise<RedisServer> =>
    startRedis({ flags: ['--requirepass', password, '--masterauth', password, ...copying(directory), ...flags] });
  const first = await start();
  const replicaOf = ['--replicaof', '127.0.0.1', `${first.port}`];
  const servers = [first, await start(...replicaOf), await start(...replicaOf)];
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const sentinels = await Promise.all(
    ports.map(async (port) => {
      const file = join(directory, `sentinel-${port}.conf`);
      const lines = [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${directory}`,
        `sentinel monitor clerk 127.0.0.1 ${first.port} 2`,
        `sentinel auth-pass clerk ${password}`,
        `sentinel down-after-milliseconds clerk ${DOWN_AFTER_MS}`,
        'sentinel failover-timeout clerk 6000',
        `requirepass ${SENTINELS_PASSWORD}`,
        `sentinel sentinel-pass ${SENTINELS_PASSWORD}`,
      ];
      await writeFile(file, lines.join('\n'));
      return launchRedis([file, '--sentinel'], /\+monitor/);
    }),
  );
  const connections = connectionsTo(servers, password);
  const sentinel = new Redis(ports[0] as number, '127.0.0.1', { password: SENTINELS_PASSWORD });
  const ask = async (what: string): Promise<unknown> => sentinel.call('SENTINEL', what, 'clerk');
  await vi.waitFor(async () => {
    const about = fields(await ask('MASTER'));
    const known = ((await ask('REPLICAS')) as unknown[]).map(fields);
    const good = known.filter((one) => one.get('master-link-status') === 'ok' && one.get('flags') === 'slave');
    expect([about.get('num-other-sentinels'), good.length]).toEqual(['2', 2]);
  }, POLL);
  return {
    url: `redis+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/clerk`,
    primary: async () => {
      const [, port] = (await ask('GET-MASTER-ADDR-BY-NAME')) as [string, string];
      return servers.find((server) => server.port === Number(port)) as RedisServer;
    },
    ...connections,
    stop: async () => {
      sentinel.disconnect();
      connections.close();
      await Promise.all([...sentinels.map(killRedis), ...servers.map((server) => server.kill())]);
    },
  };
}

const PRIMARIES = 3;
const SLOTS = 16_384;

/** Three primaries with a replica each. */
export async function startCluster(directory: string, password: string): Promise<RedisGroup> {
  const servers: RedisServer[] = [];
  const buses: number[] = [];
  for (let at = 0; at < 2 * PRIMARIES; at++) {
    // The port that they use among themselves is otherwise 10,000 above, which may be taken or be none.
    const bus = await freePort();
    const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', join(directory, `nodes-${bus}.conf`)];
    const flags = [...cluster, '--cluster-node-timeout', `${DOWN_AFTER_MS}`, '--cluster-port', `${bus}`, ...copying(directory)];
    servers.push(await startRedis({ flags: [...flags, '--requirepass', password, '--masterauth', password] }));
    buses.push(bus);
  }
  const connections = connectionsTo(servers, password);
  const tell = async (at: number, ...args: (string | number)[]): Promise<unknown> =>
    connections.at(servers[at] as RedisServer).call('CLUSTER', ...args.map(String));
  const all = servers.map((_, at) => at);
  const ids = await Promise.all(all.map(async (at) => String(await tell(at, 'MYID'))));
  for (let at = 0; at < PRIMARIES; at++) {
    const from = Math.ceil((at * SLOTS) / PRIMARIES);
    await tell(at, 'ADDSLOTSRANGE', from, Math.ceil(((at + 1) * SLOTS) / PRIMARIES) - 1);
    await tell(at, 'SET-CONFIG-EPOCH', at + 1);
  }
  for (const at of all.slice(1)) await tell(0, 'MEET', '127.0.0.1', servers[at]?.port ?? 0, buses[at] ?? 0);
  for (const at of all.slice(PRIMARIES)) {
    const of = ids[at - PRIMARIES] as string;
    await vi.waitFor(async () => expect(String(await tell(at, 'NODES'))).toContain(of), POLL);
    await tell(at, 'REPLICATE', of);
  }
  await vi.waitFor(async () => {
    const states = await Promise.all(all.map(async (at) => String(await tell(at, 'INFO')).includes('cluster_state:ok')));
    const known = await Promise.all(all.map(async (at) => String(await tell(at, 'NODES')).match(/\bslave /g)?.length === 3));
    const copies = await Promise.all(servers.slice(PRIMARIES).map((server) => connections.isLinked(server)));
    expect([...states, ...known, ...copies]).not.toContain(false);
  }, POLL);
  const slot = Number(await tell(0, 'KEYSLOT', storeKeys('clerk-mcp').memory));
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    primary: async () => {
      // One of the others sees what became of it.
      const views = await Promise.all(all.map((at) => tell(at, 'SLOTS').catch(() => [])));
      const [view] = views.filter((one) => (one as unknown[]).length > 0) as [number, number, [string, number]][][];
      const port = view?.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
      return servers.find((server) => server.port === port) as RedisServer;
    },
    ...connections,
    stop: async () => {
      connections.close();
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}

function connectionsTo(servers: readonly RedisServer[], password: string) {
  const clients = new Map(
    servers.map((server) => {
      const client = new Redis(server.port, '127.0.0.1', { password, enableOfflineQueue: true, maxRetriesPerRequest: 0 });
      client.on('error', () => {});
      return [server, client];
    }),
  );
  const at = (server: RedisServer): Redis => clients.get(server) as Redis;
  const replication = async (server: RedisServer): Promise<string> => String(await at(server).info('replication'));
  const isLinked = async (server: RedisServer): Promise<boolean> => (await replication(server)).includes('master_link_status:up');
  const onEach = async (act: (client: Redis) => Promise<unknown>): Promise<void> => {
    await Promise.all([...clients.values()].map((client) => act(client).catch(() => {})));
  };
  return {
    at,
    isLinked,
    cutOff: async () => {
      await onEach((client) => client.config('SET', 'masterauth', 'not-the-password'));
      await onEach((client) => client.call('CLIENT', 'KILL', 'TYPE', 'master'));
      await vi.waitFor(async () => expect(await Promise.all(servers.map(isLinked))).not.toContain(true), POLL);
    },
    reconnect: () => onEach((client) => client.config('SET', 'masterauth', password)),
    close: (): void => {
      for (const client of clients.values()) client.disconnect();
    },
  };
}

/** A list of names and values as a map; some versions of the protocol have made one of it already. */
function fields(flat: unknown): Map<string, string> {
  const list = Array.isArray(flat)
    ? flat.map(String)
    : Object.entries(flat as object)
        .flat()
        .map(String);
  const map = new Map<string, string>();
  for (let at = 0; at < list.length; at += 2) map.set(String(list[at]), String(list[at + 1]));
  return map;
}
