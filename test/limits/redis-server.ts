import { type ChildProcess, spawn } from 'node:child_process';
import { freePort } from '../support/free-port.js';
import { installed } from '../support/installed.js';

const redis = installed(['redis-server', 'valkey-server'], '--version');

/** Tests that need a Redis are left out where none is installed, unless everything was asked for. */
export const withoutRedis = redis.isLeftOut;

export interface RedisServer {
  readonly url: string;
  /** Stops the program as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
}

/** A Redis of the test's own, on a free port of the loopback interface, that keeps nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const program = redis.program();
  const port = await freePort();
  let child = await launch(program, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => kill(child),
    restart: async () => {
      child = await launch(program, port);
    },
  };
}

function launch(program: string, port: number): Promise<ChildProcess> {
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/ready to accept connections/i.test(said)) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} ended: ${said}`)));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
