import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIssuer, type IssuerToCheck } from '../../../src/cli/doctor/check-issuer.js';
import { AUDIENCE, TestIssuer } from '../../mcp/auth/test-issuer.js';

const SCOPES = ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'];

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

  it('keys that no token can be checked with', async () => {
    const keys = issuer.keys;
    issuer.keys = [];
    expect((await check()).issuer).toMatchObject({ status: 'failure' });
    issuer.keys = keys;
  });
});
