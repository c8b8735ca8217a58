import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Client, NOON, openSandbox } from './harness.js';
import { openTicket } from './tickets.js';

const SECONDS = NOON / 1000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      domain: 'acme.example.com',
      users: [
        {
          id: 'user_ada',
          username: 'adalove',
          email_addresses: ['ada@example.com', { email_address: 'ada@example.org', verified: false }],
          phone_numbers: ['+15555550100'],
        },
        { id: 'user_barred', banned: true },
      ],
    },
  });
});
const outcome = ({ status, code, param }: Answer) => (param === undefined ? [status, code] : [status, code, param]);

it('a testing token lasts an hour from when it says it was made, and no two are the same', async () => {
  const make = async () => (await client.post('/testing_tokens')).body;
  const first = await make();
  expect(first).toEqual({
    object: 'testing_token',
    token: expect.stringMatching(new RegExp(`^${SECONDS}-c_\\w{43}$`)),
    expires_at: SECONDS + 3600,
  });
  client.clock.now += 5000;
  expect(await make()).toMatchObject({ token: expect.stringMatching(`^${SECONDS + 5}-`), expires_at: SECONDS + 3605 });
  expect((await make()).token).not.toBe((await make()).token);
});

describe('an agent task', () => {
  const create = (more: object = {}) =>
    client.post('/agents/tasks', {
      on_behalf_of: { user_id: 'user_ada' },
      permissions: '*',
      agent_name: 'release-bot',
      task_description: 'Checks that sign-in works',
      redirect_url: 'https://acme.example.com/dashboard',
      ...more,
    });

  it('is a link that signs the agent in as the user, shown once', async () => {
    const { status, body } = await create();
    const { url, ...rest } = body;
    expect(status).toBe(200);
    expect(rest).toEqual({
      object: 'agent_task',
      agent_id: expect.stringMatching(/^agent_/),
      agent_task_id: expect.stringMatching(/^agenttask_/),
      task_id: rest.agent_task_id,
    });
    const [address, ticket] = String(url).split('?ticket=');
    expect(address).toBe('https://clerk.acme.example.com/v1/tickets/accept');
    expect(await openTicket(client, ticket)).toMatchObject({
      st: 'agent_task',
      sid: rest.agent_task_id,
      act: { sub: rest.agent_id },
      smd: 1800,
    });
    expect((await client.post(`/agents/tasks/${rest.agent_task_id}/revoke`)).body).toEqual(rest);
  });

  it('knows an agent by its name', async () => {
    const [first, second, other] = [(await create()).body, (await create()).body, (await create({ agent_name: 'x' })).body];
    expect(second.agent_id).toBe(first.agent_id);
    expect(second.agent_task_id).not.toBe(first.agent_task_id);
    expect(other.agent_id).not.toBe(first.agent_id);
  });

  it.each(['Ada@Example.com', '+1 555 555 0100', 'AdaLove'])('finds the user by %s', async (identifier) => {
    const { url } = (await create({ on_behalf_of: { identifier } })).body;
    expect((await openTicket(client, String(url).split('?ticket=')[1])).sid).toBeDefined();
  });

  it('is revoked once, while it is there', async () => {
    const { agent_task_id: id } = (await create()).body;
    await client.post(`/agents/tasks/${id}/revoke`);
    expect(outcome(await client.post(`/agents/tasks/${id}/revoke`))).toEqual([400, 'bad_request']);
    expect(outcome(await client.post('/agents/tasks/agenttask_none/revoke'))).toEqual([404, 'resource_not_found']);
    const other = (await create()).body;
    await client.delete('/users/user_ada');
    expect((await client.post(`/agents/tasks/${other.agent_task_id}/revoke`)).status).toBe(404);
  });

  it.each([
    [{ on_behalf_of: {} }, [422, 'form_param_missing']],
    [{ on_behalf_of: { user_id: 'user_ada', identifier: 'adalove' } }, [422, 'form_param_value_invalid', 'on_behalf_of']],
    [{ on_behalf_of: { user_id: 'user_none' } }, [404, 'resource_not_found']],
    [{ on_behalf_of: { identifier: 'nobody@example.com' } }, [404, 'resource_not_found']],
    [{ on_behalf_of: { identifier: 'ada@example.org' } }, [404, 'resource_not_found']],
    [{ on_behalf_of: { user_id: 'user_barred' } }, [403, 'user_banned']],
    [{ redirect_url: 'ftp://acme.example.com' }, [422, 'form_param_format_invalid', 'redirect_url']],
    [{ redirect_url: '/dashboard' }, [422, 'form_param_format_invalid', 'redirect_url']],
    [{ permissions: 'read' }, [422, 'form_param_value_invalid', 'permissions']],
    [{ session_max_duration_in_seconds: 0 }, [422, 'form_param_value_invalid', 'session_max_duration_in_seconds']],
  ])('%j is refused', async (given, expected) => {
    expect(outcome(await create(given))).toEqual(expected);
  });
});

describe('an admin portal link token', () => {
  const create = (more: object = {}) => client.post('/admin_portal_link_tokens', more);
  const revoke = (id: unknown, reason?: string) =>
    client.post(`/admin_portal_link_tokens/${id}/revoke`, reason === undefined ? {} : { revocation_reason: reason });

  it('opens the portal of the instance for an hour', async () => {
    const { status, body } = await create();
    expect([status, body]).toEqual([
      201,
      {
        object: 'admin_portal_link_token',
        id: expect.stringMatching(/^aplt_[0-9a-f]{32}$/),
        admin_portal_link_id: expect.stringMatching(/^apl_\w{27}$/),
        instance_id: expect.stringMatching(/^ins_/),
        organization_id: null,
        it_contact_id: null,
        scopes: null,
        token: expect.stringMatching(/^\w{43}$/),
        revoked: false,
        revocation_reason: null,
        expired: false,
        expiration: NOON + 3_600_000,
        created_at: NOON,
        updated_at: NOON,
      },
    ]);
    client.clock.now += 3_600_000;
    const { token: _, ...shown } = body;
    expect((await revoke(body.id)).body).toEqual({ ...shown, expired: true, revoked: true, updated_at: client.clock.now });
  });

  it('has a link for each organization and one for the instance', async () => {
    const engine = (await client.post('/organizations', { name: 'Engine', created_by: 'user_ada' })).body;
    const its = { organization_id: engine.id, it_contact_id: 'crm-17', scopes: ['sso'], seconds_until_expiration: 60 };
    const [first, second] = [(await create(its)).body, (await create(its)).body];
    const [third, fourth] = [(await create()).body, (await create()).body];
    expect(first).toMatchObject({
      organization_id: engine.id,
      it_contact_id: 'crm-17',
      scopes: ['sso'],
      expiration: NOON + 60_000,
    });
    expect([first.admin_portal_link_id, third.admin_portal_link_id]).toEqual([
      second.admin_portal_link_id,
      fourth.admin_portal_link_id,
    ]);
    expect(third.admin_portal_link_id).not.toBe(first.admin_portal_link_id);
    await client.delete(`/organizations/${engine.id}`);
    expect([(await revoke(first.id)).status, (await revoke(third.id)).status]).toEqual([404, 200]);
  });

  it('is revoked for the first reason given', async () => {
    const { id } = (await create()).body;
    expect((await revoke(id, 'sent to the wrong person')).body).not.toHaveProperty('token');
    expect((await revoke(id, 'again')).body).toMatchObject({ revoked: true, revocation_reason: 'sent to the wrong person' });
    expect((await revoke('aplt_none')).status).toBe(404);
  });

  it.each([
    [{ organization_id: 'org_none' }, [404, 'resource_not_found']],
    [{ organization_id: 'engine' }, [422, 'form_param_format_invalid', 'organization_id']],
    [{ seconds_until_expiration: 0 }, [422, 'form_param_value_invalid', 'seconds_until_expiration']],
    [{ seconds_until_expiration: 86_401 }, [422, 'form_param_value_too_large', 'seconds_until_expiration']],
    [{ it_contact_id: '' }, [422, 'form_param_min_length_exceeded', 'it_contact_id']],
  ])('%j is refused', async (given, expected) => {
    expect(outcome(await create(given))).toEqual(expected);
  });

  it('is not made for an organization where there are none', async () => {
    await client.patch('/instance/organization_settings', { enabled: false });
    expect(outcome(await create({ organization_id: 'org_none' }))).toEqual([403, 'organization_not_enabled_in_instance']);
  });
});
