import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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
  /** Lets it take connections and say nothing, as one that hangs, until it is woken. */
  freeze(): void;
  wake(): void;
  /** Starts it again on the same port, with what it has on disk; by default that is nothing. */
  restart(): Promise<void>;
}

export interface RedisServerOptions {
  /** More of what a configuration file has, as flags. */
  readonly flags?: readonly string[];
  /** Speaks TLS only, with this certificate. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A Redis of the test's own, on a free port of the loopback interface, that keeps nothing on disk. */
export async function startRedis({ flags = [], tls }: RedisServerOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const listening = tls === undefined ? ['--port', `${port}`] : tlsFlags(port, tls);
  const all = [...listening, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no', ...flags];
  let child = await launchRedis(all);
  return {
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    port,
    kill: () => killRedis(child),
    freeze: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    restart: async () => {
      child = await launchRedis(all);
    },
  };
}

const tlsFlags = (port: number, { certificate, key }: { certificate: string; key: string }): string[] => [
  ...['--port', '0', '--tls-port', `${port}`, '--tls-cert-file', certificate, '--tls-key-file', key],
  ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
];

/** A group that cannot be set up must not leave its servers behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** @param sign what it says once it can be used */
export function launchRedis(args: readonly string[], sign = /ready to accept connections/i): Promise<ChildProcess> {
  const child = spawn(redis.program(), args, { env: systemEnv, stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (sign.test(said)) resolve(child);
    });
    child.once('error', reject);
    running.add(child);
    child.once('exit', () => {
      running.delete(child);
      reject(new Error(`${redis.program()} ended: ${said}`));
    });
  });
}

export async function killRedis(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
