import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, type Json, openSandbox, rowsOf } from './harness.js';

let client: Client;
let ada: Json;
let bob: Json;
let path: string;
let organizationId: unknown;

beforeEach(async () => {
  client = await openSandbox();
  ada = await addUser(client, 'ada@example.com', { first_name: 'Ada', username: 'ada_l' });
  bob = await addUser(client, 'bob@example.com', { first_name: 'Bob', phone_number: ['+15555550100'] });
  organizationId = (await client.post('/organizations', { name: 'Acme', created_by: ada.id })).body.id;
  path = `/organizations/${organizationId}/memberships`;
});

const add = (user: Json, role = 'org:member') => client.post(path, { user_id: user.id, role });
const people = async (query: string) =>
  rowsOf((await client.get(`${path}?${query}`)).body).map((row) => row.public_user_data?.first_name);

describe('adding a member', () => {
  it('answers with the membership, the organization and the user in it', async () => {
    const { status, body } = await client.post(path, { user_id: bob.id, role: 'org:member', public_metadata: { team: 'a' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'organization_membership',
      role: 'org:member',
      permissions: ['org:sys_memberships:read', 'org:sys_billing:read'],
      public_metadata: { team: 'a' },
      organization: { id: organizationId },
      public_user_data: { user_id: bob.id, first_name: 'Bob', identifier: 'bob@example.com' },
    });
    expect((await client.get(`/users/${bob.id}/organization_memberships`)).body).toMatchObject({
      total_count: 1,
      data: [{ id: body.id }],
    });
  });

  it('refuses one who is a member, a role or user that does not exist, and one too many', async () => {
    await add(bob);
    const again = await add(bob);
    expect([again.status, again.code]).toEqual([400, 'already_a_member_in_organization']);
    expect((await add({ id: 'user_none' } as unknown as Json)).status).toBe(404);
    const cleo = await addUser(client, 'cleo@example.com');
    expect((await add(cleo, 'org:wizard')).status).toBe(404);
    await client.patch(`/organizations/${organizationId}`, { max_allowed_memberships: 2 });
    const full = await add(cleo);
    expect([full.status, full.code]).toEqual([403, 'organization_membership_quota_exceeded']);
  });
});

describe('listing members', () => {
  it.each([
    ['', ['Bob', 'Ada']],
    ['order_by=first_name', ['Ada', 'Bob']],
    ['order_by=-email_address', ['Bob', 'Ada']],
    ['role=org:admin', ['Ada']],
    ['role=org:admin&role=org:member', ['Bob', 'Ada']],
    ['email_address=bob@example.com', ['Bob']],
    ['phone_number=%2B15555550100', ['Bob']],
    ['username=ada_l', ['Ada']],
    ['query=ADA', ['Ada']],
    ['email_address_query=example', ['Bob', 'Ada']],
    ['name_query=bo', ['Bob']],
    ['limit=1&offset=1', ['Ada']],
    ['created_at_before=1', []],
  ])('?%s', async (query, expected) => {
    client.clock.now += 1000;
    await add(bob);
    expect(await people(query)).toEqual(expected);
  });

  it('takes signs before user ids', async () => {
    await add(bob);
    expect(await people(`user_id=-${ada.id}`)).toEqual(['Bob']);
    expect(await people(`user_id=${ada.id}`)).toEqual(['Ada']);
  });

  it('of an organization that does not exist answers 404', async () => {
    expect((await client.get('/organizations/org_none/memberships')).status).toBe(404);
  });
});

describe('the last admin', () => {
  it('can neither go nor become something else', async () => {
    await add(bob);
    for (const answer of [
      await client.delete(`${path}/${ada.id}`),
      await client.patch(`${path}/${ada.id}`, { role: 'org:member' }),
    ]) {
      expect([answer.status, answer.code]).toEqual([422, 'organization_minimum_permissions_needed']);
    }
    expect((await client.patch(`${path}/${ada.id}`, { role: 'org:admin' })).status).toBe(200);
  });

  it('can once there is another', async () => {
    await add(bob);
    expect((await client.patch(`${path}/${bob.id}`, { role: 'org:admin' })).body.role).toBe('org:admin');
    expect((await client.delete(`${path}/${ada.id}`)).body).toMatchObject({
      role: 'org:admin',
      public_user_data: { user_id: ada.id },
    });
    expect(await people('')).toEqual(['Bob']);
    expect((await client.delete(`${path}/${ada.id}`)).status).toBe(404);
  });
});

it('metadata of a membership is merged', async () => {
  await client.post(path, { user_id: bob.id, role: 'org:member', public_metadata: { a: 1, b: 2 } });
  const { body } = await client.patch(`${path}/${bob.id}/metadata`, { public_metadata: { a: null, c: 3 } });
  expect(body.public_metadata).toEqual({ b: 2, c: 3 });
  expect((await client.patch(`${path}/${bob.id}/metadata`, { role: 'org:admin' })).code).toBe('form_param_unknown');
});

it('a user who is deleted is no member any more', async () => {
  await add(bob);
  await client.delete(`/users/${bob.id}`);
  expect((await client.get(`/organizations/${organizationId}?include_members_count=true`)).body.members_count).toBe(1);
});
