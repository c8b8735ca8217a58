import { beforeEach, expect, it } from 'vitest';
import { type Client, NOON, openSandbox } from './harness.js';
import { openTicket } from './tickets.js';

const SECONDS = NOON / 1000;
const DAYS = 24 * 60 * 60;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      domain: 'acme.example.com',
      users: [{ id: 'user_ada' }, { id: 'user_barred', banned: true }],
      organizations: [
        { id: 'org_hers', name: 'Hers', members: [{ user: 'user_ada', role: 'org:admin' }] },
        { id: 'org_other', name: 'Other' },
      ],
    },
  });
});

const create = (more: object = {}) => client.post('/sign_in_tokens', { user_id: 'user_ada', ...more });

it('a sign-in token is a signed ticket for thirty days, with the link that uses it', async () => {
  const { status, body } = await create();
  expect(status).toBe(200);
  expect(body).toEqual({
    object: 'sign_in_token',
    id: expect.stringMatching(/^sit_/),
    user_id: 'user_ada',
    status: 'pending',
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    url: `https://clerk.acme.example.com/v1/tickets/accept?ticket=${body.token}`,
    created_at: NOON,
    updated_at: NOON,
  });
  expect(await openTicket(client, body.token)).toEqual({
    st: 'sign_in_token',
    sid: body.id,
    iid: expect.stringMatching(/^ins_/),
    iat: SECONDS,
    exp: SECONDS + 30 * DAYS,
  });
});

it('it runs out when asked to', async () => {
  const { token } = (await create({ expires_in_seconds: 10 })).body;
  expect((await openTicket(client, token)).exp).toBe(SECONDS + 10);
  client.clock.now += 11_000;
  await expect(openTicket(client, token)).rejects.toThrow(/exp/);
  expect((await create({ expires_in_seconds: 0 })).param).toBe('expires_in_seconds');
  expect((await create({ expires_in_seconds: null })).status).toBe(200);
});

it('each one is another', async () => {
  const [one, two] = [await create(), await create()];
  expect(one.body.token).not.toBe(two.body.token);
});

it.each([
  [{ user_id: 'user_none' }, 404, 'resource_not_found'],
  [{ user_id: 'user_barred' }, 403, 'user_banned'],
  [{ org_id: 'org_none' }, 404, 'resource_not_found'],
  [{ org_id: 'org_other' }, 403, 'not_a_member_in_organization'],
  [{ user_id: undefined }, 422, 'form_param_missing'],
])('%j gets none', async (given, status, code) => {
  const answer = await create(given);
  expect([answer.status, answer.code]).toEqual([status, code]);
});

it('a ban refuses the next one, and its end lets it through', async () => {
  await client.post('/users/user_ada/ban');
  expect((await create()).code).toBe('user_banned');
  await client.post('/users/user_ada/unban');
  expect((await create()).status).toBe(200);
});

it('it can name the organization to sign in to, while there are organizations', async () => {
  const { body } = await create({ org_id: 'org_hers' });
  expect((await openTicket(client, body.token)).oid).toBe('org_hers');
  await client.patch('/instance/organization_settings', { enabled: false });
  expect((await create({ org_id: 'org_hers' })).code).toBe('organization_not_enabled_in_instance');
});

it('it is revoked once, not twice', async () => {
  const { body } = await create();
  client.clock.now += 1000;
  const revoked = await client.post(`/sign_in_tokens/${body.id}/revoke`);
  expect(revoked.body).toEqual({ ...body, status: 'revoked', updated_at: client.clock.now });
  const again = await client.post(`/sign_in_tokens/${body.id}/revoke`);
  expect([again.status, again.code]).toEqual([400, 'sign_in_token_cannot_be_revoked_code']);
  expect((await client.post('/sign_in_tokens/sit_none/revoke')).status).toBe(404);
});

it('it goes with its user', async () => {
  const { body } = await create();
  await client.delete('/users/user_ada');
  expect((await client.post(`/sign_in_tokens/${body.id}/revoke`)).status).toBe(404);
});
