import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, openSandbox } from './harness.js';

/** Of idp.example.com, made for these tests. */
const CERTIFICATE =
  'MIIBdzCCARygAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wHhcNMjYxMTIzMTQyMDAwWhcNMzYxMTIwMT' +
  'QyMDAwWjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATP2l+jaalJu22Kp6qvv+iJaHwFymBv' +
  '1DnwFjJ94We4kpszvUQyy5A2rAxeMas1RqasCuLCVrRLzsayaSQarLdSo1MwUTAdBgNVHQ4EFgQU5Q6koxk0agr1yswtRXNTLBRrRFQwHwYDVR' +
  '0jBBgwFoAU5Q6koxk0agr1yswtRXNTLBRrRFQwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAo9+ePx3iaLhyfcwDdeVSo1jo' +
  'TT8U5xAhVHyFPD6Pr7kCIQDtVk/zvxkSBaC8R1KZeb5/OwAq+xMeG6+o3iaMS3o6dQ==';
const VALID = { from: 1795443600000, to: 2110803600000 };

const PROVIDER = {
  idp_entity_id: 'https://idp.example.com/entity',
  idp_sso_url: 'https://idp.example.com/sso',
  idp_certificate: CERTIFICATE,
};

const METADATA = `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://meta.example.com/entity">
  <md:IDPSSODescriptor>
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>${CERTIFICATE}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location='https://meta.example.com/sso?a=1&amp;b=2'/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      domain: 'acme.example.com',
      organizations: [
        { id: 'org_one', name: 'One' },
        { id: 'org_two', name: 'Two' },
      ],
    },
  });
});

const add = (more: object = {}) =>
  client.post('/saml_connections', { name: 'Okta', provider: 'saml_okta', domains: ['corp.example.com'], ...more });
const change = (id: unknown, body: object) => client.patch(`/saml_connections/${id}`, body);

describe('a SAML connection', () => {
  it('begins inactive, with the addresses for the identity provider', async () => {
    const { status, body } = await add({ ...PROVIDER, organization_id: 'org_one', attribute_mapping: { user_id: 'uid' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'saml_connection',
      id: expect.stringMatching(/^samlc_/),
      name: 'Okta',
      provider: 'saml_okta',
      domain: 'corp.example.com',
      domains: ['corp.example.com'],
      ...PROVIDER,
      idp_certificate_issued_at: VALID.from,
      idp_certificate_expires_at: VALID.to,
      idp_certificates: [{ certificate: CERTIFICATE, issued_at: VALID.from, expires_at: VALID.to }],
      organization_id: 'org_one',
      active: false,
      attribute_mapping: { user_id: 'uid', email_address: 'mail', first_name: 'firstName', last_name: 'lastName' },
      login_hint: { mode: 'email_address' },
      acs_url: `https://clerk.acme.example.com/v1/saml/acs/${body.id}`,
    });
    expect((await client.get(`/saml_connections/${body.id}`)).body).toEqual(body);
  });

  it('takes the older input for one domain, and one of the two', async () => {
    expect((await add({ domains: undefined, domain: 'Old.Example.com' })).body).toMatchObject({ domains: ['old.example.com'] });
    const none = await add({ domains: undefined });
    expect([none.status, none.code, none.param]).toEqual([422, 'form_param_missing', 'domains']);
  });

  it.each([
    [{ domains: [] }, 'form_param_format_invalid', 'domains'],
    [{ domains: ['ok.example.com', 'not a domain'] }, 'form_param_format_invalid', 'domains'],
    [{ idp_sso_url: 'ftp://idp.example.com' }, 'form_param_format_invalid', 'idp_sso_url'],
    [{ idp_metadata_url: 'here' }, 'form_param_format_invalid', 'idp_metadata_url'],
    [{ idp_certificates: ['AAAA'] }, 'form_param_format_invalid', 'idp_certificates'],
    [{ idp_certificate: 'AAAA' }, 'form_param_format_invalid', 'idp_certificate'],
    [{ idp_metadata: '<html/>' }, 'saml_failed_to_parse_idp_metadata', undefined],
    [{ login_hint: { mode: 'custom_attribute' } }, 'form_conditional_param_missing', 'login_hint.source'],
    [{ login_hint: { mode: 'loud' } }, 'form_param_value_invalid', 'login_hint.mode'],
    [{ attribute_mapping: { nickname: 'x' } }, 'form_param_unknown', 'attribute_mapping.nickname'],
    [{ name: '' }, 'form_param_value_invalid', 'name'],
  ])('%j is refused, at the start and later', async (given, code, param) => {
    const made = await add(given);
    expect([made.status, made.code, made.param]).toEqual([422, code, param]);
    const { body } = await add();
    const changed = await change(body.id, given);
    expect([changed.status, changed.code, changed.param]).toEqual([422, code, param]);
    expect((await client.get(`/saml_connections/${body.id}`)).body).toEqual(body);
  });

  it('reads the metadata, which speaks louder than single values', async () => {
    const { body } = await add({ ...PROVIDER, idp_certificate: null, idp_metadata: METADATA });
    expect(body).toMatchObject({
      idp_entity_id: 'https://meta.example.com/entity',
      idp_sso_url: 'https://meta.example.com/sso?a=1&b=2',
      idp_certificate_expires_at: VALID.to,
      idp_metadata: METADATA,
    });
    expect((await change(body.id, { active: true })).body.active).toBe(true);
  });

  it('has its domains to itself', async () => {
    const { body } = await add();
    const taken = await add({ domains: ['other.example.com', 'CORP.example.com'] });
    expect([taken.status, taken.code, taken.param]).toEqual([422, 'saml_email_address_domain_reserved', 'domains']);
    expect((await change(body.id, { domains: ['corp.example.com', 'new.example.com'] })).body.domains).toHaveLength(2);
    await client.delete(`/saml_connections/${body.id}`);
    expect((await add()).status).toBe(200);
  });

  it('belongs to one organization, which has no other', async () => {
    await add({ organization_id: 'org_one' });
    const second = await add({ domains: ['b.example.com'], organization_id: 'org_one' });
    expect([second.status, second.code]).toEqual([422, 'organization_already_has_sso_connection']);
    expect((await add({ domains: ['b.example.com'], organization_id: 'org_none' })).status).toBe(404);
    const free = (await add({ domains: ['b.example.com'], organization_id: 'org_two' })).body;
    expect((await change(free.id, { organization_id: null })).body.organization_id).toBeNull();
    expect((await change(free.id, { organization_id: 'org_two' })).status).toBe(200);
    expect((await change(free.id, { organization_id: 'org_two' })).body.organization_id).toBe('org_two');
    expect((await change(free.id, { organization_id: 'org_one' })).code).toBe('organization_already_has_sso_connection');
    await client.delete('/organizations/org_one');
    expect(idsOf((await client.get('/saml_connections')).body)).toEqual([free.id]);
  });

  it('changes where something was given', async () => {
    const before = (await add(PROVIDER)).body;
    client.clock.now += 1000;
    const given = { name: 'New', allow_subdomains: true, sync_user_attributes: null, login_hint: { mode: 'off' } };
    expect((await change(before.id, given)).body).toEqual({
      ...before,
      name: 'New',
      allow_subdomains: true,
      login_hint: { mode: 'off' },
      updated_at: client.clock.now,
    });
    expect((await change(before.id, { provider: 'saml_google' })).code).toBe('form_param_unknown');
  });
});

describe('activation', () => {
  it.each(Object.keys(PROVIDER))('needs %s', async (field) => {
    const { body } = await add({ ...PROVIDER, [field]: undefined });
    const refused = await change(body.id, { active: true });
    expect([refused.status, refused.code]).toEqual([422, 'saml_connection_cant_be_activated']);
    expect(JSON.stringify(refused.body)).toContain(field);
    expect((await client.get(`/saml_connections/${body.id}`)).body.active).toBe(false);
    expect((await change(body.id, { active: true, [field]: PROVIDER[field as keyof typeof PROVIDER] })).body.active).toBe(true);
    expect((await change(body.id, { [field]: null })).code).toBe('saml_connection_cant_be_activated');
    expect((await change(body.id, { [field]: null, active: false })).body[field]).toBeNull();
  });

  it('is content with the address of the metadata', async () => {
    const { body } = await add({ idp_metadata_url: 'https://idp.example.com/metadata.xml' });
    expect((await change(body.id, { active: true })).body.active).toBe(true);
  });
});

it('the list is searched by name and organization', async () => {
  const one = (await add({ organization_id: 'org_one' })).body;
  client.clock.now += 1000;
  const two = (await add({ name: 'Google', domains: ['g.example.com'], organization_id: 'org_two' })).body;
  const ids = async (query: string) => idsOf((await client.get(`/saml_connections?${query}`)).body);
  expect(await ids('')).toEqual([two.id, one.id]);
  expect(await ids('query=OKT')).toEqual([one.id]);
  expect(await ids('organization_id=org_two')).toEqual([two.id]);
  expect(await ids('organization_id=-org_two')).toEqual([one.id]);
  expect(await ids('order_by=-name')).toEqual([one.id, two.id]);
  expect((await client.get('/saml_connections?limit=1')).body.total_count).toBe(2);
  expect((await client.get('/saml_connections/samlc_none')).status).toBe(404);
});
