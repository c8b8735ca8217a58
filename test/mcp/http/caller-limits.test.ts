import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/limits/memory.js';
import { ClientAddress, ProxyEntryError } from '../../../src/mcp/http/address.js';
import { CallLimits, type CallLimitsOptions, type Entry } from '../../../src/mcp/http/caller-limits.js';

describe('the limits of calls', () => {
  const make = (options: Partial<CallLimitsOptions> = {}, counter = new MemoryStore()): CallLimits =>
    new CallLimits({ counter, ...options });
  const status = (entry: Entry): number => (entry.ok ? 200 : entry.refusal.status);
  const leave = (entry: Entry): void => {
    if (entry.ok) entry.leave();
  };

  it('lets one caller have so many in flight and no more, and others as many', async () => {
    const limits = make({ maxInFlightPerCaller: 2 });
    const entries = [await limits.enter('ada'), await limits.enter('ada'), await limits.enter('ada'), await limits.enter('bob')];
    expect(entries.map(status)).toEqual([200, 200, 429, 200]);
    expect(entries[2]).toMatchObject({
      refusal: { headers: { 'Retry-After': '1' }, body: expect.stringMatching(/"jsonrpc":"2.0".*"id":null/) },
    });
    entries.forEach(leave);
    expect(status(await limits.enter('ada'))).toBe(200);
  });

  it('lets all callers together have so many in flight', async () => {
    const limits = make({ maxInFlight: 2 });
    const entries = [await limits.enter('a'), await limits.enter('b'), await limits.enter('c')];
    expect(entries.map(status)).toEqual([200, 200, 503]);
    expect(limits.inFlight).toBe(2);
  });

  it('is not deceived by many at once', async () => {
    const limits = make({ maxInFlightPerCaller: 3, maxInFlight: 4 });
    const entries = await Promise.all(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'].map((caller) => limits.enter(caller)));
    expect(entries.map(status)).toEqual([200, 200, 200, 429, 200, 503, 503, 503]);
  });

  it('frees a place once, however often it is left', async () => {
    const limits = make({ maxInFlightPerCaller: 2 });
    const [first, second] = [await limits.enter('ada'), await limits.enter('ada')];
    leave(first);
    leave(first);
    expect(limits.inFlight).toBe(1);
    expect(status(await limits.enter('ada'))).toBe(200);
    expect(status(await limits.enter('ada'))).toBe(429);
    leave(second);
  });

  it('counts the calls of a minute, in all processes, and says when there is room', async () => {
    let now = 0;
    const counter = new MemoryStore(() => now);
    const [one, other] = [make({ maxPerMinute: 3 }, counter), make({ maxPerMinute: 3 }, counter)];
    for (const limits of [one, other, one]) leave(await limits.enter('ada'));
    now = 15_000;
    const refused = await other.enter('ada');
    expect(refused).toMatchObject({ ok: false, refusal: { status: 429, headers: { 'Retry-After': '45' } } });
    expect(other.inFlight).toBe(0);
    expect(status(await other.enter('bob'))).toBe(200);
    now = 60_000;
    expect(status(await other.enter('ada'))).toBe(200);
  });

  it('holds no place for a call that could not be counted', async () => {
    const limits = new CallLimits({
      counter: { reserve: () => Promise.reject(new Error('away')), room: () => Promise.reject(new Error('away')) },
    });
    await expect(limits.enter('ada')).rejects.toThrow('away');
    expect(limits.inFlight).toBe(0);
  });
});

describe('the address of a client', () => {
  const of = (trusted: string[], remote: string | undefined, forwarded?: string): string | undefined =>
    new ClientAddress(trusted).of(remote, new Headers(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }));

  it.each<[string, string[], string | undefined, string | undefined, string | undefined]>([
    ['that of the connection where no proxy is trusted', [], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['that of the connection where another is trusted', ['10.0.0.7'], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['what the trusted proxy says', ['10.0.0.7'], '10.0.0.7', '198.51.100.7', '198.51.100.7'],
    ['not what stood there before', ['10.0.0.0/8'], '10.1.2.3', '127.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['beyond a chain of trusted ones', ['10.0.0.0/8'], '10.1.2.3', '6.6.6.6, 198.51.100.7, 10.9.9.9', '198.51.100.7'],
    ['the proxy where it says nothing', ['10.0.0.0/8'], '10.1.2.3', undefined, '10.1.2.3'],
    ['the proxy where it says nonsense', ['10.0.0.0/8'], '10.1.2.3', 'unknown', '10.1.2.3'],
    ['an IPv6 one', ['2001:db8::/32'], '2001:db8::5', '2001:db9::1', '2001:db9::1'],
    ['behind an IPv4 proxy on an IPv6 socket', ['10.0.0.7'], '::ffff:10.0.0.7', '198.51.100.7', '198.51.100.7'],
    ['unknown where the connection is', [], undefined, '198.51.100.7', undefined],
  ])('is %s', (_, trusted, remote, forwarded, expected) => {
    expect(of(trusted, remote, forwarded)).toBe(expected);
  });

  it.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', '300.1.1.1', '2001:db8::/129'])(
    'cannot be that of a proxy: %j',
    (entry) => {
      expect(() => new ClientAddress([entry])).toThrow(ProxyEntryError);
    },
  );
});
