import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Introspection } from '../../../src/mcp/auth/introspection.js';
import { Issuer } from '../../../src/mcp/auth/issuer.js';
import { OAuthAuthentication } from '../../../src/mcp/auth/oauth.js';
import { scratchDirectory } from '../../support/scratch.js';
import { AUDIENCE, TestIssuer } from './test-issuer.js';

describe('a server that asks the issuer whether tokens still count', () => {
  let issuer: TestIssuer;
  let metadata: Record<string, unknown>;
  let time = 0;
  const logger = { warn: vi.fn() };

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    metadata = { ...issuer.metadata, introspection_endpoint: `${issuer.url}/introspect` };
  });
  afterAll(() => issuer.stop());
  beforeEach(() => {
    issuer.metadata = { ...metadata };
    Object.assign(issuer.introspection, { asked: 0, status: 200 });
    time = 0;
    vi.clearAllMocks();
  });

  const make = (clientSecret = 'se+cret') => {
    const keys = new Issuer({ issuer: issuer.url });
    const introspection = new Introspection({ issuer: keys, clientId: 'asks', clientSecret, now: () => time });
    const authentication = new OAuthAuthentication({
      ...{ issuer: issuer.url, audience: [AUDIENCE], resourceMetadataUrl: AUDIENCE, logger, retryMs: 0 },
      ...{ keys, introspection },
    });
    return (token: string) => authentication.authenticate({ headers: new Headers({ authorization: `Bearer ${token}` }) });
  };

  it('refuses a revoked one as soon as an answer is older than ten seconds, and asks no more often', async () => {
    const show = make();
    const token = await issuer.token();
    const all = await Promise.all(Array.from({ length: 20 }, () => show(token)));
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect(issuer.introspection.asked).toBe(1);
    issuer.introspection.revoked.add(token);
    time = 9_999;
    expect((await show(token)).ok).toBe(true);
    time = 10_000;
    expect(await show(token)).toMatchObject({
      ok: false,
      why: 'invalid',
      refusal: { status: 401, headers: { 'WWW-Authenticate': expect.stringContaining('error="invalid_token"') } },
    });
    expect(issuer.introspection.asked).toBe(2);
    expect((await show(await issuer.token({ sub: 'user_bob' }))).ok).toBe(true);
  });

  it('asks nothing about a token that is refused anyway', async () => {
    const show = make();
    for (const token of ['x', await issuer.token({ aud: 'https://other.example.com' }), await issuer.token({ sub: undefined })])
      expect((await show(token)).ok).toBe(false);
    expect(issuer.introspection.asked).toBe(0);
  });

  it.each<[string, () => void, string?]>([
    ['cannot answer', () => Object.assign(issuer.introspection, { status: 500 })],
    ['does not take the client', () => {}, 'wrong'],
    ['has no place to ask', () => Object.assign(issuer.metadata, { introspection_endpoint: undefined })],
    ['would be asked in the clear', () => Object.assign(issuer.metadata, { introspection_endpoint: 'http://x.example.com/' })],
    ['answers something else', () => Object.assign(issuer.metadata, { introspection_endpoint: `${issuer.url}/keys` })],
  ])('lets nobody in where the issuer %s, and shows no secret', async (_, spoil, secret) => {
    const token = await issuer.token();
    spoil();
    expect(await make(secret)(token)).toMatchObject({ ok: false, why: 'unavailable', refusal: { status: 503 } });
    const said = JSON.stringify(logger.warn.mock.calls);
    expect(said).not.toContain(token);
    expect(said).not.toMatch(/se\+cret|wrong/);
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });

  it('reads the secret from a file, without its line break', async () => {
    const folder = await scratchDirectory();
    const keys = new Issuer({ issuer: issuer.url });
    const open = async (text: string): Promise<Introspection> => {
      await writeFile(join(folder, 'secret'), text);
      return Introspection.open({ clientId: 'asks', secretFile: join(folder, 'secret') }, keys);
    };
    expect(await (await open('se+cret\n')).isActive('any')).toBe(true);
    await expect(open('\n')).rejects.toThrow(/is empty/);
    await expect(Introspection.open({ clientId: 'asks', secretFile: join(folder, 'gone') }, keys)).rejects.toThrow(
      /cannot be read: there is no such file/,
    );
    await expect(Introspection.open({ clientId: 'asks', secretFile: folder }, keys)).rejects.toThrow(/not a regular file/);
  });
});
