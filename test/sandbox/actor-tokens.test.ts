import { beforeEach, expect, it } from 'vitest';
import { type Client, NOON, openSandbox } from './harness.js';
import { openTicket } from './tickets.js';

const SECONDS = NOON / 1000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      domain: 'acme.example.com',
      users: [{ id: 'user_ada' }, { id: 'user_support' }, { id: 'user_barred', banned: true }],
    },
  });
});

const create = (more: object = {}) =>
  client.post('/actor_tokens', { user_id: 'user_ada', actor: { sub: 'user_support', case: 7 }, ...more });

it('an actor token is a signed ticket for an hour that names who acts', async () => {
  const { status, body } = await create();
  expect(status).toBe(200);
  expect(body).toEqual({
    object: 'actor_token',
    id: expect.stringMatching(/^act_/),
    user_id: 'user_ada',
    actor: { sub: 'user_support', case: 7 },
    status: 'pending',
    token: expect.any(String),
    url: `https://clerk.acme.example.com/v1/tickets/accept?ticket=${body.token}`,
    created_at: NOON,
    updated_at: NOON,
  });
  expect(await openTicket(client, body.token)).toMatchObject({
    st: 'actor_token',
    sid: body.id,
    act: { sub: 'user_support', case: 7 },
    smd: 1800,
    exp: SECONDS + 3600,
  });
});

it('it and the session run out when asked to', async () => {
  const { token } = (await create({ expires_in_seconds: 20, session_max_duration_in_seconds: 60 })).body;
  expect(await openTicket(client, token)).toMatchObject({ exp: SECONDS + 20, smd: 60 });
  client.clock.now += 21_000;
  await expect(openTicket(client, token)).rejects.toThrow(/exp/);
});

it.each([
  [{ user_id: 'user_none' }, 422, 'form_resource_not_found', 'user_id'],
  [{ user_id: 'user_barred' }, 403, 'user_banned', undefined],
  [{ actor: {} }, 422, 'form_param_missing', 'actor.sub'],
  [{ actor: { sub: ' ' } }, 422, 'form_param_value_invalid', 'actor.sub'],
  [{ expires_in_seconds: 0 }, 422, 'form_param_value_invalid', 'expires_in_seconds'],
  [{ session_max_duration_in_seconds: -1 }, 422, 'form_param_value_invalid', 'session_max_duration_in_seconds'],
  [{ reason: 'curious' }, 422, 'form_param_unknown', 'reason'],
])('%j gets none', async (given, status, code, param) => {
  const answer = await create(given);
  expect([answer.status, answer.code, answer.param]).toEqual([status, code, param]);
});

it('it is revoked once, not twice', async () => {
  const { body } = await create();
  expect((await client.post(`/actor_tokens/${body.id}/revoke`)).body).toEqual({ ...body, status: 'revoked' });
  const again = await client.post(`/actor_tokens/${body.id}/revoke`);
  expect([again.status, again.code]).toEqual([400, 'actor_token_cannot_be_revoked_code']);
  expect((await client.post('/actor_tokens/act_none/revoke')).status).toBe(404);
});

it('it goes with the user, not with who acts', async () => {
  const { body } = await create();
  await client.delete('/users/user_support');
  expect((await client.post(`/actor_tokens/${body.id}/revoke`)).status).toBe(200);
  await client.delete('/users/user_ada');
  expect((await client.post(`/actor_tokens/${body.id}/revoke`)).status).toBe(404);
});
