import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttp, stopAll } from '../support/http-program.js';
import { MisbehavingServer, silent } from '../support/misbehaving-server.js';
import { call, openSession, post } from '../support/raw-http.js';
import { RawProgram } from '../support/raw-program.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();
const started: RawProgram[] = [];
const start = (...args: ConstructorParameters<typeof RawProgram>): RawProgram => {
  const program = new RawProgram(...args);
  started.push(program);
  return program;
};

afterEach(async () => {
  for (const program of started.splice(0)) program.child.kill('SIGKILL');
  await stopAll();
  await endSandboxes();
});

let pipes = 0;

/** A named pipe, whose reader can go and come again. */
function namedPipe(): { path: string; reader: number; writer: number } {
  const path = join(scratch, `pipe-${pipes++}`);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { path, reader, writer: openSync(path, constants.O_WRONLY) };
}

/** More calls than any pipe or socket takes lines of, all of them answered. */
async function answersMany(program: RawProgram, from = 1): Promise<void> {
  const answers = [];
  for (let id = from; id < from + 800; id++) {
    answers.push(program.answer(id));
    program.call(id, 'Users_getUserDetails', { user_id: '' });
  }
  await Promise.all(answers);
}

const UNWRITABLE: Record<string, () => number | 'unread'> = {
  'is a socket that is never read': () => 'unread',
  'is a pipe that is never read': () => namedPipe().writer,
  'is a pipe whose reader has gone': () => {
    const { reader, writer } = namedPipe();
    closeSync(reader);
    return writer;
  },
  'is a full disk': () => openSync('/dev/full', 'w'),
};

describe.each(Object.entries(UNWRITABLE))('over stdio, when stderr %s', (_, stderr) => {
  it('calls are answered, and the process ends with its input', async () => {
    const program = start(['--sandbox'], {}, { stderr: stderr() });
    await program.handshake();
    await answersMany(program);
    program.child.stdin?.end();
    await once(program.child, 'exit');
    expect(program.child.exitCode).toBe(0);
  });

  it('a signal ends the process, and the log is let go of', async () => {
    const log = join(scratch, `audit-${started.length}-${pipes++}.log`);
    const program = start(['--sandbox', '--audit-log', log], {}, { stderr: stderr() });
    await program.handshake();
    await answersMany(program);
    expect(existsSync(`${log}.lock`)).toBe(true);
    program.child.kill('SIGTERM');
    await once(program.child, 'exit');
    expect(program.child.exitCode).toBe(0);
    expect(existsSync(`${log}.lock`)).toBe(false);
  });
});

describe('a client that dies in the middle of a call', () => {
  it('leaves no orphan and no lock behind', async () => {
    const upstream = await MisbehavingServer.start(silent);
    const log = join(scratch, 'orphan.log');
    const env = { CLERK_SECRET_KEY: 'sk_test_orphan', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'trace' };
    const program = start(['--audit-log', log], env);
    await program.handshake();
    program.call(1, 'Users_createNewUser', { first_name: 'Ada' });
    await upstream.hasArrived(1);
    for (const stream of [program.child.stdout, program.child.stderr, program.child.stdin]) stream?.destroy();
    await once(program.child, 'exit');
    expect(program.child.exitCode).toBe(0);
    expect(existsSync(`${log}.lock`)).toBe(false);
    await upstream.stop();
  });
});

describe('lines that were dropped', () => {
  it('are told once stderr takes lines again', async () => {
    const { path, reader, writer } = namedPipe();
    const program = start(['--sandbox'], {}, { stderr: writer });
    await program.handshake();
    closeSync(reader);
    await answersMany(program);
    const lines = createInterface({ input: new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) }) });
    const told: Promise<number> = new Promise((resolve) => {
      lines.on('line', (line) => {
        const { dropped } = JSON.parse(line === '' ? '{}' : line) as { dropped?: number };
        if (dropped !== undefined) resolve(dropped);
      });
    });
    await answersMany(program, 2000);
    expect(await told).toBeGreaterThan(100);
    // The program may be killed in the middle of a line.
    lines.close();
    closeSync(writer);
  });

  it('are counted in the metrics', async () => {
    const server = await startHttp();
    server.child.stderr?.destroy();
    const session = await openSession(server.url);
    for (let id = 1; id <= 5; id++) {
      const { json } = await post(`${server.url}/mcp`, call(id, 'Users_getTotalCount'), session);
      expect(json.result).toBeDefined();
    }
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(Number(/^clerk_mcp_log_lines_dropped_total (\d+)$/m.exec(figures)?.[1])).toBeGreaterThan(0);
    expect((await server.stop()).code).toBe(0);
  });
});

describe('the sandbox, when stderr is gone', () => {
  it('answers and ends on a signal', async () => {
    const sandbox = await startSandboxProgram();
    sandbox.child.stderr?.destroy();
    expect((await sandbox.request('GET', '/users/count')).status).toBe(200);
    expect((await sandbox.request('GET', '/nothing')).status).toBe(404);
    sandbox.child.kill('SIGTERM');
    expect((await sandbox.ended).code).toBe(0);
  });
});
