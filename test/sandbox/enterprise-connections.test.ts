import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Client, idsOf, openSandbox } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      organizations: [
        { id: 'org_one', name: 'One' },
        { id: 'org_two', name: 'Two' },
      ],
    },
  });
});

const OIDC = { client_id: 'clerk', client_secret: 'very-secret', discovery_url: 'https://idp.example.com/.well-known/openid' };
const SAML = { idp_metadata_url: 'https://idp.example.com/metadata' };

const add = (more: object = {}): Promise<Answer> =>
  client.post('/enterprise_connections', { name: 'Corp', provider: 'oidc_custom', domains: ['Corp.example.com'], ...more });
const addSaml = (more: object = {}): Promise<Answer> => add({ provider: 'saml_okta', ...more });
const pathOf = ({ body }: Answer): string => `/enterprise_connections/${body.id}`;

describe('an enterprise connection', () => {
  it('of OpenID Connect never shows its client secret', async () => {
    const made = await add({ oidc: OIDC, organization_id: 'org_one' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      object: 'enterprise_connection',
      provider: 'oidc_custom',
      active: false,
      domains: ['corp.example.com'],
      organization_id: 'org_one',
      saml_connection: null,
      oauth_config: { provider_key: 'oidc_custom', client_id: 'clerk', discovery_url: OIDC.discovery_url, requires_pkce: false },
    });
    expect(JSON.stringify([made.body, (await client.get(pathOf(made))).body])).not.toContain('very-secret');
  });

  it('of SAML has the addresses for the identity provider', async () => {
    const { body } = await addSaml({ saml: { ...SAML, force_authn: true, login_hint: { mode: 'off' } } });
    expect(body).toMatchObject({
      oauth_config: null,
      saml_connection: { name: 'Corp', ...SAML, force_authn: true, allow_subdomains: false, login_hint: { mode: 'off' } },
    });
    expect(body.saml_connection?.acs_url).toMatch(/^https:.*\/v1\/saml\/acs\//);
  });

  it.each([
    ['a domain that is none', { domains: ['not a domain'] }, 'form_param_format_invalid', 'domains'],
    ['an empty name', { name: ' ' }, 'form_param_value_invalid', 'name'],
    ['settings of the other protocol', { saml: SAML }, 'form_param_value_invalid', 'saml'],
    ['an address that is no URL', { oidc: { token_url: 'nowhere' } }, 'form_param_format_invalid', 'oidc.token_url'],
    [
      'two paths for one attribute',
      { custom_attributes: [{ name: 'Team', key: 'team', scim_path: 'a', directory_path: 'b' }] },
      'form_param_value_invalid',
      'directory_path',
    ],
  ])('is refused for %s', async (_, more, code, param) => {
    expect(await add(more)).toMatchObject({ status: 422, code, param });
  });

  it('has its domains and its organization to itself, among SAML connections of old too', async () => {
    await add({ organization_id: 'org_one' });
    expect(await addSaml()).toMatchObject({ status: 422, code: 'saml_email_address_domain_reserved' });
    expect(await addSaml({ domains: ['other.example.com'], organization_id: 'org_one' })).toMatchObject({
      status: 422,
      code: 'organization_already_has_sso_connection',
    });
    const old = { name: 'Old', provider: 'saml_okta', domains: ['corp.example.com'] };
    expect((await client.post('/saml_connections', old)).code).toBe('saml_email_address_domain_reserved');
    expect((await client.post('/saml_connections', { ...old, domains: ['old.example.com'] })).status).toBe(200);
    expect((await addSaml({ domains: ['old.example.com'] })).code).toBe('saml_email_address_domain_reserved');
  });

  it('is active only with all that signing in takes', async () => {
    const made = await add();
    const refused = await client.patch(pathOf(made), { active: true });
    expect(refused).toMatchObject({ status: 422, code: 'enterprise_connection_cant_be_activated' });
    expect((await client.get(pathOf(made))).body.active).toBe(false);
    expect((await client.patch(pathOf(made), { active: true, oidc: OIDC })).body.active).toBe(true);
    expect((await addSaml({ domains: ['b.example.com'], active: true })).status).toBe(422);
    expect((await addSaml({ domains: ['b.example.com'], active: true, saml: SAML })).status).toBe(201);
  });

  it('takes a verified domain from organizations when it becomes active, and no other', async () => {
    await client.patch('/instance/organization_settings', { domains_enabled: true });
    for (const [organization, name, verified] of [
      ['org_two', 'corp.example.com', false],
      ['org_one', 'corp.example.com', true],
      ['org_two', 'else.example.com', true],
    ] as const) {
      const body = { name, verified, enrollment_mode: 'manual_invitation' };
      expect((await client.post(`/organizations/${organization}/domains`, body)).status).toBe(200);
    }
    const made = await add({ oidc: OIDC });
    const left = async (organization: string): Promise<string[]> =>
      (((await client.get(`/organizations/${organization}/domains`)).body.data ?? []) as unknown as { name: string }[])
        .map(({ name }) => name)
        .sort();
    await client.patch(pathOf(made), { name: 'Corporation' });
    expect(await left('org_one')).toEqual(['corp.example.com']);
    await client.patch(pathOf(made), { active: true });
    expect(await left('org_one')).toEqual([]);
    expect(await left('org_two')).toEqual(['corp.example.com', 'else.example.com']);
  });

  it('keeps what an update leaves out; an empty list of domains changes none, and an organization stays', async () => {
    const made = await addSaml({ saml: { ...SAML, attribute_mapping: { user_id: 'uid' } }, organization_id: 'org_one' });
    const { body } = await client.patch(pathOf(made), {
      domains: [],
      organization_id: null,
      sync_user_attributes: false,
      saml: { name: 'Okta', allow_subdomains: true },
    });
    expect(body).toMatchObject({
      domains: ['corp.example.com'],
      organization_id: 'org_one',
      sync_user_attributes: false,
      saml_connection: { ...SAML, name: 'Okta', allow_subdomains: true },
    });
    expect((await client.patch(pathOf(made), { domains: ['a.example.com', 'A.example.com'] })).body.domains).toEqual([
      'a.example.com',
    ]);
  });

  it('is listed by organization and by whether it is active, and gone once deleted', async () => {
    const one = await add({ organization_id: 'org_one', oidc: OIDC, active: true });
    const two = await addSaml({ domains: ['b.example.com'] });
    expect(idsOf((await client.get('/enterprise_connections')).body)).toEqual([two.body.id, one.body.id]);
    expect(idsOf((await client.get('/enterprise_connections?organization_id=org_one')).body)).toEqual([one.body.id]);
    expect(idsOf((await client.get('/enterprise_connections?active=false')).body)).toEqual([two.body.id]);
    expect((await client.delete(pathOf(one))).body).toEqual({ object: 'enterprise_connection', id: one.body.id, deleted: true });
    expect((await client.get(pathOf(one))).status).toBe(404);
  });

  it('goes with its organization', async () => {
    const made = await add({ organization_id: 'org_one' });
    await client.delete('/organizations/org_one');
    expect((await client.get(pathOf(made))).status).toBe(404);
  });
});

describe('a test run', () => {
  const open = async (link: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(link);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const begin = async (made: Answer): Promise<string> => String((await client.post(`${pathOf(made)}/test_runs`)).body.url);
  const runs = async (made: Answer, query = ''): Promise<Answer> => client.get(`${pathOf(made)}/test_runs${query}`);

  it('waits for its person, succeeds once, and holds what the identity provider sent', async () => {
    const made = await add({ oidc: OIDC });
    const link = await begin(made);
    expect((await runs(made)).body).toMatchObject({ total_count: 1, data: [{ status: 'pending', oauth: null, logs: [] }] });
    const visited = await open(link);
    expect(visited).toMatchObject({ status: 200, body: { status: 'success' } });
    expect(JSON.stringify(visited.body)).not.toContain('token');
    expect((await open(link)).status).toBe(410);
    expect((await runs(made, '?status=success')).body).toMatchObject({
      data: [
        {
          connection_type: 'oauth',
          parsed_user_info: { email_address: 'tester@corp.example.com' },
          oauth: { id_token: expect.stringMatching(/^ey/), access_token: expect.any(String) },
        },
      ],
    });
    expect((await runs(made, '?status=pending')).body.total_count).toBe(0);
  });

  it('fails where the connection lacks something, and says what', async () => {
    const made = await addSaml();
    await open(await begin(made));
    expect((await runs(made)).body.data?.[0]).toMatchObject({ status: 'failed', connection_type: 'saml', saml: null });
    expect(JSON.stringify((await runs(made, '?status=failed')).body)).toContain('saml.idp_entity_id');
    await client.patch(pathOf(made), { saml: SAML });
    await open(await begin(made));
    expect((await runs(made, '?status=success')).body.data?.[0]).toMatchObject({ saml: { saml_response: expect.any(String) } });
  });

  it('cannot begin after ten minutes, nor for a connection that is not there', async () => {
    const made = await add({ oidc: OIDC });
    const link = await begin(made);
    client.clock.now += 10 * 60 * 1000;
    expect((await open(link)).status).toBe(410);
    expect((await open(link.replace(/[^/]+$/, 'nobody'))).status).toBe(404);
    expect((await client.post('/enterprise_connections/entconn_x/test_runs')).status).toBe(404);
    await client.delete(pathOf(made));
    expect((await open(link)).status).toBe(404);
  });
});
