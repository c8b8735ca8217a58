import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RawProgram } from '../support/raw-program.js';

const started: RawProgram[] = [];
const start = (...args: ConstructorParameters<typeof RawProgram>): RawProgram => {
  const program = new RawProgram(...args);
  started.push(program);
  return program;
};

afterEach(() => {
  for (const program of started.splice(0)) program.child.kill('SIGKILL');
});

/** An upstream that takes requests and answers when told to. */
async function holdingServer(): Promise<{ url: string; request: Promise<ServerResponse>; close: () => void }> {
  const server = createServer();
  const request = once(server, 'request').then(([, response]) => response as ServerResponse);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    request,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const KEY = { CLERK_SECRET_KEY: 'sk_test_lifecycle' };

/** A program whose client has made a call that upstream has, and does not answer. */
async function callInFlight() {
  const upstream = await holdingServer();
  const program = start([], { ...KEY, CLERK_API_URL: upstream.url });
  await program.handshake();
  const answered = program.answer(1);
  program.call(1, 'Users_createNewUser', { first_name: 'Ada' });
  await upstream.request;
  return { program, answered, upstream };
}

describe('the end of the process', () => {
  it('comes when stdin closes, with the calls before it answered', async () => {
    const program = start(['--sandbox']);
    await program.handshake();
    const answered = program.answer(1);
    program.call(1, 'Users_getTotalCount');
    program.child.stdin?.end();
    expect((await answered).result?.isError).toBeFalsy();
    expect(await program.ended).toMatchObject({ code: 0, signal: null });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'comes on %s, and a call in flight learns that it may have happened',
    async (signal) => {
      const { program, answered, upstream } = await callInFlight();
      program.child.kill(signal);
      const { result } = await answered;
      expect(result?.isError).toBe(true);
      expect(JSON.parse(result?.content?.[0]?.text ?? '')).toMatchObject({ error: 'cancelled', may_have_happened: true });
      expect(await program.ended).toMatchObject({ code: 0, signal: null });
      upstream.close();
    },
  );

  it('comes in order for one Ctrl+C that npx passes on a second time', async () => {
    const { program, answered, upstream } = await callInFlight();
    program.child.kill('SIGINT');
    await setImmediate();
    program.child.kill('SIGINT');
    expect(JSON.parse((await answered).result?.content?.[0]?.text ?? '')).toMatchObject({ error: 'cancelled' });
    expect(await program.ended).toMatchObject({ code: 0, signal: null });
    upstream.close();
  });

  it('comes at once when nobody ever spoke', async () => {
    const program = start(['--sandbox']);
    program.child.stdin?.end();
    expect(await program.ended).toMatchObject({ code: 0, stdout: '' });
  });

  it('comes when the client stops reading', async () => {
    const program = start(['--sandbox']);
    await program.handshake();
    program.child.stdout?.destroy();
    program.call(1, 'Users_listSortedByCreationDate');
    await once(program.child, 'exit');
    expect(program.child.signalCode).toBeNull();
  });
});

describe('stdout', () => {
  it('carries MCP messages only, whatever a dependency prints', async () => {
    const noise = "process.on('SIGUSR2',()=>setInterval(()=>{console.log('noise');process.stdout.write('more noise\\n')},1))";
    const program = start(
      ['--sandbox'],
      {},
      {
        nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(noise)}`],
      },
    );
    await program.handshake();
    program.child.kill('SIGUSR2');
    for (let id = 1; id <= 20; id += 1) {
      const answered = program.answer(id);
      program.call(id, 'Users_getTotalCount');
      await answered;
    }
    program.child.kill('SIGTERM');
    const { stderr } = await program.ended;
    expect(program.lines.every((line) => (JSON.parse(line) as { jsonrpc?: string }).jsonrpc === '2.0')).toBe(true);
    expect(stderr).toContain('noise');
  });

  it('goes on after lines that are no messages', async () => {
    const program = start(['--sandbox']);
    await program.handshake();
    program.child.stdin?.write('not json\n{"jsonrpc":"2.0"}\n[]\n\n{"half":\n');
    const answered = program.answer(1);
    program.call(1, 'Users_getTotalCount');
    expect((await answered).result?.isError).toBeFalsy();
  });
});

describe('the log', () => {
  it('is JSON on stderr, names arguments and never their values or the key', async () => {
    const program = start([], { ...KEY, CLERK_MCP_LOG_LEVEL: 'trace', CLERK_API_URL: 'http://127.0.0.1:9/v1' });
    await program.handshake();
    const answered = program.answer(1);
    program.call(1, 'Users_createNewUser', { password: 'p4ssw0rd-value', first_name: 'Secretname', oops_value: 'x' });
    program.call(2, 'Users_createNewUser', { password: 'p4ssw0rd-value', first_name: 'Secretname' });
    await answered;
    await program.answer(2);
    program.child.kill('SIGTERM');
    const { stderr } = await program.ended;
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ operation: 'Users_createNewUser', inputs: ['password', 'first_name'] }),
    );
    for (const secret of ['p4ssw0rd-value', 'Secretname', 'sk_test_lifecycle']) expect(stderr).not.toContain(secret);
  });
});
