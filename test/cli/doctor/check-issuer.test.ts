import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIssuer, type IssuerToCheck } from '../../../src/cli/doctor/check-issuer.js';
import { AUDIENCE, TestIssuer } from '../../mcp/auth/test-issuer.js';
import { freePort } from '../../support/free-port.js';
import { scratchDirectory } from '../../support/scratch.js';

const SCOPES = ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'];

/** Sends until the other side has had enough. */
function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  };
  response.on('drain', more);
  response.on('error', () => {});
  more();
}

describe('what doctor finds of an issuer', () => {
  let issuer: TestIssuer;
  let good: Record<string, unknown>;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
    good = {
      ...issuer.metadata,
      authorization_endpoint: `${issuer.url}/authorize`,
      token_endpoint: `${issuer.url}/token`,
      client_id_metadata_document_supported: true,
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['profile', ...SCOPES],
    };
  });
  afterAll(() => issuer.stop());

  const check = async (metadata: object = {}, more: Partial<IssuerToCheck> = {}) => {
    issuer.metadata = { ...good, ...metadata };
    const findings = await checkIssuer({
      issuer: issuer.url,
      resource: AUDIENCE,
      sse: true,
      granted: ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'],
      ...more,
    });
    return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
  };

  it('nothing, where hosts can sign in', async () => {
    const found = await check();
    expect(Object.values(found).map(({ check: name, status }) => `${status} ${name}`)).toEqual([
      'ok issuer',
      'ok clients',
      'ok scopes',
      'ok audience',
    ]);
    expect(found.audience?.message).toContain('https://mcp.example.com/mcp or https://mcp.example.com/sse in aud');
    expect((await check({}, { sse: false })).audience?.message).not.toContain('/sse');
  });

  it.each([
    [
      'no way in for new clients',
      { client_id_metadata_document_supported: false },
      'clients',
      'warning',
      /neither client id metadata/,
    ],
    ['no PKCE', { code_challenge_methods_supported: undefined }, 'clients', 'warning', /S256/],
    [
      'a place to get tokens that is open to all ears',
      { token_endpoint: 'http://a.example/t' },
      'clients',
      'warning',
      /not an https/,
    ],
    ['no sign-in at all', { token_endpoint: undefined }, 'clients', 'failure', /no client can sign in/],
    [
      'scopes that it lacks',
      { scopes_supported: ['profile', 'clerk:read'] },
      'scopes',
      'warning',
      /clerk:write clerk:destructive/,
    ],
    [
      'a resource that it does not know',
      { protected_resources: ['https://x.example.com/mcp'] },
      'audience',
      'warning',
      /does not know https/,
    ],
    ['another name', { issuer: 'https://other.example.com' }, 'issuer', 'failure', /says it is "https:\/\/other/],
    ['no keys', { jwks_uri: '' }, 'issuer', 'failure', /no issuer and jwks_uri/],
  ])('%s', async (_, metadata, name, status, message) => {
    const { [name]: finding } = await check(metadata);
    expect(finding).toMatchObject({ status, message: expect.stringMatching(message), advice: expect.any(String) });
  });

  it('dynamic registration, where that is the way in', async () => {
    const metadata = { client_id_metadata_document_supported: 'x', registration_endpoint: `${issuer.url}/register` };
    expect((await check(metadata)).clients).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('by dynamic registration'),
    });
  });

  it('no scope that no one may have', async () => {
    const { scopes } = await check({ scopes_supported: ['clerk:read'] }, { granted: ['clerk:read'] });
    expect(scopes).toMatchObject({ status: 'ok' });
  });

  it('that no ceiling is set, and an address without TLS', async () => {
    const { grants, audience } = await check({}, { granted: undefined, resource: 'http://mcp.example.com/mcp' });
    expect(grants).toMatchObject({ status: 'warning', advice: expect.stringContaining('--grants') });
    expect(audience).toMatchObject({ status: 'warning' });
  });

  it('an address that nothing can be trusted from', async () => {
    await expect(check({}, { issuer: 'http://issuer.example.com' })).rejects.toThrow(/https address/);
  });

  it('whether it says of tokens that they were revoked', async () => {
    const secretFile = join(await scratchDirectory(), 'secret');
    const introspection = { clientId: 'asks', secretFile };
    const endpoint = { introspection_endpoint: `${issuer.url}/introspect` };
    await writeFile(secretFile, 'se+cret\n');
    expect((await check(endpoint, { introspection })).introspection).toMatchObject({ status: 'ok' });
    expect((await check({}, { introspection })).introspection).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('has no introspection_endpoint'),
    });
    await writeFile(secretFile, 'another');
    expect((await check(endpoint, { introspection })).introspection).toMatchObject({
      status: 'failure',
      message: expect.stringMatching(/introspect: answered 401\.$/),
      advice: expect.stringContaining('confidential client'),
    });
    expect((await check()).introspection).toBeUndefined();
  });

  it('more than one reason why clients stay out', async () => {
    const metadata = { client_id_metadata_document_supported: false, code_challenge_methods_supported: ['plain'] };
    issuer.metadata = { ...good, ...metadata };
    const findings = await checkIssuer({ issuer: issuer.url, resource: AUDIENCE, sse: true, granted: SCOPES as never });
    expect(findings.filter((finding) => finding.check === 'clients')).toHaveLength(2);
  });

  describe('where something else than an issuer answers', () => {
    let answer: (request: IncomingMessage, response: ServerResponse) => void;
    const server = createServer((request, response) => answer(request, response));
    let address: string;
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    it.each<[string, typeof answer, RegExp, RegExp]>([
      [
        'a page',
        (_, response) => response.end('<!doctype html><title>Sign in</title>'),
        /: answered with a page for people \(HTML\)/,
        /iss/,
      ],
      [
        'a redirect that leads in a circle',
        (_, response) => response.writeHead(302, { location: '/sign-in?next=/' }).end(),
        /: redirects to http:\/\/127\S*\/sign-in, and redirects are not followed/,
        /iss/,
      ],
      ['nothing', (_, response) => response.end(), /: answered with nothing/, /iss/],
      ['no JSON', (_, response) => response.end('hello'), /: answered with something else than JSON/, /iss/],
      ['no end', (_, response) => endless(response), /: answered with more than 1048576 bytes/, /iss/],
      ['an error', (_, response) => response.writeHead(500).end(), /: answered 500/, /iss/],
      [
        'a broken connection',
        ({ socket }) => socket.destroy(),
        /: (?:the connection was broken off|cannot be reached)/,
        /firewall/,
      ],
    ])('%s', async (_, next, message, advice) => {
      answer = next;
      const { issuer: finding } = await check({}, { issuer: address });
      expect(finding).toMatchObject({
        status: 'failure',
        message: expect.stringMatching(message),
        advice: expect.stringMatching(advice),
      });
      // Said once, for all places where metadata may be.
      expect(finding?.message.match(new RegExp(message.source, 'g'))).toHaveLength(1);
    });

    it('and where nothing does', async () => {
      const port = await freePort();
      const { issuer: finding } = await check({}, { issuer: `http://127.0.0.1:${port}` });
      expect(finding).toMatchObject({ message: expect.stringContaining('nothing listens there') });
      const { issuer: noTls } = await check({}, { issuer: address.replace('http:', 'https:') });
      expect(noTls).toMatchObject({ message: expect.stringContaining('speaks no TLS') });
    });
  });

  it('keys that no token can be checked with', async () => {
    const keys = issuer.keys;
    issuer.keys = [];
    expect((await check()).issuer).toMatchObject({ status: 'failure' });
    issuer.keys = keys;
  });
});
