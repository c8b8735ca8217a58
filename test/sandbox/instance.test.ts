import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, openSandbox, rowsOf } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

describe('allow-list and block-list', () => {
  it('keep identifiers by kind, each once', async () => {
    const { body } = await client.post('/allowlist_identifiers', { identifier: 'Ada@Example.com' });
    expect(body).toMatchObject({
      object: 'allowlist_identifier',
      identifier: 'ada@example.com',
      identifier_type: 'email_address',
    });
    expect((await client.post('/blocklist_identifiers', { identifier: '+15555550100' })).body.identifier_type).toBe(
      'phone_number',
    );
    const twice = await client.post('/allowlist_identifiers', { identifier: 'ada@example.com' });
    expect([twice.status, twice.code]).toEqual([400, 'duplicate_record']);
    expect((await client.post('/blocklist_identifiers', { identifier: 'what' })).code).toBe('form_param_format_invalid');
    expect(rowsOf((await client.get('/allowlist_identifiers')).body)).toHaveLength(1);
    expect((await client.get('/blocklist_identifiers')).body).toMatchObject({ total_count: 1 });
  });

  it('forget them again', async () => {
    const { body } = await client.post('/blocklist_identifiers', { identifier: '*@spam.example.com' });
    expect((await client.delete(`/blocklist_identifiers/${body.id}`)).body).toEqual({
      object: 'blocklist_identifier',
      id: body.id,
      deleted: true,
    });
    expect((await client.delete(`/blocklist_identifiers/${body.id}`)).status).toBe(404);
    expect((await client.delete('/allowlist_identifiers/alid_none')).status).toBe(404);
  });

  it('an address put on the allow-list with notice is invited', async () => {
    const { body } = await client.post('/allowlist_identifiers', { identifier: 'ada@example.com', notify: true });
    expect(rowsOf((await client.get('/invitations')).body)).toMatchObject([
      { id: body.invitation_id, email_address: 'ada@example.com' },
    ]);
  });

  it('are passed by where a backend vouches for the user', async () => {
    await client.patch('/instance/restrictions', { blocklist: true });
    await client.post('/blocklist_identifiers', { identifier: '*@spam.example.com' });
    const create = (more: object) => client.post('/users', { email_address: ['eve@spam.example.com'], ...more });
    expect(await create({ skip_restriction_checks: null })).toMatchObject({ status: 403, code: 'not_allowed_access' });
    expect((await create({ skip_restriction_checks: true, timezone: 'Europe/Berlin' })).body).toMatchObject({
      object: 'user',
      timezone: 'Europe/Berlin',
    });
  });

  it('bar new users and new addresses while they are switched on', async () => {
    const user = await addUser(client, 'ada@example.com');
    await client.post('/blocklist_identifiers', { identifier: '*@spam.example.com' });
    await client.post('/blocklist_identifiers', { identifier: '+15555550199' });
    for (const body of [{ email_address: ['x@spam.example.com'] }, { phone_number: ['+15555550199'] }]) {
      const answer = await client.post('/users', body);
      expect([answer.status, answer.code]).toEqual([403, 'not_allowed_access']);
    }
    const address = { user_id: user.id, email_address: 'x@spam.example.com' };
    expect((await client.post('/email_addresses', address)).code).toBe('not_allowed_access');
    await client.patch('/instance/restrictions', { blocklist: false });
    expect((await client.post('/email_addresses', address)).status).toBe(200);
  });

  it('with the allow-list on, only what is on it may come', async () => {
    await client.post('/allowlist_identifiers', { identifier: '*@good.example.com' });
    expect((await client.patch('/instance/restrictions', { allowlist: true })).body).toMatchObject({
      object: 'instance_restrictions',
      allowlist: true,
    });
    expect((await client.post('/users', { email_address: ['x@other.example.com'] })).code).toBe('not_allowed_access');
    expect((await client.post('/users', { email_address: ['x@good.example.com'] })).status).toBe(200);
  });

  it('subaddresses and disposable addresses can be barred', async () => {
    await client.patch('/instance/restrictions', { block_email_subaddresses: true, block_disposable_email_domains: true });
    expect((await client.post('/users', { email_address: ['x+1@example.com'] })).code).toBe('not_allowed_access');
    expect((await client.post('/users', { email_address: ['x@mailinator.com'] })).code).toBe('not_allowed_access');
    expect((await client.post('/users', { email_address: ['x@example.com'] })).status).toBe(200);
  });
});

describe('settings', () => {
  it('of the instance answer 204 and act', async () => {
    const weak = { email_address: ['ada@example.com'], password: 'password123' };
    expect((await client.post('/users', weak)).code).toBe('form_password_pwned');
    const answer = await client.patch('/instance', { hibp: false, support_email: null });
    expect([answer.status, answer.body]).toEqual([204, null]);
    expect((await client.post('/users', weak)).status).toBe(200);
    expect((await client.patch('/instance', { support_email: 'nobody' })).param).toBe('support_email');
    expect((await client.patch('/instance', { colour: 'red' })).code).toBe('form_param_unknown');
  });

  it('of organizations are kept, and null leaves them', async () => {
    await client.patch('/instance/organization_settings', {
      max_allowed_memberships: 1,
      domains_enrollment_modes: ['automatic_invitation'],
    });
    const { body } = await client.patch('/instance/organization_settings', {
      max_allowed_memberships: null,
      domains_default_role_id: 'role_admin',
    });
    expect(body).toMatchObject({
      object: 'organization_settings',
      max_allowed_memberships: 1,
      domains_enrollment_modes: ['automatic_invitation'],
      creator_role: 'org:admin',
      domains_default_role: 'org:admin',
    });
    expect((await client.patch('/instance/organization_settings', { domains_enrollment_modes: ['sometimes'] })).status).toBe(422);
    expect((await client.patch('/instance/organization_settings', { creator_role_id: 'role_none' })).status).toBe(404);
    expect((await client.post('/organizations', { name: 'Acme' })).body.max_allowed_memberships).toBe(1);
  });

  it('of sign-up restrict to the allow-list', async () => {
    const { body } = await client.patch('/beta_features/instance_settings', {
      restricted_to_allowlist: true,
      from_email_address: 'hello',
    });
    expect(body).toMatchObject({ object: 'instance_settings', restricted_to_allowlist: true, from_email_address: 'hello' });
    expect((await client.post('/users', { email_address: ['x@example.com'] })).code).toBe('not_allowed_access');
    expect((await client.patch('/beta_features/instance_settings', { from_email_address: 'a@b' })).param).toBe(
      'from_email_address',
    );
  });
});

/** A development instance has no domain of its own. */
const PRODUCTION = { environment_type: 'production' } as const;

describe.each([
  ['POST', '/instance/change_domain'],
  ['PUT', '/beta_features/domain'],
])('a change of the domain by %s %s', (method, path) => {
  const change = (body: object) =>
    client.send(method, path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  it('moves the instance and ends every session', async () => {
    client = await openSandbox({
      seed: {
        settings: PRODUCTION,
        domain: 'old.example.com',
        users: [{ id: 'user_ada', email_addresses: ['ada@example.com'] }],
        sessions: [{ user: 'user_ada' }],
      },
    });
    const answer = await change({ home_url: 'https://www.new.example.com/start' });
    expect([answer.status, answer.body]).toEqual([202, null]);
    expect(rowsOf((await client.get('/domains')).body)).toMatchObject([
      { name: 'new.example.com', is_satellite: false, frontend_api_url: 'https://clerk.new.example.com' },
    ]);
    expect(rowsOf((await client.get('/sessions?user_id=user_ada')).body)).toMatchObject([{ status: 'ended' }]);
  });

  it('keeps a subdomain for a secondary application', async () => {
    client = await openSandbox({ seed: { settings: PRODUCTION } });
    await change({ home_url: 'https://www.new.example.com', is_secondary: true });
    expect(rowsOf((await client.get('/domains')).body)).toMatchObject([{ name: 'www.new.example.com' }]);
  });

  it.each([
    [{}, 'form_param_missing'],
    [{ home_url: 'not a url' }, 'form_param_format_invalid'],
    [{ home_url: 'ftp://x.example.com' }, 'form_param_format_invalid'],
  ])('refuses %j', async (body, code) => {
    client = await openSandbox({ seed: { settings: PRODUCTION } });
    const answer = await change(body);
    expect([answer.status, answer.code, answer.param]).toEqual([422, code, 'home_url']);
  });
});
