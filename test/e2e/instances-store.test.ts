import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis, withoutRedis } from '../limits/redis-server.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { modernCall } from '../support/raw-http.js';
import { scratchDirectory } from '../support/scratch.js';

const BAN = 'Users_markBanned';
const scratch = await scratchDirectory();
let redis: RedisServer | undefined;
afterAll(async () => {
  await stopAll();
  await redis?.kill();
});

const answerOf = ({ json }: Awaited<ReturnType<typeof modernCall>>): Record<string, unknown> => {
  const [first] = (json.result?.content ?? []) as { text: string }[];
  return JSON.parse(first?.text ?? '{}') as Record<string, unknown>;
};

describe.skipIf(withoutRedis)('several instances with one shared store and one signing key', () => {
  it('keep their parts of it by name, and refuse what another has confirmed', async () => {
    redis = await startRedis();
    const instances = join(scratch, 'instances.json');
    const policy = join(scratch, 'policy.json');
    await writeFile(instances, JSON.stringify({ instances: { one: { kind: 'sandbox' }, two: { kind: 'sandbox' } } }));
    await writeFile(policy, JSON.stringify({ budgets: [{ name: 'one ban', tools: BAN, max: 1, per: '1h', scope: 'caller' }] }));
    const server = await startHttp({
      args: ['--instances', instances, '--policy', policy, '--confirm', 'token', '--store', redis.url],
      env: { CLERK_MCP_SIGNING_KEY: 'k'.repeat(40) },
    });
    const userOf = async (name: string): Promise<string> => {
      const listed = answerOf(await modernCall(server.url, 'Users_listSortedByCreationDate', {}, {}, `/mcp/${name}`));
      const [user] = (Array.isArray(listed) ? listed : (listed.data as unknown[])) as { id: string }[];
      return user?.id ?? '';
    };
    const users = { one: await userOf('one'), two: await userOf('two') };
    const ban = async (name: 'one' | 'two', more: object = {}) =>
      answerOf(await modernCall(server.url, BAN, { user_id: users[name], ...more }, {}, `/mcp/${name}`));
    const { token } = await ban('one');
    expect(token).toEqual(expect.any(String));
    expect(await ban('two', { user_id: users.one, confirm: token })).toMatchObject({
      error: 'confirmation_invalid',
      message: expect.stringContaining('issued for another instance'),
    });
    expect(await ban('one', { confirm: token })).toMatchObject({ banned: true });
    expect(await ban('one')).toMatchObject({ error: 'budget_exceeded' });
    const client = new Redis(redis.url);
    const keys = await client.keys('*');
    client.disconnect();
    expect(keys.some((key) => /:once:one:/.test(key))).toBe(true);
    expect(keys.some((key) => /:window:one:/.test(key))).toBe(true);
    for (const key of keys) expect(key).toMatch(/:(?:memory|revoked|(?:once|window|records?):(?:one|two):.*)$/);
    expect(await ban('two')).toMatchObject({ error: 'confirmation_required' });
  });
});
