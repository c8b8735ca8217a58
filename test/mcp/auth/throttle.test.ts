import { describe, expect, it } from 'vitest';
import type { Authentication, Authenticator } from '../../../src/mcp/auth/authenticator.js';
import { BearerChallenges } from '../../../src/mcp/auth/bearer.js';
import { network, ThrottledAuthentication } from '../../../src/mcp/auth/throttle.js';

const challenges = new BearerChallenges();

function setUp(options: { maxFailures?: number; maxRemembered?: number; maxLooksPerSecond?: number } = {}) {
  const clock = { now: 0 };
  const looked: string[] = [];
  const good = new Set(['Bearer good', 'Bearer also-good']);
  const inner: Authenticator = {
    authenticate: async ({ headers }) => {
      const shown = headers.get('authorization');
      if (shown === null) return challenges.missing();
      looked.push(shown);
      if (shown === 'Bearer unknowable') return challenges.unavailable('away', 1000);
      return good.has(shown) ? { ok: true, caller: { name: 'ada', scopes: [] } } : challenges.invalid('no');
    },
    subject: ({ headers }) => /^Bearer (\w+)\//.exec(headers.get('authorization') ?? '')?.[1],
    close: () => {},
  };
  const throttled = new ThrottledAuthentication(inner, { maxFailures: 3, windowMs: 60_000, now: () => clock.now, ...options });
  const show = async (remoteAddress: string | undefined, token?: string): Promise<Authentication> =>
    throttled.authenticate({
      headers: new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      remoteAddress,
    });
  const status = async (remoteAddress: string | undefined, token?: string): Promise<number> => {
    const result = await show(remoteAddress, token);
    return result.ok ? 200 : result.refusal.status;
  };
  return { clock, looked, good, show, status };
}

describe('slowing down bad credentials', () => {
  it('answers 429 after too many from one address, until the window has passed', async () => {
    const { clock, show, status } = setUp();
    for (const token of ['a', 'b', 'c']) expect(await status('192.0.2.1', token)).toBe(401);
    clock.now = 20_000;
    expect(await show('192.0.2.1', 'd')).toMatchObject({
      ok: false,
      why: 'throttled',
      refusal: { status: 429, headers: { 'Retry-After': '40' } },
    });
    clock.now = 80_001;
    expect(await status('192.0.2.1', 'e')).toBe(401);
  });

  it('lets a good one behind the same address pass, whether it was seen before or not', async () => {
    const { good, status } = setUp();
    expect(await status('192.0.2.1', 'good')).toBe(200);
    for (let i = 0; i < 10; i++) await status('192.0.2.1', `bad-${i}`);
    expect(await status('192.0.2.1', 'good')).toBe(200);
    expect(await status('192.0.2.1', 'also-good')).toBe(200);
    expect(await status('192.0.2.2', 'also-good')).toBe(200);
    good.clear();
    expect(await status('192.0.2.1', 'good')).toBe(429);
  });

  it('looks at no more than so many unknown ones in a second', async () => {
    const { clock, looked, show, status } = setUp({ maxLooksPerSecond: 2 });
    for (let i = 0; i < 100; i++) await status('192.0.2.1', `bad-${i}`);
    expect(looked).toHaveLength(3 + 2);
    expect(await show('192.0.2.1', 'good')).toMatchObject({ refusal: { status: 429, headers: { 'Retry-After': '1' } } });
    clock.now = 1000;
    expect(await status('192.0.2.1', 'good')).toBe(200);
    expect(await status('192.0.2.1', 'good')).toBe(200);
  });

  it('gives the tokens of a subject that was good before a turn of their own, since they are new every few minutes', async () => {
    const { good, status } = setUp({ maxLooksPerSecond: 2 });
    good.add('Bearer ada/1').add('Bearer ada/2').add('Bearer bob/1');
    expect(await status('192.0.2.1', 'ada/1')).toBe(200);
    for (let i = 0; i < 100; i++) await status('192.0.2.1', `bad-${i}`);
    expect(await status('192.0.2.1', 'bob/1')).toBe(429);
    expect(await status('192.0.2.1', 'ada/2')).toBe(200);
  });

  it('counts neither requests without credentials nor those that nobody could judge', async () => {
    const { status } = setUp();
    for (let i = 0; i < 10; i++) {
      expect(await status('192.0.2.1')).toBe(401);
      expect(await status('192.0.2.1', 'unknowable')).toBe(503);
    }
    expect(await status('192.0.2.1', 'good')).toBe(200);
  });

  it('lets an address ask without credentials while it is slowed down', async () => {
    const { status } = setUp();
    for (const token of ['a', 'b', 'c']) await status('192.0.2.1', token);
    expect(await status('192.0.2.1')).toBe(401);
  });

  it('remembers no more addresses than it may, the latest ones', async () => {
    const { status } = setUp({ maxFailures: 1, maxRemembered: 2 });
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await status(address, 'bad');
    expect(await status('192.0.2.1', 'also-good')).toBe(200);
    expect(await status('192.0.2.2', 'x')).toBe(429);
    expect(await status('192.0.2.3', 'x')).toBe(429);
  });

  it('takes a whole IPv6 network for one address', async () => {
    const { status } = setUp();
    for (const end of ['1', '2', '3']) await status(`2001:db8:0:7::${end}`, 'bad');
    expect(await status('2001:db8:0:7:ffff::9', 'x')).toBe(429);
    expect(await status('2001:db8:0:8::1', 'x')).toBe(401);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s is in %s', (address, expected) => {
    expect(network(address)).toBe(expected);
  });
});
