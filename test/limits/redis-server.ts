import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../support/free-port.js';
import { installed, systemEnv } from '../support/installed.js';

const redis = installed(['redis-server', 'valkey-server'], '--version');

/** Tests that need a Redis are left out where none is installed, unless everything was asked for. */
export const withoutRedis = redis.isLeftOut;

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Stops the program as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it has on disk; by default that is nothing. */
  restart(): Promise<void>;
}

export interface RedisServerOptions {
  /** More of what a configuration file has, as flags. */
  readonly flags?: readonly string[];
  /** Speaks TLS only, with the certificate of the tests. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A Redis of the test's own, on a free port of the loopback interface, that keeps nothing on disk. */
export async function startRedis({ flags = [], tls }: RedisServerOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const listening =
    tls === undefined
      ? ['--port', `${port}`]
      : ['--port', '0', '--tls-port', `${port}`, '--tls-cert-file', tls.certificate, '--tls-key-file', tls.key].concat([
          '--tls-auth-clients',
          'no',
          '--tls-ca-cert-file',
          tls.certificate,
        ]);
  const all = [...listening, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no', ...flags];
  let child = await launch(all);
  return {
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    port,
    kill: () => kill(child),
    restart: async () => {
      child = await launch(all);
    },
  };
}

export interface RedisGroup {
  /** What `--store` is given. */
  readonly url: string;
  /** Stops the primary that has the keys of this program, as a crash would, and returns its place among the servers. */
  killPrimary(): Promise<number>;
  readonly servers: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Quick enough for a test, and slow enough for a busy machine not to be taken for a dead server. */
const DOWN_AFTER_MS = 1_000;
const POLL_MS = 50;

/** One primary, two replicas, and three Sentinels that watch over them. */
export async function startSentinels(directory: string, { password }: { readonly password?: string } = {}): Promise<RedisGroup> {
  const auth = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const first = await startRedis({ flags: auth });
  const replicaOf = ['--replicaof', '127.0.0.1', `${first.port}`, '--repl-diskless-sync-delay', '0', ...auth];
  const servers = [first, await startRedis({ flags: replicaOf }), await startRedis({ flags: replicaOf })];
  const children: ChildProcess[] = [];
  const ports: number[] = [];
  for (let at = 0; at < 3; at++) {
    const port = await freePort();
    ports.push(port);
    const file = join(directory, `sentinel-${at}.conf`);
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      `sentinel monitor clerk 127.0.0.1 ${first.port} 2`,
      `sentinel down-after-milliseconds clerk ${DOWN_AFTER_MS}`,
      'sentinel failover-timeout clerk 6000',
      'sentinel parallel-syncs clerk 2',
      ...(password === undefined ? [] : [`sentinel auth-pass clerk ${password}`]),
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    children.push(await launch([file, '--sentinel'], /monitor master|\+monitor/));
  }
  const port = ports[0] as number;
  const sentinel = new Redis(port, '127.0.0.1', { lazyConnect: false });
  const ask = (what: string): Promise<unknown> => sentinel.call('SENTINEL', what, 'clerk');
  await until(async () => {
    const about = fields(await ask('MASTER'));
    const replicas = ((await ask('REPLICAS')) as unknown[]).map(fields);
    return (
      about.get('num-other-sentinels') === '2' &&
      replicas.length === 2 &&
      replicas.every((replica) => replica.get('master-link-status') === 'ok' && replica.get('flags') === 'slave')
    );
  });
  const userinfo = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return {
    url: `redis+sentinel://${userinfo}${ports.map((one) => `127.0.0.1:${one}`).join(',')}/clerk`,
    servers,
    killPrimary: async () => {
      const [, primary] = (await ask('GET-MASTER-ADDR-BY-NAME')) as [string, string];
      const at = servers.findIndex((server) => server.port === Number(primary));
      await servers[at]?.kill();
      return at;
    },
    stop: async () => {
      sentinel.disconnect();
      await Promise.all([...children.map(kill), ...servers.map((server) => server.kill())]);
    },
  };
}

const KEY_OF_OURS = '{clerk-mcp}';

/** Three primaries with a replica each. */
export async function startCluster(directory: string): Promise<RedisGroup> {
  const servers: RedisServer[] = [];
  for (let at = 0; at < 6; at++) {
    const file = join(directory, `nodes-${at}.conf`);
    const flags = ['--cluster-enabled', 'yes', '--cluster-config-file', file, '--cluster-node-timeout', `${DOWN_AFTER_MS}`];
    // The port that the servers use among themselves is otherwise 10,000 above, which may be taken or be none.
    servers.push(
      await startRedis({ flags: [...flags, '--cluster-port', `${await freePort()}`, '--repl-diskless-sync-delay', '0'] }),
    );
  }
  const clients = servers.map((server) => new Redis(server.port, '127.0.0.1'));
  for (const client of clients) client.on('error', () => {});
  const [one] = clients as [Redis];
  const cluster = (client: Redis, ...args: (string | number)[]): Promise<unknown> => client.call('CLUSTER', ...args.map(String));
  const ids = await Promise.all(clients.map((client) => cluster(client, 'MYID').then(String)));
  for (const [at, client] of clients.slice(0, 3).entries()) {
    await cluster(client, 'ADDSLOTSRANGE', Math.ceil((at * 16_384) / 3), Math.ceil(((at + 1) * 16_384) / 3) - 1);
    await cluster(client, 'SET-CONFIG-EPOCH', at + 1);
  }
  for (const server of servers.slice(1)) {
    const bus = /@(\d+)/.exec(String(await cluster(clients[servers.indexOf(server)] as Redis, 'NODES')))?.[1];
    await cluster(one, 'MEET', '127.0.0.1', server.port, bus ?? '');
  }
  const isKnown = async (client: Redis, nth: number): Promise<boolean> =>
    String(await cluster(client, 'NODES')).includes(ids[nth] as string);
  for (let at = 3; at < 6; at++) {
    await until(() => isKnown(clients[at] as Redis, at - 3));
    await cluster(clients[at] as Redis, 'REPLICATE', ids[at - 3] as string);
  }
  await until(async () => {
    const states = await Promise.all(clients.map(async (client) => String(await cluster(client, 'INFO'))));
    const links = await Promise.all(clients.slice(3).map(async (client) => String(await client.info('replication'))));
    const known = await Promise.all(clients.map(async (client) => String(await cluster(client, 'NODES'))));
    return (
      states.every((state) => state.includes('cluster_state:ok')) &&
      links.every((link) => link.includes('master_link_status:up')) &&
      known.every((nodes) => nodes.match(/ (?:myself,)?slave /g)?.length === 3)
    );
  });
  return {
    url: `redis+cluster://${servers
      .slice(0, 3)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',')}`,
    servers,
    killPrimary: async () => {
      const slot = Number(await cluster(one, 'KEYSLOT', KEY_OF_OURS));
      const slots = (await cluster(clients.find(({ status }) => status === 'ready') ?? one, 'SLOTS')) as [
        number,
        number,
        [string, number],
      ][];
      const port = slots.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
      const at = servers.findIndex((server) => server.port === port);
      await servers[at]?.kill();
      return at;
    },
    stop: async () => {
      for (const client of clients) client.disconnect();
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}

/** A list of names and values, as a map. */
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

/** Asks again and again, for as long as a busy machine may take. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('the servers did not come together');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function launch(args: readonly string[], sign = /ready to accept connections/i): Promise<ChildProcess> {
  const child = spawn(redis.program(), args, { env: systemEnv, stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (sign.test(said)) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${redis.program()} ended: ${said}`)));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
