import { base64url, type CryptoKey, exportSPKI, importJWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Authentication } from '../../../src/mcp/auth/authenticator.js';
import { IssuerAddressError, metadataAddresses } from '../../../src/mcp/auth/issuer.js';
import { OAuthAuthentication, type OAuthOptions } from '../../../src/mcp/auth/oauth.js';
import { AUDIENCE, makeKey, TestIssuer } from './test-issuer.js';

const METADATA_URL = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp';
const seconds = (): number => Math.floor(Date.now() / 1000);

describe('authentication by OAuth access tokens', () => {
  let issuer: TestIssuer;
  const logger = { warn: vi.fn() };

  const make = (options: Partial<OAuthOptions> = {}): OAuthAuthentication =>
    new OAuthAuthentication({ issuer: issuer.url, audience: [AUDIENCE], resourceMetadataUrl: METADATA_URL, logger, ...options });
  const show = (authentication: OAuthAuthentication, token: string): Promise<Authentication> =>
    authentication.authenticate({ headers: new Headers({ authorization: `Bearer ${token}` }) });
  const refused = async (token: string, options?: Partial<OAuthOptions>) => {
    const result = await show(make(options), token);
    if (result.ok) throw new Error('the token was accepted');
    return result;
  };

  beforeEach(async () => {
    issuer = await TestIssuer.start();
    vi.clearAllMocks();
  });
  afterEach(() => issuer.stop());

  it('lets in the subject of a good token, with its scopes and its end', async () => {
    const exp = seconds() + 300;
    const result = await show(make(), await issuer.token({ exp, scope: 'openid clerk:read clerk:destructive clerk:read' }));
    expect(result).toEqual({
      ok: true,
      caller: { name: 'user_ada', scopes: ['clerk:read', 'clerk:destructive'], expiresAt: exp * 1000 + 60_000 },
    });
  });

  it.each<[string, object, string[]]>([
    ['scope is missing', { scope: undefined }, []],
    ['scp is a list', { scope: undefined, scp: ['clerk:read', 'other', 'clerk:write'] }, ['clerk:read', 'clerk:write']],
    ['scp is a string', { scope: undefined, scp: 'clerk:credential' }, ['clerk:credential']],
    ['scope is no string', { scope: { 'clerk:read': true } }, []],
    ['a scope looks like ours', { scope: 'clerk:* clerk: clerk:READ xclerk:read' }, []],
  ])('reads the scopes when %s', async (_, claims, scopes) => {
    expect(await show(make(), await issuer.token(claims))).toMatchObject({ ok: true, caller: { scopes } });
  });

  it.each(['auth0|5f7', 'Ada Lovelace', 'Zoë', '李明', 'user@example.com', 'x'.repeat(255)])(
    'takes the subject %j',
    async (sub) => {
      expect(await show(make(), await issuer.token({ sub }))).toMatchObject({ ok: true, caller: { name: sub } });
    },
  );

  it.each(['', ' ada', 'ada ', 'a\nb', 'a\u200bb', 'a\u202eb', 'x'.repeat(256), 7])(
    'says that the subject %j cannot be used',
    async (sub) => {
      expect((await refused(await issuer.token({ sub }))).refusal).toMatchObject({
        status: 401,
        body: expect.stringMatching(/sub/),
      });
    },
  );

  it('never takes the id of a client, which its users share, for the name of a caller', async () => {
    const { refusal } = await refused(await issuer.token({ sub: undefined, client_id: 'client_1' }));
    expect(refusal).toMatchObject({ status: 401, body: expect.stringContaining('no claim sub') });
  });

  it('refuses a token that is bound to a key, whose holder it does not ask for a proof', async () => {
    for (const cnf of [{ jkt: 'x' }, { 'x5t#S256': 'x' }, {}, null]) {
      const { refusal } = await refused(await issuer.token({ cnf }));
      expect(refusal).toMatchObject({ status: 401, body: expect.stringContaining('cnf') });
    }
  });

  it('takes an audience with or without a slash at its end', async () => {
    for (const aud of [AUDIENCE, `${AUDIENCE}/`]) expect((await show(make(), await issuer.token({ aud }))).ok).toBe(true);
  });

  it.each(['at+jwt', 'application/at+jwt', 'AT+JWT', 'JWT'])('takes the type %s', async (typ) => {
    expect((await show(make(), await issuer.token({}, { typ }))).ok).toBe(true);
  });

  it.each<[string, string, object, { typ: string }?]>([
    ['an expired one', 'has expired', { exp: seconds() - 61 }],
    ['one without an end', 'claim exp', { exp: undefined }],
    ['one whose end is no number', 'claim exp', { exp: '9999999999' }],
    ['one that is not good yet', 'claim nbf', { nbf: seconds() + 90 }],
    ['one for another audience', 'claim aud', { aud: 'https://other.example.com' }],
    ['one whose audience only begins like ours', 'claim aud', { aud: `${AUDIENCE}/../other` }],
    ['one without an audience', 'claim aud', { aud: undefined }],
    ['one of another issuer', 'claim iss', { iss: 'https://evil.example.com' }],
    ['one with a slash too much in its issuer', 'claim iss', { iss: 'placeholder' }],
    ['one without an issuer', 'claim iss', { iss: undefined }],
    ['a logout token', 'not an access token', {}, { typ: 'logout+jwt' }],
    ['a proof of possession', 'not an access token', {}, { typ: 'dpop+jwt' }],
  ])('refuses %s', async (name, reason, claims, header) => {
    const changed = name.includes('slash') ? { iss: `${issuer.url}/` } : claims;
    const result = await refused(await issuer.token(changed, header));
    expect(result).toMatchObject({ why: 'invalid', refusal: { status: 401 } });
    expect(result.refusal.body).toContain(reason);
    expect(result.refusal.headers['WWW-Authenticate']).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+", scope="clerk:read clerk:write clerk:destructive clerk:credential clerk:access", /,
    );
    expect(result.refusal.headers['WWW-Authenticate']).toContain(`resource_metadata="${METADATA_URL}"`);
  });

  it('says what a token is for that is for something else, in what a header may have', async () => {
    const said = async (aud: unknown): Promise<string> => {
      const { refusal, reason } = await refused(await issuer.token({ aud }));
      expect(refusal.headers['WWW-Authenticate']).toContain(`error_description="${reason}"`);
      return String(reason);
    };
    const here = `and this server takes tokens for ${AUDIENCE}.`;
    expect(await said('https://other.example.com/mcp')).toBe(
      `The token is for https://other.example.com/mcp (claim aud), ${here}`,
    );
    expect(await said(['a"b\r\nX: y', 'é'])).toBe(`The token is for a?b??X: y, ? (claim aud), ${here}`);
    expect(await said(undefined)).toBe(`The token does not say what it is for (claim aud), ${here}`);
    expect((await refused('an-opaque-token')).reason).toContain('Opaque tokens cannot be checked here');
  });

  it('forgives clocks that differ by less than a minute', async () => {
    expect((await show(make(), await issuer.token({ exp: seconds() - 50 }))).ok).toBe(true);
    expect((await show(make(), await issuer.token({ nbf: seconds() + 50 }))).ok).toBe(true);
  });

  describe('refuses a forged signature', () => {
    const body = (): string => {
      const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'user_eve', scope: 'clerk:read', exp: seconds() + 300 };
      return base64url.encode(JSON.stringify(claims));
    };
    const head = (header: object): string => base64url.encode(JSON.stringify(header));

    it.each(['none', 'None', 'NONE', 'nOnE', ''])('with alg %j', async (alg) => {
      expect((await refused(`${head({ alg, typ: 'at+jwt' })}.${body()}.`)).refusal.status).toBe(401);
      expect((await refused(`${head({ alg, kid: 'first', typ: 'at+jwt' })}.${body()}.AAAA`)).refusal.status).toBe(401);
    });

    it('by HMAC with the public key, in each form that a confused verifier may take for the secret', async () => {
      const rsa = await makeKey('rsa', 'RS256');
      issuer.keys = [rsa];
      const spki = await exportSPKI((await importJWK(rsa.publicJwk, 'RS256', { extractable: true })) as CryptoKey);
      const secrets = [spki, spki.trim(), JSON.stringify(rsa.publicJwk), rsa.publicJwk.n ?? ''];
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        for (const secret of secrets) {
          const forged = await new SignJWT({ sub: 'user_eve', scope: 'clerk:read' })
            .setProtectedHeader({ alg, kid: 'rsa', typ: 'at+jwt' })
            .setIssuer(issuer.url)
            .setAudience(AUDIENCE)
            .setExpirationTime('5m')
            .sign(new TextEncoder().encode(secret));
          expect((await refused(forged)).refusal.status).toBe(401);
        }
      }
    });

    it('by another key of the same name', async () => {
      const other = await makeKey('first');
      expect((await refused(await issuer.token({}, {}, other))).refusal.status).toBe(401);
    });

    it('by a key that the token brings along', async () => {
      const own = await makeKey('own');
      const forged = await new SignJWT({ sub: 'user_eve', scope: 'clerk:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: own.publicJwk, jku: 'https://evil.example.com/keys' })
        .setIssuer(issuer.url)
        .setAudience(AUDIENCE)
        .setExpirationTime('5m')
        .sign(own.privateKey);
      expect((await refused(forged)).refusal.status).toBe(401);
    });

    it('with claims changed after signing', async () => {
      const [header, , signature] = (await issuer.token()).split('.');
      expect((await refused(`${header}.${body()}.${signature}`)).refusal.status).toBe(401);
    });

    it('in an algorithm that is not on the list, though the issuer has such a key', async () => {
      const key = await makeKey('wide', 'ES384');
      issuer.keys = [key];
      expect((await refused(await issuer.token())).refusal.status).toBe(401);
    });

    it('with an extension that must be understood and is not', async () => {
      const key = issuer.keys[0];
      if (key === undefined) throw new Error('no key');
      const token = await issuer.token();
      const [, claims = '', signature] = token.split('.');
      expect(
        (await refused(`${head({ alg: 'ES256', kid: 'first', crit: ['b64x'], b64x: 1 })}.${claims}.${signature}`)).refusal.status,
      ).toBe(401);
    });
  });

  it.each(['x', 'a.b', 'a.b.c', '..', 'a.b.c.d.e', 'eyJhbGciOiJFUzI1NiJ9.e30.', 'A'.repeat(8000)])(
    'refuses what is no JWT, and asks the issuer nothing: %.20s',
    async (token) => {
      expect((await refused(token)).refusal.status).toBe(401);
      if (!token.startsWith('ey')) expect(issuer.asked).toEqual([]);
    },
  );

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('takes %s', async (alg) => {
    issuer.keys = [await makeKey('k', alg)];
    expect((await show(make(), await issuer.token())).ok).toBe(true);
  });

  it('fetches metadata and keys once for many tokens', async () => {
    const authentication = make();
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => issuer.token({ sub: `user_${i}` })));
    const results = await Promise.all(tokens.map((token) => show(authentication, token)));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(issuer.asked).toEqual(['/.well-known/oauth-authorization-server', '/keys']);
  });

  it('follows the issuer to a new key, and drops the old one', async () => {
    const authentication = make({ cooldownMs: 0 });
    const old = await issuer.token();
    expect((await show(authentication, old)).ok).toBe(true);
    issuer.keys = [await makeKey('second')];
    expect((await show(authentication, await issuer.token())).ok).toBe(true);
    expect(await show(authentication, old)).toMatchObject({ ok: false, refusal: { status: 401 } });
  });

  it('does not let unknown keys make it ask the issuer again and again', async () => {
    const authentication = make({ cooldownMs: 60_000 });
    await show(authentication, await issuer.token());
    for (let i = 0; i < 20; i++) {
      const stranger = await makeKey(`stranger-${i}`);
      expect(await show(authentication, await issuer.token({}, {}, stranger))).toMatchObject({
        ok: false,
        refusal: { status: 401 },
      });
    }
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(1);
  });

  describe('when the issuer cannot be asked', () => {
    it('refuses, says for how long, and complains once', async () => {
      const token = await issuer.token();
      await issuer.stop();
      const authentication = make();
      for (let i = 0; i < 3; i++) {
        expect(await show(authentication, token)).toMatchObject({
          ok: false,
          why: 'unavailable',
          refusal: { status: 503, headers: { 'Retry-After': '5' } },
        });
      }
      issuer = await TestIssuer.start();
    });

    it('refuses when its answers are errors, and lets in when they are good again', async () => {
      issuer.status = 500;
      const authentication = make({ retryMs: 0 });
      const token = await issuer.token();
      expect(await show(authentication, token)).toMatchObject({ ok: false, why: 'unavailable' });
      issuer.status = 200;
      expect((await show(authentication, token)).ok).toBe(true);
      expect(logger.warn).toHaveBeenCalledTimes(1);
    });

    it('goes on with the keys it has until they are too old, and then refuses', async () => {
      const token = await issuer.token();
      const fresh = make();
      const stale = make({ keysMaxAgeMs: 0 });
      expect((await show(fresh, token)).ok).toBe(true);
      expect((await show(stale, token)).ok).toBe(true);
      issuer.status = 503;
      expect((await show(fresh, token)).ok).toBe(true);
      expect(await show(stale, token)).toMatchObject({ ok: false, why: 'unavailable', refusal: { status: 503 } });
    });

    it('waits no longer than it may', async () => {
      const fetch = (_: string, init: RequestInit): Promise<Response> =>
        new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
      const result = await show(make({ fetch, timeoutMs: 20 }), await issuer.token());
      expect(result).toMatchObject({ ok: false, why: 'unavailable' });
    });

    it.each<[string, () => void]>([
      ['is of another issuer', () => Object.assign(issuer.metadata, { issuer: 'https://evil.example.com' })],
      ['names no keys', () => Object.assign(issuer.metadata, { jwks_uri: undefined })],
      ['has its keys on http', () => Object.assign(issuer.metadata, { jwks_uri: 'http://keys.example.com/' })],
    ])('and when its metadata %s', async (_, spoil) => {
      spoil();
      expect((await refused(await issuer.token())).why).toBe('unavailable');
    });

    it('tells the caller nothing about the issuer', async () => {
      issuer.status = 500;
      const { refusal } = await refused(await issuer.token());
      expect(JSON.stringify(refusal)).not.toContain('127.0.0.1');
    });
  });

  it('finds the metadata of an OpenID issuer', async () => {
    issuer.metadataPath = '/.well-known/openid-configuration';
    expect((await show(make(), await issuer.token())).ok).toBe(true);
  });

  it.each([
    'http://issuer.example.com',
    'ftp://x',
    'nonsense',
    'https://issuer.example.com/?a=b',
    'https://issuer.example.com/#x',
  ])('does not start with the issuer %s', (address) => {
    expect(() => make({ issuer: address })).toThrow(IssuerAddressError);
  });
});

describe('where the metadata of an issuer is looked for', () => {
  it.each([
    [
      'https://a.example',
      ['https://a.example/.well-known/oauth-authorization-server', 'https://a.example/.well-known/openid-configuration'],
    ],
    [
      'https://a.example/tenant/',
      [
        'https://a.example/.well-known/oauth-authorization-server/tenant',
        'https://a.example/.well-known/openid-configuration/tenant',
        'https://a.example/tenant/.well-known/openid-configuration',
      ],
    ],
  ])('%s', (issuer, addresses) => {
    expect(metadataAddresses(issuer)).toEqual(addresses);
  });
});
