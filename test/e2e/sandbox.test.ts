import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { LONG_TIMES, leftOnScreen, runAtTerminal, withoutTerminal } from '../support/terminal.js';

const directory = await scratchDirectory();
let files = 0;
const newFile = (): string => join(directory, `new-${++files}`);

const EXAMPLE = fileURLToPath(new URL('../../examples/sandbox.seed.example.json', import.meta.url));

afterEach(endSandboxes);

interface User {
  readonly id: string;
  readonly email_addresses: readonly { readonly email_address: string }[];
}

const usersOf = async (sandbox: SandboxProgram): Promise<readonly User[]> =>
  (await sandbox.request('GET', '/v1/users?limit=500')).body as User[];

const addressesOf = async (sandbox: SandboxProgram): Promise<string[]> =>
  (await usersOf(sandbox)).flatMap((user) => user.email_addresses.map((email) => email.email_address));

const create = (sandbox: SandboxProgram, address: string) =>
  sandbox.request('POST', '/v1/users', { skip_password_requirement: true, email_address: [address] });

describe('clerk-mcp sandbox', () => {
  it('says where it is and with which key, and serves other programs, with and without /v1', async () => {
    const sandbox = await startSandboxProgram();
    expect(sandbox.env.CLERK_API_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sandbox.env.CLERK_SECRET_KEY).toMatch(/^sk_test_\w+$/);
    expect(await usersOf(sandbox)).toHaveLength(25);
    expect((await sandbox.request('GET', '/users/count')).body).toMatchObject({ total_count: 25 });
    const call = await runProgram(['call', 'Users_getTotalCount'], { env: sandbox.env });
    expect(JSON.parse(call.stdout)).toMatchObject({ total_count: 25 });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s, with nothing more on stdout', async (signal) => {
    const sandbox = await startSandboxProgram('--state', newFile());
    sandbox.child.kill(signal);
    expect(await sandbox.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^CLERK_API_URL=.*\nCLERK_SECRET_KEY=.*\nCLERK_PUBLISHABLE_KEY=pk_test_.*\n$/),
    });
  });

  it('sends events to the receiver that it is given, signed with the secret that it prints', async () => {
    const receiver = await RecordingServer.start();
    try {
      const file = newFile();
      const sandbox = await startSandboxProgram('--webhook', `${receiver.origin}/hook`, '--state', file);
      await create(sandbox, 'new@example.com');
      expect((await sandbox.request('GET', '/_sandbox/webhooks')).body).toMatchObject({ data: [{ status: 'delivered' }] });
      const [{ headers = {}, body = Buffer.alloc(0) } = {}] = receiver.requests;
      const request = new Request(receiver.origin, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: new Uint8Array(body),
      });
      const signingSecret = String(sandbox.env.CLERK_WEBHOOK_SIGNING_SECRET);
      expect(await verifyWebhook(request, { signingSecret })).toMatchObject({ type: 'user.created' });

      await sandbox.request('POST', '/_sandbox/clock', { advance_ms: 3_600_000 });
      sandbox.child.kill('SIGTERM');
      await sandbox.ended;
      const again = await startSandboxProgram('--state', file);
      expect((await again.request('GET', '/_sandbox/clock')).body).toMatchObject({ ahead_ms: 3_600_000 });
    } finally {
      await receiver.stop();
    }
  });

  it('refuses a secret without a receiver, and what is no receiver', async () => {
    const secret = `whsec_${'a'.repeat(32)}`;
    expect(await runProgram(['sandbox', '--webhook-secret', secret])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--webhook'),
    });
    expect(await runProgram(['sandbox', '--webhook', 'mailto:ada@example.com'])).toMatchObject({ code: 2 });
  });

  it('starts with the example seed, with nothing, or with the demo', async () => {
    const sandbox = await startSandboxProgram('--seed', EXAMPLE);
    expect(await addressesOf(sandbox)).toContain('ada@acme.example.com');
    const verified = await sandbox.request('POST', '/v1/users/user_ada/verify_password', { password: 'violet-kettle-42' });
    expect(verified.body).toEqual({ verified: true });
    expect((await sandbox.request('GET', '/v1/organizations/acme')).body).toMatchObject({
      id: 'org_acme',
      created_by: 'user_ada',
    });
    expect(await usersOf(await startSandboxProgram('--seed', 'empty'))).toEqual([]);
  });

  it('gives the same key, ids and times in every run when asked to', async () => {
    const run = async (seed: string) => {
      const sandbox = await startSandboxProgram('--now', '2026-01-15T12:00:00Z', '--random-seed', seed);
      await create(sandbox, 'new@example.com');
      await sandbox.request('POST', '/v1/invitations', { email_address: 'guest@example.com' });
      const bodies = [await usersOf(sandbox), (await sandbox.request('GET', '/v1/invitations')).body];
      return JSON.stringify([sandbox.env.CLERK_SECRET_KEY, bodies]).replaceAll(String(sandbox.env.CLERK_API_URL), '');
    };
    const first = await run('a');
    expect(await run('a')).toBe(first);
    expect(await run('b')).not.toBe(first);
    expect(first).toContain(String(Date.UTC(2026, 0, 15, 12)));
  });

  it('makes faults and limits as the flags say', async () => {
    const faults = await scratchFile(directory, { fault: 'error', operations: 'Users_getTotalCount', times: 1 });
    const sandbox = await startSandboxProgram('--rate-limit', '--faults', faults);
    expect((await sandbox.request('GET', '/v1/users/count')).status).toBe(503);
    const statuses = new Set<number>();
    for (let nth = 0; nth < 101; nth++) statuses.add((await sandbox.request('GET', '/v1/users/count')).status);
    expect(statuses).toEqual(new Set([200, 429]));
    const inline = await startSandboxProgram('--faults', '[{"fault":"rate_limit","operations":"Jwks"}]');
    expect((await inline.request('GET', '/v1/jwks')).status).toBe(429);
  });

  it.each([
    ['a port that is none', ['--port', 'x'], /--port: expected a port/],
    ['a time that is none', ['--now', 'today'], /--now: expected a time/],
    ['a seed that is not there', ['--seed', '/nowhere/seed.json'], /seed: .*seed\.json/],
    ['faults that are no JSON', ['--faults', '[{]'], /--faults: /],
    ['faults that match nothing', ['--faults', '{"fault":"error","operations":"Userz"}'], /"Userz".*Users/],
    ['a state file where there is no directory', ['--state', '/nowhere/state'], /--state: .*ENOENT/],
    ['an unknown flag', ['--sede', 'x'], /--seed/],
  ])('stops at %s: exit code 2, the message on stderr', async (_, args, message) => {
    const ended = await runProgram(['sandbox', '--port', '0', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it('says where a seed is wrong', async () => {
    const seeds = [
      ['{"users":[', /no valid JSON/],
      [{ users: [{ email_adresses: [] }] }, /email_adresses[\s\S]*users\[0\]/],
      [
        { users: [{ username: 'ada' }], organizations: [{ name: 'One', members: [{ user: 'bob', role: 'org:admin' }] }] },
        /organizations\.0: .*bob/,
      ],
    ] as const;
    for (const [content, message] of seeds) {
      const ended = await runProgram(['sandbox', '--port', '0', '--seed', await scratchFile(directory, content)]);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(message);
    }
  });

  it('does not take a port or a state file that another one has', async () => {
    const state = newFile();
    const { env } = await startSandboxProgram('--state', state);
    const taken = await runProgram(['sandbox', '--port', String(new URL(String(env.CLERK_API_URL)).port)]);
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('Another program uses this port') });
    const locked = await runProgram(['sandbox', '--port', '0', '--state', state]);
    expect(locked).toMatchObject({ code: 2, stderr: expect.stringMatching(/another process keeps its sandbox/) });
  });
});

describe.skipIf(withoutTerminal)('clerk-mcp sandbox at a terminal', () => {
  const seed = {
    users: Array.from({ length: 5000 }, (_, nth) => ({ id: `user_${nth}`, email_addresses: [`user${nth}@example.com`] })),
  };
  const shown = /\d+ of 5000 entries, /;

  it('shows how far it is with a large seed, ends there on Ctrl+C, and keeps nothing by half', async () => {
    const state = newFile();
    const args = ['sandbox', '--port', '0', '--state', state, '--seed', await scratchFile(directory, seed)];
    const cut = await runAtTerminal(args, LONG_TIMES, [{ prompt: ' entries, ', text: '\u0003' }]);
    expect(cut).toMatchObject({ code: 130, seen: expect.not.stringContaining('CLERK_API_URL=') });
    const whole = await runAtTerminal(args, LONG_TIMES, [{ prompt: 'CLERK_PUBLISHABLE_KEY=', text: '\u0003' }]);
    expect(whole).toMatchObject({ code: 0, seen: expect.stringMatching(shown) });
    expect(leftOnScreen(whole.seen)).toMatch(/^CLERK_API_URL=/);
    expect(leftOnScreen(whole.seen)).not.toMatch(shown);
    expect((await usersOf(await startSandboxProgram('--state', state))).length).toBe(500);
  });

  it('shows nothing of it for the demo', async () => {
    const { seen } = await runAtTerminal(['sandbox', '--port', '0'], {}, [{ prompt: 'CLERK_PUBLISHABLE_KEY=', text: '\u0003' }]);
    expect(seen).not.toContain('entries');
  });
});

describe('a state file', () => {
  it('has everything that was answered before a kill -9, and nothing by half', async () => {
    const state = newFile();
    let sandbox = await startSandboxProgram('--state', state, '--seed', 'empty');
    const key = sandbox.env.CLERK_SECRET_KEY;
    const answered: string[] = [];
    let sent = 0;
    for (let round = 0; round < 3; round++) {
      const running = sandbox;
      const enough = answered.length + 40;
      // Several at once, so that the kill falls into the middle of writing.
      const worker = async (): Promise<void> => {
        for (;;) {
          const address = `user-${++sent}@example.com`;
          const status = await create(running, address).then(
            (answer) => answer.status,
            () => undefined,
          );
          if (status === undefined) return;
          expect(status).toBe(200);
          answered.push(address);
          if (answered.length === enough) running.child.kill('SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: 4 }, worker));
      expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
      sandbox = await startSandboxProgram('--state', state, '--seed', 'empty');
      expect(sandbox.env.CLERK_SECRET_KEY).toBe(key);
      const kept = await addressesOf(sandbox);
      expect(answered.filter((address) => !kept.includes(address))).toEqual([]);
      // At most those that were under way when it was killed.
      expect(kept.length - answered.length).toBeLessThanOrEqual(4 * (round + 1));
      for (const user of await usersOf(sandbox)) expect(user.email_addresses).toHaveLength(1);
    }
  });
});

describe('the seed of a server', () => {
  it('is what its sandbox starts with', async () => {
    const server = await startProgram('v2 (2026)', { args: ['--sandbox', '--seed', EXAMPLE] });
    const { json } = await server.call('Users_getUserDetails', { user_id: 'user_ada' });
    expect(json).toMatchObject({ external_id: 'hr-1' });
    await server.close();
  });

  it('needs the sandbox, and must be good', async () => {
    const without = await runProgram(['--seed', EXAMPLE], { env: { CLERK_SECRET_KEY: 'sk_test_x' } });
    expect(without).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--sandbox') });
    const wrong = await runProgram(['--sandbox', '--seed', await scratchFile(directory, { people: [] })]);
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('people') });
  });
});

describe('clerk-mcp export', () => {
  const EXPORTED = [
    'id',
    'external_id',
    'username',
    'first_name',
    'last_name',
    'email_addresses',
    'phone_numbers',
    'banned',
    'locked',
    'public_metadata',
    'private_metadata',
    'created_at',
    'last_sign_in_at',
  ];

  const readable = async (sandbox: SandboxProgram): Promise<unknown> => {
    const users = (await usersOf(sandbox)) as unknown as readonly Record<string, unknown>[];
    const lists = ['/v1/organizations?limit=500', '/v1/invitations', '/v1/blocklist_identifiers', '/v1/domains'];
    const bodies = await Promise.all(lists.map(async (path) => (await sandbox.request('GET', path)).body));
    const text = JSON.stringify([users.map((user) => EXPORTED.map((name) => [name, user[name]])), bodies]);
    // What is made anew: links, ids of what has none in a seed, and times of what was changed.
    return JSON.parse(text.replaceAll(String(sandbox.env.CLERK_API_URL), ''), (name, value: unknown) =>
      /^(?:url|updated_at|expires_at|instance_id|id)$/.test(name) && !/^(?:user|org|idn)_/.test(String(value))
        ? undefined
        : value,
    );
  };

  it('writes an instance as a seed that makes the same one', async () => {
    const original = await startSandboxProgram('--now', '2026-01-15T12:00:00Z');
    const file = newFile();
    const exported = await runProgram(['export', file], { env: original.env });
    expect(exported).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('25 users, 3 organizations') });
    const copy = await startSandboxProgram('--now', '2026-01-15T12:00:00Z', '--seed', file);
    expect(await readable(copy)).toEqual(await readable(original));
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(String(original.env.CLERK_SECRET_KEY));
    const requests = (await original.request('GET', '/_sandbox/requests')).body as { data: { method: string }[] };
    expect(new Set(requests.data.map((request) => request.method))).toEqual(new Set(['GET']));
  });

  it('overwrites nothing, and says what Clerk said', async () => {
    const original = await startSandboxProgram('--seed', 'empty');
    const taken = await runProgram(['export', await scratchFile(directory, {})], { env: original.env });
    expect(taken).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is there already') });
    const refused = await runProgram(['export', newFile()], { env: { ...original.env, CLERK_SECRET_KEY: 'sk_test_other' } });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^clerk-mcp: [^\n]*key[^\n]*\n$/) });
    expect((await runProgram(['export', newFile(), '--sandbox'])).stderr).toContain('--sandbox');
  });
});
