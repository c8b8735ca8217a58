import { expect, it } from 'vitest';
import { codeOf, deletedAs, ids, openClerk } from './support.js';

it('instance', async () => {
  const { clerk } = await openClerk();
  expect(
    await clerk.instance.update({ testMode: true, hibp: false, supportEmail: 'help@example.com', allowedOrigins: [] }),
  ).toBeUndefined();
  expect(await clerk.instance.get()).toMatchObject({ environmentType: 'development', allowedOrigins: [] });
  await clerk.users.createUser({ emailAddress: ['ada@example.com'], password: 'password123' });
  const restrictions = await clerk.instance.updateRestrictions({ allowlist: true, blockEmailSubaddresses: true });
  expect(restrictions).toMatchObject({ allowlist: true, blockEmailSubaddresses: true });
  expect(await codeOf(clerk.users.createUser({ emailAddress: ['bob@example.com'] }))).toEqual([403, 'not_allowed_access']);
  const settings = await clerk.instance.updateOrganizationSettings({
    enabled: true,
    maxAllowedMemberships: 11,
    domainsEnabled: true,
    domainsEnrollmentModes: ['manual_invitation'],
    creatorRoleId: 'org:admin',
  });
  expect(settings).toMatchObject({
    maxAllowedMemberships: 11,
    domainsEnabled: true,
    domainsEnrollmentModes: ['manual_invitation'],
    creatorRole: 'org:admin',
  });
  expect(await clerk.instance.getOrganizationSettings()).toEqual(settings);
});

it('betaFeatures', async () => {
  const { clerk } = await openClerk({ seed: { settings: { environment_type: 'production' } } });
  await clerk.betaFeatures.changeDomain({ homeUrl: 'https://www.example.org' });
  expect((await clerk.domains.list()).data[0]?.name).toBe('example.org');
});

it('invitations', async () => {
  const { clerk } = await openClerk();
  const sent = await clerk.invitations.createInvitation({
    emailAddress: 'ada@example.com',
    redirectUrl: 'https://example.com/welcome',
    publicMetadata: { plan: 'pro' },
    expiresInDays: 7,
    notify: false,
    ignoreExisting: true,
    templateSlug: 'invitation',
  });
  expect(sent).toMatchObject({ emailAddress: 'ada@example.com', status: 'pending', publicMetadata: { plan: 'pro' } });
  const page = await clerk.invitations.getInvitationList({ status: 'pending', query: 'ada', orderBy: '-expires_at' });
  expect([ids(page), page.totalCount]).toEqual([[sent.id], 1]);
  expect(await clerk.invitations.revokeInvitation(sent.id)).toMatchObject({ status: 'revoked', revoked: true });
  expect(await codeOf(clerk.invitations.revokeInvitation(sent.id))).toEqual([400, 'invitation_already_revoked']);
  expect(await clerk.invitations.deleteInvitation(sent.id)).toMatchObject({ id: sent.id, deleted: true });
  expect(await codeOf(clerk.invitations.revokeInvitation(sent.id))).toEqual([404, 'resource_not_found']);
});

it('allowlistIdentifiers', async () => {
  const { clerk } = await openClerk();
  const { allowlistIdentifiers } = clerk;
  const entry = await allowlistIdentifiers.createAllowlistIdentifier({ identifier: 'ada@example.com', notify: true });
  expect(entry).toMatchObject({ identifier: 'ada@example.com', identifierType: 'email_address' });
  expect(entry.invitationId).toMatch(/^inv_/);
  const page = await allowlistIdentifiers.getAllowlistIdentifierList({ limit: 5 });
  expect([ids(page), page.totalCount]).toEqual([[entry.id], 1]);
  expect(await allowlistIdentifiers.deleteAllowlistIdentifier(entry.id)).toEqual(deletedAs('allowlist_identifier', entry.id));
  expect((await allowlistIdentifiers.getAllowlistIdentifierList()).totalCount).toBe(0);
});

it('blocklistIdentifiers', async () => {
  const { clerk } = await openClerk();
  const { blocklistIdentifiers } = clerk;
  const entry = await blocklistIdentifiers.createBlocklistIdentifier({ identifier: '*@example.com' });
  expect(ids(await blocklistIdentifiers.getBlocklistIdentifierList())).toEqual([entry.id]);
  expect(await codeOf(clerk.users.createUser({ emailAddress: ['ada@example.com'] }))).toEqual([403, 'not_allowed_access']);
  const again = blocklistIdentifiers.createBlocklistIdentifier({ identifier: '*@example.com' });
  expect(await codeOf(again)).toEqual([400, 'duplicate_record']);
  expect(await blocklistIdentifiers.deleteBlocklistIdentifier(entry.id)).toEqual(deletedAs('blocklist_identifier', entry.id));
});

it('domains', async () => {
  const { clerk } = await openClerk();
  const [primary] = (await clerk.domains.list()).data;
  const satellite = await clerk.domains.add({ name: 'satellite.example.org', is_satellite: true });
  expect(satellite).toMatchObject({ name: 'satellite.example.org', isSatellite: true });
  expect(satellite.cnameTargets.map((target) => target.host)).toContain('clerk.satellite.example.org');
  const changed = await clerk.domains.update({
    domainId: satellite.id,
    name: 'moon.example.org',
    proxy_url: 'https://moon.example.org/__clerk',
  });
  expect(changed).toMatchObject({ name: 'moon.example.org', proxyUrl: 'https://moon.example.org/__clerk' });
  const page = await clerk.domains.list();
  expect([new Set(ids(page)), page.totalCount]).toEqual([new Set([primary?.id, satellite.id]), 2]);
  expect(await clerk.domains.delete(satellite.id)).toEqual(deletedAs('domain', satellite.id));
  expect(await codeOf(clerk.domains.deleteDomain(primary?.id ?? ''))).toEqual([403, 'operation_not_allowed_on_primary_domain']);
});

it('proxyChecks', async () => {
  const { clerk } = await openClerk();
  const [domain] = (await clerk.domains.list()).data;
  const proxyUrl = `https://${domain?.name}/__clerk`;
  const check = await clerk.proxyChecks.verify({ domainId: domain?.id ?? '', proxyUrl });
  expect(check).toMatchObject({ domainId: domain?.id, proxyUrl, successful: expect.any(Boolean) });
});

it('redirectUrls', async () => {
  const { clerk } = await openClerk();
  const { redirectUrls } = clerk;
  const made = await redirectUrls.createRedirectUrl({ url: 'https://example.com/callback' });
  expect(await redirectUrls.getRedirectUrl(made.id)).toEqual(made);
  const page = await redirectUrls.getRedirectUrlList();
  expect([ids(page), page.totalCount]).toEqual([[made.id], 1]);
  expect(await redirectUrls.deleteRedirectUrl(made.id)).toEqual(deletedAs('redirect_url', made.id));
  expect(await codeOf(redirectUrls.getRedirectUrl(made.id))).toEqual([404, 'resource_not_found']);
});

it('webhooks', async () => {
  const { clerk } = await openClerk();
  expect((await clerk.webhooks.createSvixApp()).svix_url).toMatch(/^https:\/\//);
  expect((await clerk.webhooks.generateSvixAuthURL()).svix_url).toMatch(/^https:\/\//);
  expect(await clerk.webhooks.deleteSvixApp()).toBeUndefined();
});
