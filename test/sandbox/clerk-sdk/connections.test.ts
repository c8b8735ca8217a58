import { expect, it } from 'vitest';
import { codeOf, deletedAs, ids, openClerk } from './support.js';

it('oauthApplications', async () => {
  const { clerk } = await openClerk();
  const { oauthApplications } = clerk;
  const made = await oauthApplications.create({
    name: 'Partner',
    redirectUris: ['https://partner.example.com/callback'],
    scopes: 'profile email',
    public: false,
  });
  expect(made).toMatchObject({
    name: 'Partner',
    redirectUris: ['https://partner.example.com/callback'],
    scopes: 'profile email',
    isPublic: false,
    clientSecret: expect.any(String),
  });
  const read = await oauthApplications.get(made.id);
  expect(read).toMatchObject({ id: made.id, clientId: made.clientId });
  expect(read.clientSecret).toBeUndefined();
  const page = await oauthApplications.list({ nameQuery: 'part', orderBy: '+name', limit: 5 });
  expect([ids(page), page.totalCount]).toEqual([[made.id], 1]);
  expect((await oauthApplications.list({ nameQuery: 'nobody' })).totalCount).toBe(0);
  const changed = await oauthApplications.update({ oauthApplicationId: made.id, name: 'Ally', scopes: 'profile' });
  expect(changed).toMatchObject({ id: made.id, name: 'Ally', scopes: 'profile' });
  const rotated = await oauthApplications.rotateSecret(made.id);
  expect(rotated.clientSecret).not.toBe(made.clientSecret);
  expect(await oauthApplications.delete(made.id)).toEqual(deletedAs('oauth_application', made.id));
  expect(await codeOf(oauthApplications.get(made.id))).toEqual([404, 'resource_not_found']);
});

it('samlConnections', async () => {
  const { clerk } = await openClerk();
  const { samlConnections } = clerk;
  const made = await samlConnections.createSamlConnection({
    name: 'Acme SSO',
    provider: 'saml_okta',
    domain: 'acme.example.com',
    idpEntityId: 'https://idp.example.com/entity',
    idpSsoUrl: 'https://idp.example.com/sso',
    attributeMapping: { emailAddress: 'mail', firstName: 'given', lastName: 'family', userId: 'uid' },
  });
  expect(made).toMatchObject({
    name: 'Acme SSO',
    provider: 'saml_okta',
    domain: 'acme.example.com',
    active: false,
    idpSsoUrl: 'https://idp.example.com/sso',
    attributeMapping: { emailAddress: 'mail' },
    userCount: 0,
  });
  expect(await samlConnections.getSamlConnection(made.id)).toEqual(made);
  const page = await samlConnections.getSamlConnectionList({ query: 'acme', limit: 5 });
  expect([ids(page), page.totalCount]).toEqual([[made.id], 1]);
  const changed = await samlConnections.updateSamlConnection(made.id, {
    name: 'Acme',
    active: false,
    syncUserAttributes: false,
    allowSubdomains: true,
    allowIdpInitiated: true,
  });
  expect(changed).toMatchObject({ name: 'Acme', syncUserAttributes: false, allowSubdomains: true, allowIdpInitiated: true });
  expect(await samlConnections.deleteSamlConnection(made.id)).toEqual(deletedAs('saml_connection', made.id));
  expect(await codeOf(samlConnections.getSamlConnection(made.id))).toEqual([404, 'resource_not_found']);
});

it('enterpriseConnections', async () => {
  const { clerk } = await openClerk();
  const { enterpriseConnections } = clerk;
  const made = await enterpriseConnections.createEnterpriseConnection({
    name: 'Corp',
    provider: 'oidc_custom',
    domains: ['corp.example.com'],
    oidc: { clientId: 'clerk', clientSecret: 'shh', requiresPkce: true },
  });
  expect(made).toMatchObject({ name: 'Corp', active: false, domains: ['corp.example.com'], samlConnection: null });
  expect(made.oauthConfig).toMatchObject({ clientId: 'clerk', requiresPkce: true });
  const changed = await enterpriseConnections.updateEnterpriseConnection(made.id, {
    active: true,
    oidc: { authUrl: 'https://idp.example.com/auth', tokenUrl: 'https://idp.example.com/token' },
  });
  expect(changed).toMatchObject({ id: made.id, active: true });
  expect(ids(await enterpriseConnections.getEnterpriseConnectionList({ active: true, limit: 5 }))).toEqual([made.id]);
  expect(await enterpriseConnections.getEnterpriseConnection(made.id)).toMatchObject({ id: made.id });
  expect(await enterpriseConnections.deleteEnterpriseConnection(made.id)).toMatchObject({ id: made.id });
  expect(await codeOf(enterpriseConnections.getEnterpriseConnection(made.id))).toEqual([404, 'resource_not_found']);
});
