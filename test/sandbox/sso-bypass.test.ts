import { beforeEach, expect, it } from 'vitest';
import { addUser, type Client, openSandbox, rowsOf } from './harness.js';

const LIST = '/sso_bypass_allowlist_users';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

const connect = async (...domains: string[]) =>
  (await client.post('/enterprise_connections', { name: 'Corp', provider: 'oidc_custom', domains, oidc: {} })).body.id;

it('takes a user whom a connection serves, once, and lists who that is', async () => {
  const ada = await addUser(client, 'ada@corp.example.com');
  const served = await connect('corp.example.com');
  const other = await connect('other.example.com');
  const added = await client.post(LIST, { user_id: ada.id });
  expect([added.status, added.body]).toMatchObject([
    201,
    { object: 'sso_bypass_allowlist_user', user_id: ada.id, public_user_data: { identifier: 'ada@corp.example.com' } },
  ]);
  expect((await client.post(LIST, { user_id: ada.id })).body).toEqual(added.body);
  const listed = async (query = '') => rowsOf((await client.get(LIST + query)).body).map(({ user_id }) => user_id);
  expect(await listed()).toEqual([ada.id]);
  expect(await listed(`?enterprise_connection_id=${served}`)).toEqual([ada.id]);
  expect(await listed(`?enterprise_connection_id=${other}`)).toEqual([]);
  expect((await client.get(`${LIST}?enterprise_connection_id=entconn_none`)).code).toBe('resource_not_found');
});

it('refuses a user whom none serves, or who is not there', async () => {
  const ada = await addUser(client, 'ada@corp.example.com');
  expect(await client.post(LIST, { user_id: ada.id })).toMatchObject({ status: 422, code: 'sso_bypass_domain_not_served' });
  expect(await client.post(LIST, { user_id: 'user_none' })).toMatchObject({ status: 404, code: 'resource_not_found' });
  expect(await client.post(LIST, {})).toMatchObject({ status: 422, code: 'form_param_missing' });
});

it('lets a user go, who leaves with their account too', async () => {
  const ada = await addUser(client, 'ada@corp.example.com');
  await connect('corp.example.com');
  await client.post(LIST, { user_id: ada.id });
  expect((await client.delete(`${LIST}/${ada.id}`)).body).toEqual({
    object: 'sso_bypass_allowlist_user',
    id: ada.id,
    deleted: true,
  });
  expect((await client.delete(`${LIST}/${ada.id}`)).code).toBe('resource_not_found');
  await client.post(LIST, { user_id: ada.id });
  await client.delete(`/users/${ada.id}`);
  expect(rowsOf((await client.get(LIST)).body)).toEqual([]);
});

it('begins with those whom the seed names', async () => {
  client = await openSandbox({ seed: { users: [{ id: 'user_ada', sso_bypass: true }] } });
  expect(rowsOf((await client.get(LIST)).body)).toMatchObject([{ user_id: 'user_ada' }]);
});
