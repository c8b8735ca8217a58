import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '../../test/limits/redis-server.js';
import { type HttpProgram, startHttp } from '../../test/support/http-program.js';
import { type Nginx, startNginx } from '../../test/support/nginx.js';
import { runProgram } from '../../test/support/program.js';
import { tokenFile } from '../../test/support/token-file.js';
import { heapOf, TELL_HEAP } from '../heap.js';
import { Upstream } from './upstream.js';

/** What one server has used up to now. */
export interface Usage {
  readonly cpuMs: number;
  /** Resident, now and at the most, in bytes. */
  readonly memory: number;
  readonly peak: number;
}

/** What the record says of a write. */
export interface Recorded {
  readonly intents: number;
  readonly successes: number;
}

const TICKS_PER_SECOND = 100;
const MARK = /mark-[\w-]+/;

/** A team's deployment on loopback, as in `deploy/`: nginx, two servers with a record each, a Redis that keeps all, and Clerk. */
export class Deployment {
  readonly upstream: Upstream;
  readonly #directory: string;
  readonly #nginx: Nginx;
  readonly #redis: RedisServer;
  readonly #start: (nth: number, port?: number) => Promise<HttpProgram>;
  readonly #servers: HttpProgram[];

  private constructor(parts: {
    upstream: Upstream;
    directory: string;
    nginx: Nginx;
    redis: RedisServer;
    start: (nth: number, port?: number) => Promise<HttpProgram>;
    servers: HttpProgram[];
  }) {
    this.upstream = parts.upstream;
    this.#directory = parts.directory;
    this.#nginx = parts.nginx;
    this.#redis = parts.redis;
    this.#start = parts.start;
    this.#servers = parts.servers;
  }

  static async start(directory: string, callers: readonly string[]): Promise<Deployment> {
    const upstream = await Upstream.start();
    const keeps = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
    const redis = await startRedis({ flags: ['--dir', directory, ...keeps] });
    const tokens = await tokenFile(directory, callers);
    const start = (nth: number, port = 0): Promise<HttpProgram> =>
      startHttp({
        args: ['--auth', 'token', '--tokens', tokens, '--store', redis.url, '--confirm', 'token', '--port', `${port}`]
          .concat(['--audit-log', recordOf(directory, nth), '--trusted-proxies', '127.0.0.1'])
          // More than the machine can do: what is looked for is what that is.
          .concat(['--clerk-limit', '1000000', '--max-calls-per-minute', '100000'])
          // One server must be able to take all.
          .concat(['--max-in-flight', `${2 * callers.length}`, '--max-sessions', `${4 * callers.length + 100}`]),
        env: {
          CLERK_SECRET_KEY: 'sk_test_load0123456789',
          CLERK_API_URL: upstream.url,
          CLERK_MCP_SIGNING_KEY: 'the same in all processes of the load',
          NODE_OPTIONS: TELL_HEAP,
        },
      });
    const servers = [await start(0), await start(1)];
    const nginx = await startNginx(
      directory,
      servers.map(({ port }) => port),
    );
    return new Deployment({ upstream, directory, nginx, redis, start, servers });
  }

  /** Where clients call. */
  get url(): string {
    return this.#nginx.url;
  }

  /** Kills a server in the middle of whatever it does, and starts another in its place. */
  async replaceServer(nth: number): Promise<void> {
    const doomed = this.#servers[nth] as HttpProgram;
    await doomed.stop('SIGKILL');
    this.#servers[nth] = await this.#start(nth, doomed.port);
  }

  /** Kills the store and starts it again with what it has on disk. */
  async restartRedis(): Promise<void> {
    await this.#redis.kill();
    await this.#redis.restart();
  }

  usage(): Usage[] {
    return this.#servers.map(({ child }) => usageOf(child.pid ?? 0));
  }

  /** What is on the heaps of both once the garbage is thrown away, in bytes. */
  async heap(): Promise<number> {
    const heaps = await Promise.all(this.#servers.map(({ child }) => heapOf(child)));
    return heaps.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Ends the servers as an operator would, and resolves with what is wrong with their records, a line each. */
  async finish(): Promise<string[]> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    const faults: string[] = [];
    for (const nth of this.#servers.keys()) {
      const { code, stdout, stderr } = await runProgram(['audit', 'verify', recordOf(this.#directory, nth)]);
      if (code !== 0) faults.push(`the record of server ${nth} is not whole: ${stderr || stdout}`);
    }
    return faults;
  }

  /** Of every write that is on record, by its mark. */
  async recorded(): Promise<ReadonlyMap<string, Recorded>> {
    const records = new Map<string, Recorded>();
    for (const nth of this.#servers.keys()) {
      const calls = new Map<string, string>();
      for (const line of await linesOf(recordOf(this.#directory, nth))) {
        const { kind, call = '', status } = JSON.parse(line) as { kind: string; call?: string; status?: number };
        if (kind === 'intent') {
          const mark = MARK.exec(line)?.[0];
          if (mark === undefined) continue;
          calls.set(call, mark);
          const { intents = 0, successes = 0 } = records.get(mark) ?? {};
          records.set(mark, { intents: intents + 1, successes });
        } else if (kind === 'outcome' && status === 200) {
          const mark = calls.get(call);
          const known = mark === undefined ? undefined : records.get(mark);
          if (mark !== undefined && known !== undefined) records.set(mark, { ...known, successes: known.successes + 1 });
        }
      }
    }
    return records;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop('SIGKILL')));
    await this.#nginx.stop();
    await this.#redis.kill();
    await this.upstream.stop();
  }
}

const recordOf = (directory: string, nth: number): string => join(directory, `audit-${nth}.log`);

/** A kill leaves half a line, which the next start completes into one that says so. */
async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
}

function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND,
    memory: bytes('VmRSS'),
    peak: bytes('VmHWM'),
  };
}
