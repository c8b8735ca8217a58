/**
 * One client over stdio, in a process of its own, so that it can be killed: starts a server, calls it until it is told to
 * end, and tells what became of the calls.
 */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { anyCall } from './calls.js';
import { type CallerOptions, PATIENCE_MS, type Told } from './messages.js';
import { Random } from './random.js';

const IN_FLIGHT = 4;
const LONGEST_PAUSE_MS = 60;

const options = JSON.parse(process.argv[2] ?? '') as CallerOptions;
const random = new Random(options.seed);
const tell = (told: Told): void => void process.send?.(told);

const stderr = options.stderr === 'full' ? openSync('/dev/full', 'w') : 'pipe';
const server = spawn(process.execPath, options.args, { env: options.env, stdio: ['pipe', 'pipe', stderr] });
if (options.stderr === 'closed') server.stderr?.destroy();
if (options.stderr === 'read') server.stderr?.resume();
server.stdin?.on('error', () => {});
tell({ kind: 'started', server: server.pid ?? 0 });

const waiting = new Map<number, () => void>();
if (server.stdout === null) throw new Error('no stdout');
createInterface({ input: server.stdout }).on('line', (line) => {
  const { id } = JSON.parse(line) as { id?: number };
  if (id === undefined) return;
  waiting.get(id)?.();
  waiting.delete(id);
});

let lastId = 0;
let ending = false;
let answered = 0;

async function call(method: string, params: object): Promise<void> {
  const id = ++lastId;
  const done = new Promise<void>((resolve) => waiting.set(id, resolve));
  const timer = setTimeout(
    () => tell({ kind: 'unanswered', call: `${options.name}: ${JSON.stringify(params).slice(0, 200)}` }),
    PATIENCE_MS,
  );
  server.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  await done;
  clearTimeout(timer);
  answered++;
}

async function loop(): Promise<void> {
  while (!ending) {
    const { method, params } = anyCall(random, `mark-${options.name}-${lastId}`);
    await call(method, params);
    await new Promise((resolve) => setTimeout(resolve, random.between(0, LONGEST_PAUSE_MS)));
  }
}

process.once('message', () => {
  ending = true;
});
// The soak itself is gone.
process.once('disconnect', () => process.exit());
server.once('exit', (code, signal) => {
  clearTimeout(late);
  tell({ kind: 'answered', calls: answered });
  tell({ kind: 'ended', code, signal, late: false });
  process.disconnect();
});
let late: NodeJS.Timeout | undefined;

const clientInfo = { name: options.name, version: '0' };
await call('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
server.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
tell({ kind: 'ready' });
const told = setInterval(() => {
  tell({ kind: 'answered', calls: answered });
  answered = 0;
}, 1000);
await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
clearInterval(told);
late = setTimeout(() => tell({ kind: 'ended', code: null, signal: null, late: true }), PATIENCE_MS);
server.stdin?.end();
