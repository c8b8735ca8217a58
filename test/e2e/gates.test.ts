import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../tools/index.js';
import { EVERY_TOOL, offeredByDefault } from '../support/offer.js';
import { operationOf } from '../support/plausible.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { fullArguments, minimalArguments } from '../support/sample-arguments.js';

const always = operations.filter((operation) => operation.gate === 'always');

let upstream: RecordingServer;
let client: ProgramClient;

beforeAll(async () => {
  upstream = await RecordingServer.start();
  const env = { CLERK_SECRET_KEY: 'sk_test_gates', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'warn' };
  client = await startProgram('v1', { args: EVERY_TOOL, env });
});

afterAll(async () => {
  await client.close();
  await upstream.stop();
});

beforeEach(() => upstream.reset());

/** What was sent but the reads that find out what is meant. */
const sent = () => upstream.requests.filter((request) => request.method !== 'GET' || operationOf(request)?.risk !== 'read');

const LOOKS_LIKE_YES = ['true', 'TRUE', 'yes', 1, null, {}, { confirm: true }, [true], 'on', '1', 0, false, ''];

describe('a gated call at a client that cannot ask', () => {
  it.each(always.map((operation) => [operation.name, operation] as const))(
    '%s sends nothing without confirm: true',
    async (name, operation) => {
      for (const args of [minimalArguments(operation), fullArguments(operation)]) {
        const plain = await client.call(name, args);
        expect(plain.isError).toBe(true);
        expect(plain.json).toMatchObject({ error: 'confirmation_required', operation: name, effect: expect.any(String) });
        for (const confirm of LOOKS_LIKE_YES) expect((await client.call(name, { ...args, confirm })).isError).toBe(true);
        expect((await client.call(name, { ...args, Confirm: true })).isError).toBe(true);
      }
      expect(sent()).toEqual([]);
      await client.call(name, { ...minimalArguments(operation), confirm: true });
      expect(sent()).toHaveLength(1);
    },
  );

  const user_id = 'user_1';
  it.each([
    { password: 'x' },
    { password: null },
    { password_digest: 'x' },
    { totp_secret: 'x' },
    { totp_secret: null },
    { sign_out_of_other_sessions: true },
    { username: null },
    { username: '' },
    { username: 'ada' },
  ])('Users_updateUserAttributes sends nothing with %o', async (dangerous) => {
    const result = await client.call('Users_updateUserAttributes', { user_id, ...dangerous });
    expect(result.json).toMatchObject({ error: 'confirmation_required' });
    expect(sent()).toEqual([]);
    await client.call('Users_updateUserAttributes', { user_id, ...dangerous, confirm: true });
    expect(sent()).toHaveLength(1);
  });

  it.each([{ first_name: 'Ada' }, { locale: 'en-GB' }, { sign_out_of_other_sessions: false }])(
    'Users_updateUserAttributes needs no confirmation for %o',
    async (harmless) => {
      expect((await client.call('Users_updateUserAttributes', { user_id, ...harmless })).isError).toBe(false);
      expect(sent()).toHaveLength(1);
    },
  );

  it('says what will happen with the arguments in it, and how to confirm', async () => {
    const { json } = await client.call('Users_markBanned', { user_id: 'user_ada' });
    const refusal = json as { effect: string };
    expect(refusal.effect).toContain('user_ada');
    expect(JSON.stringify(json)).toContain('confirm');
  });
});

describe('what is not offered', () => {
  it('is neither listed nor callable, and sends nothing', async () => {
    const env = { CLERK_SECRET_KEY: 'sk_test_gates', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_READ_ONLY: 'true' };
    const reader = await startProgram('v1', { args: ['--exclude', 'Sessions_getDetails'], env });
    try {
      const listed = (await reader.listTools()).map((tool) => tool.name);
      const reads = offeredByDefault.filter(({ risk, name }) => risk === 'read' && name !== 'Sessions_getDetails');
      expect(listed.sort()).toEqual(reads.map((operation) => operation.name).sort());
      for (const operation of operations.filter((one) => !listed.includes(one.name))) {
        const args = { ...minimalArguments(operation), ...(operation.gated ? { confirm: true } : {}) };
        await expect(reader.call(operation.name, args)).rejects.toThrow(/not offered/);
      }
      expect(sent()).toEqual([]);
    } finally {
      await reader.close();
    }
  });
});
