import { beforeEach, describe, expect, it } from 'vitest';
import { countryOf, isSmsCountry } from '../../src/sandbox/resources/sms-countries.js';
import { type Client, openSandbox } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

describe('the instance', () => {
  it('is a development instance that shows its allowed origins', async () => {
    const { body } = await client.get('/instance');
    expect(body).toEqual({
      object: 'instance',
      id: expect.stringMatching(/^ins_\w{27}$/),
      environment_type: 'development',
      allowed_origins: [],
      workspace_id: null,
    });
    await client.patch('/instance', { allowed_origins: ['chrome-extension://abc'] });
    expect((await client.get('/instance')).body).toEqual({ ...body, allowed_origins: ['chrome-extension://abc'] });
  });
});

it('organization settings read as they were set', async () => {
  const settings = '/instance/organization_settings';
  expect((await client.get(settings)).body).toMatchObject({ enabled: true, max_allowed_memberships: 5 });
  const changed = await client.patch(settings, { max_allowed_memberships: 30, domains_enabled: true, slug_disabled: true });
  expect((await client.get(settings)).body).toEqual(changed.body);
  expect(changed.body).toMatchObject({ max_allowed_memberships: 30, domains_enabled: true, slug_disabled: true });
});

describe('Protect', () => {
  it('keeps what is given', async () => {
    const checks = { checks_bypassed: false, checks_verified: false, checks_exempt: false };
    const off = { object: 'instance_protect', rules_enabled: false, specter_enabled: false, ...checks };
    expect((await client.get('/instance/protect')).body).toEqual(off);
    expect((await client.patch('/instance/protect', { rules_enabled: true })).body).toEqual({ ...off, rules_enabled: true });
    await client.patch('/instance/protect', { rules_enabled: null });
    expect((await client.get('/instance/protect')).body).toEqual({ ...off, rules_enabled: true });
    expect((await client.patch('/instance/protect', { specter_enabled: true })).code).toBe('form_param_unknown');
    expect((await client.patch('/instance/protect', { checks_bypassed: true })).code).toBe('form_param_unknown');
  });
});

describe('blocked SMS countries', () => {
  const set = (codes: unknown) => client.patch('/instance/communication', { blocked_country_codes: codes });
  const read = async () => (await client.get('/instance/communication')).body.blocked_country_codes;

  it('are replaced whole, without those that there are not', async () => {
    expect(await read()).toEqual([]);
    expect((await set(['KP', 'ZZ', 'CU'])).body).toEqual({
      object: 'instance_communication',
      blocked_country_codes: ['KP', 'CU'],
    });
    await client.patch('/instance/communication', {});
    await set(null);
    expect(await read()).toEqual(['KP', 'CU']);
    await set(['FR']);
    expect(await read()).toEqual(['FR']);
    await set([]);
    expect(await read()).toEqual([]);
  });

  it('are refused in lower case or given twice', async () => {
    expect((await set(['fr'])).status).toBe(422);
    const twice = await set(['FR', 'DE', 'FR']);
    expect([twice.status, twice.code, twice.param]).toEqual([422, 'form_param_duplicate', 'blocked_country_codes']);
    expect(await read()).toEqual([]);
  });

  it.each([
    ['+15555550100', 'US'],
    ['+14165550100', 'CA'],
    ['+18765550100', 'JM'],
    ['+447911123456', 'GG'],
    ['+442071234567', 'GB'],
    ['+77011234567', 'KZ'],
    ['+74951234567', 'RU'],
    ['+390669812345', 'VA'],
    ['+390612345678', 'IT'],
    ['+999123456', undefined],
  ])('%s is a number of %s', (number, country) => {
    expect(countryOf(number)).toBe(country);
    expect(isSmsCountry(country ?? '')).toBe(country !== undefined);
  });
});

describe('OAuth settings', () => {
  const settings = '/instance/oauth_application_settings';

  it('keep what is given, and null takes Clerk’s own scopes back', async () => {
    const before = (await client.get(settings)).body;
    expect(before).toEqual({
      object: 'oauth_application_settings',
      dynamic_oauth_client_registration: false,
      default_scopes: null,
      oauth_jwt_access_tokens: false,
      client_id_metadata_documents_advertised: false,
      client_id_metadata_documents_only_allow_pre_registered_clients: false,
      client_id_metadata_documents_block_implicitly_allowed_clients: false,
    });
    const given = { dynamic_oauth_client_registration: true, default_scopes: ['openid', 'email'] };
    expect((await client.patch(settings, given)).body).toEqual({ ...before, ...given });
    await client.patch(settings, { dynamic_oauth_client_registration: null, oauth_jwt_access_tokens: true });
    expect((await client.get(settings)).body).toEqual({ ...before, ...given, oauth_jwt_access_tokens: true });
    expect((await client.patch(settings, { default_scopes: null })).body.default_scopes).toBeNull();
  });

  it('know the scopes', async () => {
    expect((await client.patch(settings, { default_scopes: ['email', 'root'] })).param).toBe('default_scopes');
    expect((await client.patch(settings, { default_scopes: ['email', 'email'] })).code).toBe('form_param_duplicate');
    expect((await client.get(settings)).body.default_scopes).toBeNull();
  });
});

it('a sign-up is read as it stands', async () => {
  const { get, clock } = await openSandbox({ seed: { sign_ups: [{ id: 'sua_1', email_address: 'new@example.com' }] } });
  expect((await get('/sign_ups/sua_1')).body).toMatchObject({
    object: 'sign_up_attempt',
    id: 'sua_1',
    status: 'missing_requirements',
    email_address: 'new@example.com',
  });
  clock.now += 24 * 60 * 60 * 1000;
  expect((await get('/sign_ups/sua_1')).body.status).toBe('abandoned');
  const none = await get('/sign_ups/sua_none');
  expect([none.status, none.code]).toEqual([404, 'resource_not_found']);
});
