import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NODE } from './node.js';
import { childEnv, type Ended, PROGRAM } from './program.js';

export interface HttpProgram {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** The log so far, a line each. */
  readonly log: Record<string, unknown>[];
  readonly stderr: () => string;
  /** Resolves with the first line of the log, from now or before, that has the message. */
  readonly logged: (message: string) => Promise<Record<string, unknown>>;
  readonly ended: Promise<Ended>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>;
}

export interface HttpProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const running: HttpProgram[] = [];

/** Starts the built program on a free port and waits until it listens. Default: on its sandbox. */
export async function startHttp(options: HttpProgramOptions = {}): Promise<HttpProgram> {
  const args = ['http', '--port', '0', ...(options.args ?? ['--sandbox'])];
  const child = spawn(NODE, [PROGRAM, ...args], { env: childEnv(options.env), stdio: ['ignore', 'pipe', 'pipe'] });
  const log: Record<string, unknown>[] = [];
  const raw: string[] = [];
  const stdout: string[] = [];
  const waiting: { message: string; resolve: (line: Record<string, unknown>) => void }[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(String(chunk)));
  createInterface({ input: child.stderr }).on('line', (text) => {
    raw.push(text);
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as Record<string, unknown>;
    log.push(line);
    for (const entry of [...waiting]) {
      if (!String(line.msg).includes(entry.message)) continue;
      waiting.splice(waiting.indexOf(entry), 1);
      entry.resolve(line);
    }
  });
  const stderr = (): string => raw.join('\n');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout.join(''), stderr: stderr() }));
  });
  const logged = (message: string): Promise<Record<string, unknown>> => {
    const known = log.find((line) => String(line.msg).includes(message));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => waiting.push({ message, resolve }));
  };
  const line = await Promise.race([
    logged('listening on '),
    ended.then((end) => {
      throw new Error(`the program ended before it listened: ${JSON.stringify(end)}`);
    }),
  ]);
  const url = String(line.url);
  const program: HttpProgram = {
    url,
    port: Number(new URL(url).port),
    child,
    log,
    stderr,
    logged,
    ended,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
  running.push(program);
  return program;
}

/** Ends whatever a test left running. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((program) => program.stop('SIGKILL')));
}
