import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRetry, type RetryState, retryAfterMs } from '../../src/clerk/retry.js';
import type { Outcome } from '../../src/clerk/send-once.js';
import { operations } from '../../tools/index.js';
import { catalog, NOW } from './support.js';

const read = catalog.get('Users_getUserDetails');
const create = catalog.get('Users_createNewUser');

const answered = (status: number, headers: Record<string, string> = {}): Outcome => ({
  kind: 'answered',
  status,
  headers: new Map(Object.entries(headers)),
  body: new Uint8Array(),
});
const plan = (outcome: Outcome, state: Partial<RetryState> = {}) =>
  planRetry(outcome, { operation: create, attempt: 1, maxAttempts: 4, remainingMs: 30_000, now: NOW, random: 0.5, ...state });

describe('what is sent again', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'])(
    'any method after %s while connecting',
    (code) => expect(plan({ kind: 'not_connected', sent: false, code })).toMatchObject({ reason: 'not_connected' }),
  );

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UND_ERR_DESTROYED', 'UND_ERR_INVALID_ARG'])(
    'nothing after %s while connecting',
    (code) => expect(plan({ kind: 'not_connected', sent: false, code }, { operation: read })).toBeUndefined(),
  );

  it('never a POST or PATCH of which something was sent, unless it was turned away with 429', () => {
    const outcomes: Outcome[] = [
      { kind: 'lost', sent: true, code: 'ECONNRESET' },
      { kind: 'malformed', sent: true, code: 'HTTPParserError' },
      { kind: 'too_large', sent: true, code: 'BODY_LIMIT' },
      { kind: 'stopped', sent: true, code: 'ABORTED' },
      ...[200, 301, 400, 404, 408, 409, 425, 500, 502, 503, 504].map((status) => answered(status, { 'retry-after': '1' })),
    ];
    const changing = operations.filter((operation) => operation.method === 'POST' || operation.method === 'PATCH');
    const once = changing.filter((operation) => !operation.keyed);
    expect(once.length).toBeGreaterThan(40);
    for (const operation of once) for (const outcome of outcomes) expect(plan(outcome, { operation })).toBeUndefined();
  });

  it('a POST with an idempotency key, where it may have been carried out', () => {
    const keyed = operations.filter((operation) => operation.keyed);
    expect(keyed.map(({ name }) => name)).toEqual([
      'Organizations_adjustBillingCreditBalance',
      'Users_adjustBillingCreditBalance',
    ]);
    for (const operation of keyed) {
      expect(plan({ kind: 'lost', sent: true, code: 'ECONNRESET' }, { operation })?.reason).toBe('answer_lost');
      expect(plan(answered(503), { operation })?.reason).toBe('http_503');
      expect(plan(answered(409), { operation })).toBeUndefined();
      expect(plan(answered(500), { operation })).toBeUndefined();
    }
  });

  it('a GET after 502, 503 and 504, and no other error of a server', () => {
    const again = [400, 401, 404, 408, 422, 500, 501, 502, 503, 504, 505].filter((status) =>
      plan(answered(status), { operation: read }),
    );
    expect(again).toEqual([502, 503, 504]);
  });

  it('a 503 after what its Retry-After says', () => {
    expect(plan(answered(503, { 'retry-after': '2' }), { operation: read })).toEqual({ waitMs: 2125, reason: 'http_503' });
  });

  it('nothing once the attempts are used up', () => expect(plan(answered(429), { attempt: 4 })).toBeUndefined());

  it('never waits beyond the time that is left, nor a negative time', () => {
    fc.assert(
      fc.property(
        fc.record({
          attempt: fc.integer({ min: 1, max: 40 }),
          remainingMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
          random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        }),
        fc.option(fc.oneof(fc.string(), fc.nat().map(String)), { nil: undefined }),
        (state, header) => {
          const retry = plan(answered(429, header === undefined ? {} : { 'retry-after': header }), { ...state, maxAttempts: 50 });
          if (retry === undefined) return;
          expect(retry.waitMs).toBeGreaterThanOrEqual(0);
          expect(retry.waitMs).toBeLessThan(state.remainingMs);
        },
      ),
    );
  });
});

describe('backoff', () => {
  const waits = (random: number): (number | undefined)[] =>
    [1, 2, 3, 9].map((attempt) => plan(answered(429), { attempt, maxAttempts: 99, random })?.waitMs);

  it('is full jitter under a bound that doubles up to 8 s', () => {
    expect(waits(0)).toEqual([0, 0, 0, 0]);
    expect(waits(0.5)).toEqual([125, 250, 500, 4000]);
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    [' 12 ', 12_000],
    ['Tue, 01 Sep 2026 10:00:30 GMT', 30_000],
    ['Mon, 31 Aug 2026 10:00:30 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['99999999999999999999', undefined],
    ['2026', 2_026_000],
    ['Tue, 99 Sep 2026 10:00:30 GMT', undefined],
    ['', undefined],
  ])('%j', (value, ms) => expect(retryAfterMs(new Map([['retry-after', value]]), NOW)).toBe(ms));
});
