import type { Organization, User } from '@clerk/backend';
import { beforeEach, describe, expect, it } from 'vitest';
import { PNG } from '../harness.js';
import { codeOf, deletedAs, ids, type Opened, openClerk } from './support.js';

let opened: Opened;
let ada: User;
let bob: User;
let engine: Organization;
beforeEach(async () => {
  opened = await openClerk();
  const { users, organizations } = opened.clerk;
  ada = await users.createUser({ emailAddress: ['ada@example.com'], firstName: 'Ada' });
  bob = await users.createUser({ emailAddress: ['bob@example.com'], username: 'bob.b' });
  engine = await organizations.createOrganization({
    name: 'Analytical Engine',
    createdBy: ada.id,
    maxAllowedMemberships: 9,
    publicMetadata: { plan: 'pro' },
    privateMetadata: { crm: 7 },
  });
});

describe('organizations', () => {
  it('createOrganization', () => {
    expect(engine).toMatchObject({
      name: 'Analytical Engine',
      slug: 'analytical-engine',
      createdBy: ada.id,
      maxAllowedMemberships: 9,
      publicMetadata: { plan: 'pro' },
      privateMetadata: { crm: 7 },
      hasImage: false,
    });
  });

  it('getOrganization by id and by slug', async () => {
    const { organizations } = opened.clerk;
    expect(await organizations.getOrganization({ organizationId: engine.id })).toEqual(engine);
    const counted = await organizations.getOrganization({ slug: 'analytical-engine', includeMembersCount: true });
    expect(counted).toMatchObject({ id: engine.id, membersCount: 1 });
  });

  it('getOrganizationList', async () => {
    const { organizations } = opened.clerk;
    const other = await organizations.createOrganization({ name: 'Bletchley', slug: 'park' });
    const all = await organizations.getOrganizationList();
    expect([new Set(ids(all)), all.totalCount]).toEqual([new Set([engine.id, other.id]), 2]);
    expect(ids(await organizations.getOrganizationList({ query: 'bletch' }))).toEqual([other.id]);
    expect(ids(await organizations.getOrganizationList({ organizationId: [engine.id] }))).toEqual([engine.id]);
    const byMembers = await organizations.getOrganizationList({ orderBy: '-members_count', includeMembersCount: true });
    expect(byMembers.data.map((row) => row.membersCount)).toEqual([1, 0]);
    expect(ids(await organizations.getOrganizationList({ orderBy: '+name', limit: 1, offset: 1 }))).toEqual([other.id]);
  });

  it('updateOrganization', async () => {
    const { organizations } = opened.clerk;
    const changed = await organizations.updateOrganization(engine.id, {
      name: 'Difference Engine',
      slug: 'difference',
      maxAllowedMemberships: 3,
      adminDeleteEnabled: false,
    });
    expect(changed).toMatchObject({
      name: 'Difference Engine',
      slug: 'difference',
      maxAllowedMemberships: 3,
      adminDeleteEnabled: false,
    });
    const taken = organizations.createOrganization({ name: 'Another', slug: 'difference' });
    expect(await codeOf(taken)).toEqual([422, 'form_identifier_exists', 'slug']);
  });

  it('updateOrganizationMetadata', async () => {
    const params = { publicMetadata: { plan: null, seats: 4 } };
    const changed = await opened.clerk.organizations.updateOrganizationMetadata(engine.id, params);
    expect([changed.publicMetadata, changed.privateMetadata]).toEqual([{ seats: 4 }, { crm: 7 }]);
  });

  it('updateOrganizationLogo and deleteOrganizationLogo', async () => {
    const { organizations } = opened.clerk;
    const file = new Blob([PNG], { type: 'image/png' });
    const withLogo = await organizations.updateOrganizationLogo(engine.id, { file, uploaderUserId: ada.id });
    expect(withLogo.hasImage).toBe(true);
    expect(Buffer.from(await (await fetch(withLogo.imageUrl)).arrayBuffer())).toEqual(PNG);
    expect((await organizations.deleteOrganizationLogo(engine.id)).hasImage).toBe(false);
  });

  it('deleteOrganization takes memberships and invitations along', async () => {
    const { organizations, users } = opened.clerk;
    expect(await organizations.deleteOrganization(engine.id)).toEqual(deletedAs('organization', engine.id));
    expect((await users.getOrganizationMembershipList({ userId: ada.id })).totalCount).toBe(0);
    expect(await codeOf(organizations.getOrganization({ organizationId: engine.id }))).toEqual([404, 'resource_not_found']);
  });
});

describe('memberships', () => {
  const role = 'org:member';

  it('are made, listed, changed and ended', async () => {
    const { organizations } = opened.clerk;
    const at = { organizationId: engine.id, userId: bob.id };
    const made = await organizations.createOrganizationMembership({ ...at, role });
    expect(made).toMatchObject({ role, organization: { id: engine.id }, publicUserData: { userId: bob.id } });
    const admin = await organizations.updateOrganizationMembership({ ...at, role: 'org:admin' });
    expect(admin.role).toBe('org:admin');
    const noted = await organizations.updateOrganizationMembershipMetadata({ ...at, publicMetadata: { desk: 4 } });
    expect(noted.publicMetadata).toEqual({ desk: 4 });
    const ended = await organizations.deleteOrganizationMembership(at);
    expect(ended.id).toBe(made.id);
    expect(await codeOf(organizations.deleteOrganizationMembership(at))).toEqual([404, 'resource_not_found']);
  });

  it.each<[string, object, number]>([
    ['user', { userId: ['BOB'] }, 1],
    ['role', { role: ['org:admin'] }, 1],
    ['several roles', { role: ['org:admin', 'org:member'] }, 2],
    ['e-mail address', { emailAddress: ['bob@example.com'] }, 1],
    ['username', { username: ['bob.b'] }, 1],
    ['words', { query: 'ada' }, 1],
    ['part of an e-mail address', { emailAddressQuery: 'example.com' }, 2],
    ['part of a name', { nameQuery: 'ada' }, 1],
    ['part of a username', { usernameQuery: 'b.b' }, 1],
    ['time', { createdAtAfter: 1 }, 2],
    ['limit', { limit: 1, orderBy: '-created_at' }, 1],
  ])('are found by %s', async (_, params, count) => {
    const { organizations } = opened.clerk;
    await organizations.createOrganizationMembership({ organizationId: engine.id, userId: bob.id, role });
    const query = JSON.parse(JSON.stringify(params).replace('BOB', bob.id)) as object;
    const page = await organizations.getOrganizationMembershipList({ organizationId: engine.id, ...query });
    expect(page.data).toHaveLength(count);
  });

  it('the last admin stays', async () => {
    const leaving = opened.clerk.organizations.deleteOrganizationMembership({ organizationId: engine.id, userId: ada.id });
    expect(await codeOf(leaving)).toEqual([422, 'organization_minimum_permissions_needed']);
  });
});

describe('invitations', () => {
  const role = 'org:member';

  it('are sent, read, listed and revoked', async () => {
    const { organizations } = opened.clerk;
    const sent = await organizations.createOrganizationInvitation({
      organizationId: engine.id,
      emailAddress: 'carol@example.com',
      role,
      inviterUserId: ada.id,
      expiresInDays: 3,
      redirectUrl: 'https://example.com/welcome',
      publicMetadata: { team: 'x' },
      privateMetadata: { cost: 1 },
    });
    expect(sent).toMatchObject({ emailAddress: 'carol@example.com', role, status: 'pending', publicMetadata: { team: 'x' } });
    const at = { organizationId: engine.id, invitationId: sent.id };
    expect(await organizations.getOrganizationInvitation(at)).toEqual(sent);
    expect(ids(await organizations.getOrganizationInvitationList({ organizationId: engine.id, status: ['pending'] }))).toEqual([
      sent.id,
    ]);
    const revoked = await organizations.revokeOrganizationInvitation({ ...at, requestingUserId: ada.id });
    expect(revoked.status).toBe('revoked');
    const page = await organizations.getOrganizationInvitationList({ organizationId: engine.id, status: ['pending'] });
    expect(page.totalCount).toBe(0);
    expect(await codeOf(organizations.revokeOrganizationInvitation(at))).toEqual([400, 'organization_invitation_not_pending']);
  });

  it('are found by several statuses', async () => {
    const { organizations } = opened.clerk;
    const invite = (emailAddress: string) =>
      organizations.createOrganizationInvitation({ organizationId: engine.id, emailAddress, role });
    const [carol, dave] = [await invite('carol@example.com'), await invite('dave@example.com')];
    await organizations.revokeOrganizationInvitation({ organizationId: engine.id, invitationId: carol.id });
    const page = await organizations.getOrganizationInvitationList({
      organizationId: engine.id,
      status: ['pending', 'revoked'],
    });
    expect(new Set(ids(page))).toEqual(new Set([carol.id, dave.id]));
  });

  it('are sent in bulk', async () => {
    const page = await opened.clerk.organizations.createOrganizationInvitationBulk(engine.id, [
      { emailAddress: 'carol@example.com', role, inviterUserId: ada.id },
      { emailAddress: 'dave@example.com', role, inviterUserId: ada.id },
    ]);
    expect(page.totalCount).toBe(2);
    expect(page.data.map((row) => row.emailAddress)).toEqual(['carol@example.com', 'dave@example.com']);
  });
});
