import { expect, test } from 'vitest';
import { codeOf, deletedAs, ids, openClerk } from './support.js';

test('oauthApplications', async () => {
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

test('samlConnections', async () => {
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
