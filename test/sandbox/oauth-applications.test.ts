import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, openSandbox } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed: { domain: 'acme.example.com' } });
});

const add = (more: object = {}) => client.post('/oauth_applications', { name: 'Shop', ...more });

describe('an OAuth application', () => {
  it('is made with a secret that no read shows', async () => {
    const { status, body } = await add({ redirect_uris: ['https://shop.example.com/cb', 'shop://cb'] });
    const { client_secret: secret, ...rest } = body;
    expect(status).toBe(200);
    expect(secret).toMatch(/^\w{32}$/);
    expect(rest).toMatchObject({
      object: 'oauth_application',
      name: 'Shop',
      client_id: expect.stringMatching(/^\w{16}$/),
      redirect_uris: ['https://shop.example.com/cb', 'shop://cb'],
      callback_url: 'https://shop.example.com/cb',
      scopes: 'profile email',
      public: false,
      pkce_required: false,
      consent_screen_enabled: true,
      authorize_url: 'https://clerk.acme.example.com/oauth/authorize',
    });
    expect((await client.get(`/oauth_applications/${body.id}`)).body).toEqual(rest);
    expect((await client.get('/oauth_applications')).body).toEqual({ data: [rest], total_count: 1 });
    expect((await client.patch(`/oauth_applications/${body.id}`, {})).body).not.toHaveProperty('client_secret');
  });

  it('gets a new secret, and the read that follows still shows none', async () => {
    const { body } = await add();
    const first = await client.post(`/oauth_applications/${body.id}/rotate_secret`);
    const second = await client.post(`/oauth_applications/${body.id}/rotate_secret`);
    const secrets = [body, first.body, second.body].map((answer) => String(answer.client_secret));
    expect(new Set(secrets).size).toBe(3);
    expect(first.body).toMatchObject({ id: body.id, client_id: body.client_id });
    expect(JSON.stringify((await client.get(`/oauth_applications/${body.id}`)).body)).not.toContain(secrets[2]);
    expect((await client.post('/oauth_applications/oauthapp_none/rotate_secret')).status).toBe(404);
  });

  it('that is public has no secret, and none to rotate', async () => {
    const { body } = await add({ public: true });
    expect(body).toMatchObject({ public: true, pkce_required: true, client_secret: '' });
    const rotated = await client.post(`/oauth_applications/${body.id}/rotate_secret`);
    expect([rotated.status, rotated.code]).toEqual([403, 'authorization_invalid']);
    await client.patch(`/oauth_applications/${body.id}`, { public: false });
    expect((await client.post(`/oauth_applications/${body.id}/rotate_secret`)).body.client_secret).toMatch(/^\w{32}$/);
  });

  it.each([
    [{ redirect_uris: ['https://a.example.com', 'https://a.example.com'] }, 400, 'duplicate_record', undefined],
    [{ redirect_uris: ['a.example.com/cb'] }, 422, 'form_param_format_invalid', 'redirect_uris'],
    [{ callback_url: 'nowhere' }, 422, 'form_param_format_invalid', 'callback_url'],
    [{ scopes: 'profile everything' }, 422, 'form_param_value_invalid', 'scopes'],
    [{ name: 'x'.repeat(257) }, 422, 'form_param_max_length_exceeded', 'name'],
    [{ name: '' }, 422, 'form_param_value_invalid', 'name'],
    [{ public: 'yes' }, 422, 'form_param_type_invalid', 'public'],
  ])('%j is refused, at the start and later', async (given, status, code, param) => {
    const made = await add(given);
    expect([made.status, made.code, made.param]).toEqual([status, code, param]);
    const { body } = await add();
    const changed = await client.patch(`/oauth_applications/${body.id}`, given);
    expect([changed.status, changed.code, changed.param]).toEqual([status, code, param]);
    expect((await client.get('/oauth_applications')).body.total_count).toBe(1);
  });

  it('changes where something was given', async () => {
    const { client_secret: _, ...before } = (await add({ callback_url: 'https://one.example.com' })).body;
    expect(before.redirect_uris).toEqual(['https://one.example.com']);
    client.clock.now += 1000;
    const change = { name: 'Store', scopes: 'email  email private_metadata', consent_screen_enabled: false, redirect_uris: null };
    expect((await client.patch(`/oauth_applications/${before.id}`, change)).body).toEqual({
      ...before,
      name: 'Store',
      scopes: 'email private_metadata',
      consent_screen_enabled: false,
      updated_at: client.clock.now,
    });
    const unknown = await client.patch(`/oauth_applications/${before.id}`, { client_secret: 'mine' });
    expect([unknown.status, unknown.code]).toEqual([422, 'form_param_unknown']);
  });

  it('goes', async () => {
    const { body } = await add();
    expect((await client.delete(`/oauth_applications/${body.id}`)).body).toMatchObject({ id: body.id, deleted: true });
    expect((await client.get(`/oauth_applications/${body.id}`)).status).toBe(404);
  });
});

it('the list is ordered and searched', async () => {
  const b = (await add({ name: 'Beta' })).body;
  client.clock.now += 1000;
  const a = (await add({ name: 'Alpha' })).body;
  const ids = async (query: string) => idsOf((await client.get(`/oauth_applications?${query}`)).body);
  expect(await ids('')).toEqual([b.id, a.id]);
  expect(await ids('order_by=-created_at')).toEqual([a.id, b.id]);
  expect(await ids('order_by=name')).toEqual([a.id, b.id]);
  expect(await ids('name_query=BET')).toEqual([b.id]);
  expect(await ids(`name_query=${a.client_id}`)).toEqual([a.id]);
  expect(await ids(`name_query=${String(a.client_id).slice(1)}`)).toEqual([]);
  expect((await client.get('/oauth_applications?order_by=scopes')).param).toBe('order_by');
});
