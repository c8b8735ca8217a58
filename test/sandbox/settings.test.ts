import { describe, expect, it } from 'vitest';
import { NOON, openSandbox } from './harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const ada = { email_address: ['ada@example.com'] };
const fresh = (settings: object = {}) => openSandbox({ seed: { settings } });

describe('a new instance', () => {
  it('wants a password for every user, or to be told that there is none', async () => {
    const client = await openSandbox({ seed: 'empty' });
    const refused = await client.post('/users', ada);
    expect([refused.status, refused.code, refused.body.errors?.[0]?.meta]).toEqual([
      422,
      'form_data_missing',
      { names: ['password'] },
    ]);
    expect((await client.post('/users', { ...ada, skip_password_requirement: true })).status).toBe(200);
    expect((await client.post('/users', { email_address: ['bob@example.com'], password: 'correct-horse-battery' })).status).toBe(
      200,
    );
  });

  it('has organizations without slugs of their own and without e-mail domains', async () => {
    const client = await openSandbox({ seed: 'empty' });
    const slug = await client.post('/organizations', { name: 'Acme', slug: 'acme' });
    expect([slug.status, slug.code]).toEqual([403, 'feature_not_enabled']);
    const { body } = await client.post('/organizations', { name: 'Acme' });
    const change = await client.patch(`/organizations/${body.id}`, { slug: 'acme-2' });
    expect([change.status, change.code]).toEqual([403, 'feature_not_enabled']);
    const domain = await client.post(`/organizations/${body.id}/domains`, { name: 'acme.example' });
    expect([domain.status, domain.code]).toEqual([403, 'feature_not_enabled']);
    await client.patch('/instance/organization_settings', { slug_disabled: false, domains_enabled: true });
    expect((await client.patch(`/organizations/${body.id}`, { slug: 'acme-2' })).body.slug).toBe('acme-2');
    expect((await client.post(`/organizations/${body.id}/domains`, { name: 'acme.example' })).status).toBe(200);
  });

  it('is for development, and has no production domain to change', async () => {
    const client = await openSandbox({ seed: 'empty' });
    expect((await client.get('/instance')).body.environment_type).toBe('development');
    const moved = await client.post('/instance/change_domain', { home_url: 'https://new.example.org' });
    expect([moved.status, moved.code]).toEqual([400, 'request_invalid_for_environment']);
    const [primary] = (await client.get('/domains')).body.data as unknown as { id: string }[];
    const renamed = await client.patch(`/domains/${primary?.id}`, { name: 'new.example.org' });
    expect([renamed.status, renamed.code]).toEqual([400, 'domain_update_forbidden']);
  });

  it('for production has one', async () => {
    const client = await fresh({ environment_type: 'production' });
    expect((await client.get('/instance')).body.environment_type).toBe('production');
    expect((await client.post('/instance/change_domain', { home_url: 'https://new.example.org' })).status).toBe(202);
  });
});

describe('rules for passwords', () => {
  it.each([
    ['form_password_length_too_short', { password_min_length: 12 }, 'short-one'],
    ['form_password_length_too_long', { password_max_length: 20 }, 'a-password-of-more-than-20'],
    ['form_password_length_too_long', {}, 'x'.repeat(73)],
    ['form_password_size_in_bytes_exceeded', {}, 'ü'.repeat(40)],
    ['form_password_no_lowercase', { password_require_lowercase: true }, 'CORRECT-HORSE'],
    ['form_password_no_uppercase', { password_require_uppercase: true }, 'correct-horse'],
    ['form_password_no_number', { password_require_number: true }, 'correct-horse'],
    ['form_password_no_special_char', { password_require_special_char: true }, 'correct horse 7'],
  ])('%s', async (code, settings, password) => {
    const client = await fresh(settings);
    const answer = await client.post('/users', { ...ada, password });
    expect([answer.status, answer.code, answer.param]).toEqual([422, code, 'password']);
  });
});

it('usernames are as long as the instance allows', async () => {
  const client = await fresh({ password_required: false, username_min_length: 6, username_max_length: 8 });
  for (const username of ['short', 'much-too-long']) {
    expect((await client.post('/users', { username })).code).toBe('form_username_invalid_length');
  }
  expect((await client.post('/users', { username: 'fitting' })).status).toBe(200);
});

it('sessions live as long as the instance lets them', async () => {
  const client = await fresh({
    password_required: false,
    session_lifetime_in_seconds: 2 * 24 * 60 * 60,
    session_inactivity_in_seconds: 24 * 60 * 60,
  });
  const { body: user } = await client.post('/users', ada);
  const { body: session } = await client.post('/sessions', { user_id: user.id });
  expect(session).toMatchObject({ expire_at: NOON + 2 * DAY_MS, abandon_at: NOON + DAY_MS, status: 'active' });
  client.clock.now = NOON + DAY_MS;
  expect((await client.get(`/sessions/${session.id}`)).body.status).toBe('abandoned');
  client.clock.now = NOON + 2 * DAY_MS;
  expect((await client.get(`/sessions/${session.id}`)).body.status).toBe('expired');
});

describe('invitations', () => {
  it('run out after as many days as they are given, or thirty', async () => {
    const client = await fresh();
    await client.post('/invitations', { email_address: 'ada@example.com', expires_in_days: 2 });
    await client.post('/invitations', { email_address: 'bob@example.com' });
    const statuses = async () =>
      ((await client.get('/invitations?order_by=created_at')).body as unknown as { status: string }[]).map(
        ({ status }) => status,
      );
    client.clock.now = NOON + 2 * DAY_MS;
    expect((await statuses()).toSorted()).toEqual(['expired', 'pending']);
    client.clock.now = NOON + 30 * DAY_MS;
    expect(await statuses()).toEqual(['expired', 'expired']);
  });

  it('to an organization count as members that it may get', async () => {
    const client = await fresh();
    const { body: acme } = await client.post('/organizations', { name: 'Acme', max_allowed_memberships: 1 });
    const invite = (email_address: string) =>
      client.post(`/organizations/${acme.id}/invitations`, { email_address, role: 'org:member' });
    const first = await invite('ada@example.com');
    expect(first.status).toBe(200);
    const second = await invite('bob@example.com');
    expect([second.status, second.code]).toEqual([403, 'organization_membership_quota_exceeded']);
    await client.post(`/organizations/${acme.id}/invitations/${first.body.id}/revoke`, {});
    expect((await invite('bob@example.com')).status).toBe(200);
  });
});

it('access tokens of OAuth applications have the format of the settings, and applications their scopes', async () => {
  const client = await fresh({ password_required: false });
  const change = { oauth_jwt_access_tokens: true, default_scopes: ['openid'] };
  await client.patch('/instance/oauth_application_settings', change);
  const { body: user } = await client.post('/users', ada);
  const { body: application } = await client.post('/oauth_applications', { name: 'Store' });
  expect(application.scopes).toBe('openid');
  const response = await fetch(`${client.sandbox.origin}/_sandbox/oauth_tokens`, {
    method: 'POST',
    body: JSON.stringify({ oauth_application_id: application.id, user_id: user.id }),
  });
  expect(((await response.json()) as { access_token: string }).access_token.split('.')).toHaveLength(3);
});
