import { beforeEach, describe, expect, it } from 'vitest';
import type { RoutedRequest } from '../../src/sandbox/middleware.js';
import { RateLimit } from '../../src/sandbox/rate-limit.js';
import { SandboxError } from '../../src/sandbox/sandbox-error.js';
import { operations } from '../../tools/index.js';

let now = 0;
let limit: RateLimit;
beforeEach(() => {
  now = 0;
  limit = new RateLimit(() => now);
});

/** The seconds to wait, or 0 when the request is let through. */
async function ask(request: string, params: Record<string, string> = {}): Promise<number> {
  const operation = operations.find(({ spec }) => spec.request === request);
  if (operation === undefined) throw new Error(`no operation ${request}`);
  try {
    await limit.middleware({ operation, params } as unknown as RoutedRequest, async () => ({ status: 200 }));
    return 0;
  } catch (error) {
    if (!(error instanceof SandboxError) || error.status !== 429) throw error;
    return Number(error.headers['retry-after']);
  }
}

/** How many of the same requests are let through at one moment. */
async function most(request: string, params?: Record<string, string>): Promise<number> {
  for (let passed = 0; passed < 2000; passed++) if ((await ask(request, params)) > 0) return passed;
  return Number.POSITIVE_INFINITY;
}

describe('RateLimit', () => {
  it.each([
    ['GET /users', 100],
    ['POST /users', 100],
    ['POST /invitations', 100],
    ['POST /organizations/{organization_id}/invitations/bulk', 50],
    ['PATCH /users/{user_id}', 10],
    ['PATCH /users/{user_id}/metadata', 10],
    ['GET /jwks', Number.POSITIVE_INFINITY],
    ['GET /public/interstitial', Number.POSITIVE_INFINITY],
  ])('%s lets %s through at once', async (request, wanted) => {
    expect(await most(request, { user_id: 'user_1', organization_id: 'org_1' })).toBe(wanted);
  });

  it('counts every endpoint by itself, and updates by user', async () => {
    expect(await most('GET /users')).toBe(100);
    expect(await ask('GET /organizations')).toBe(0);
    expect(await most('PATCH /users/{user_id}', { user_id: 'user_1' })).toBe(10);
    expect(await most('PATCH /users/{user_id}', { user_id: 'user_2' })).toBe(10);
  });

  it('lets the next through when the oldest is out of the window, and says when that is', async () => {
    for (let nth = 0; nth < 10; nth++) {
      now = nth * 500;
      expect(await ask('PATCH /users/{user_id}', { user_id: 'user_1' })).toBe(0);
    }
    expect(await ask('PATCH /users/{user_id}', { user_id: 'user_1' })).toBe(6);
    now = 9_999;
    expect(await ask('PATCH /users/{user_id}', { user_id: 'user_1' })).toBe(1);
    now = 10_000;
    expect(await ask('PATCH /users/{user_id}', { user_id: 'user_1' })).toBe(0);
    expect(await ask('PATCH /users/{user_id}', { user_id: 'user_1' })).toBe(1);
  });

  it('lets organizations send more invitations over an hour than in ten seconds', async () => {
    const request = 'POST /organizations/{organization_id}/invitations';
    for (let sent = 0; sent < 250; sent++) {
      if (sent % 100 === 0) now += 10_000;
      expect(await ask(request)).toBe(0);
    }
    now += 10_000;
    expect(await ask(request)).toBe((60 * 60 * 1000 - 30_000) / 1000);
    limit.clear();
    expect(await ask(request)).toBe(0);
  });
});
