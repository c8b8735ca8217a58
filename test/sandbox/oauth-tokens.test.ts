import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, addUser, type Client, type Json, NOON, openSandbox, PNG } from './harness.js';

const SECONDS = NOON / 1000;
const GONE = [404, 'resource_not_found'];

let client: Client;
let ada: Json;
let shop: Json;
beforeEach(async () => {
  client = await openSandbox({ seed: { domain: 'acme.example.com' } });
  ada = await addUser(client, 'ada@example.com');
  shop = (await client.post('/oauth_applications', { name: 'Shop' })).body;
});

const issue = (more: object = {}) =>
  client.post('/_sandbox/oauth_tokens', { oauth_application_id: shop.id, user_id: ada.id, ...more });
const refresh = (refresh_token: unknown) => client.post('/_sandbox/oauth_tokens', { refresh_token });
const verify = (access_token: unknown) => client.post('/oauth_applications/access_tokens/verify', { access_token });
const revoke = (token: unknown, application = shop) =>
  client.post(`/oauth_applications/${application.id}/revoke_token`, { token });
const outcome = ({ status, code }: Answer) => [status, code];

describe('an access token', () => {
  it('comes with a refresh token, and verifies for a day', async () => {
    const { status, body } = await issue();
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^oat_\w{32}$/),
        token_type: 'Bearer',
        expires_in: 86_400,
        refresh_token: expect.stringMatching(/^\w{40}$/),
        scope: 'profile email',
      },
    ]);
    client.clock.now += 86_399_999;
    const verified = await verify(body.access_token);
    expect(verified.body).toEqual({
      object: 'clerk_idp_oauth_access_token',
      id: expect.stringMatching(/^oat_[0-9a-f]{32}$/),
      client_id: shop.client_id,
      subject: ada.id,
      scopes: ['profile', 'email'],
      revoked: false,
      revocation_reason: null,
      expired: false,
      expiration: SECONDS + 86_400,
      created_at: SECONDS,
      updated_at: SECONDS,
    });
    const older = await client.post('/oauth_applications/access_tokens/verify', { secret: body.access_token });
    expect(older.body).toEqual(verified.body);
    client.clock.now += 1;
    expect(outcome(await verify(body.access_token))).toEqual(GONE);
  });

  it('is asked for by name', async () => {
    expect(outcome(await client.post('/oauth_applications/access_tokens/verify', {}))).toEqual([422, 'form_param_missing']);
    expect(outcome(await verify('oat_nothing'))).toEqual(GONE);
  });

  it('has scopes of its application only', async () => {
    const { body } = await issue({ scopes: 'email', expires_in: 5 });
    expect(body).toMatchObject({ scope: 'email', expires_in: 5 });
    expect((await verify(body.access_token)).body).toMatchObject({ scopes: ['email'], expiration: SECONDS + 5 });
    expect(outcome(await issue({ scopes: 'email private_metadata' }))).toEqual([422, 'form_param_value_invalid']);
  });

  it('ends with its user and with its application', async () => {
    const { access_token: first } = (await issue()).body;
    const bob = await addUser(client, 'bob@example.com');
    const { access_token: second } = (await issue({ user_id: bob.id })).body;
    await client.delete(`/users/${ada.id}`);
    expect([(await verify(first)).status, (await verify(second)).status]).toEqual([404, 200]);
    await client.delete(`/oauth_applications/${shop.id}`);
    expect((await verify(second)).status).toBe(404);
  });

  it.each([
    [{ user_id: 'user_none' }, 404],
    [{ oauth_application_id: 'oauthapp_none' }, 404],
    [{ expires_in: 0 }, 422],
    [{ refresh_token: 'both' }, 422],
    [{ colour: 'red' }, 422],
  ])('is not issued for %j', async (given, status) => {
    expect((await issue(given)).status).toBe(status);
  });

  it('is not issued for nothing, nor for who is banned', async () => {
    expect((await client.post('/_sandbox/oauth_tokens')).status).toBe(422);
    expect(outcome(await refresh('nothing'))).toEqual(GONE);
    const { refresh_token: before } = (await issue()).body;
    await client.post(`/users/${ada.id}/ban`);
    expect(outcome(await issue())).toEqual([403, 'user_banned']);
    expect(outcome(await refresh(before))).toEqual([403, 'user_banned']);
  });
});

describe('revoking', () => {
  it.each(['access_token', 'refresh_token'])('by the %s voids all tokens of the grant, and of no other', async (by) => {
    const first = (await issue()).body;
    const second = (await refresh(first.refresh_token)).body;
    const other = (await issue()).body;
    expect(second).toMatchObject({ refresh_token: first.refresh_token, scope: 'profile email' });
    expect(second.access_token).not.toBe(first.access_token);
    const { status, body } = await revoke(first[by]);
    expect([status, body]).toEqual([204, null]);
    expect(outcome(await verify(first.access_token))).toEqual(GONE);
    expect(outcome(await verify(second.access_token))).toEqual(GONE);
    expect(outcome(await refresh(first.refresh_token))).toEqual(GONE);
    expect((await verify(other.access_token)).status).toBe(200);
    expect((await revoke(second.access_token)).status).toBe(204);
  });

  it('is for the application that has the token', async () => {
    const { access_token: token } = (await issue()).body;
    const other = (await client.post('/oauth_applications', { name: 'Other' })).body;
    expect(outcome(await revoke(token, other))).toEqual(GONE);
    expect(outcome(await revoke('oat_nothing'))).toEqual(GONE);
    expect(outcome(await revoke(token, { id: 'oauthapp_none' } as unknown as Json))).toEqual(GONE);
    expect((await verify(token)).status).toBe(200);
  });
});

describe('a JWT access token', () => {
  it('verifies by the key at /jwks and by the API, and tells when its time is up', async () => {
    const { access_token: token } = (await issue({ token_format: 'jwt', expires_in: 60 })).body;
    const keys = createRemoteJWKSet(new URL(`${client.sandbox.url}/jwks`), {
      headers: { authorization: `Bearer ${client.sandbox.secretKey}` },
    });
    const options = { currentDate: new Date(NOON), typ: 'at+jwt', issuer: 'https://clerk.acme.example.com' };
    const { payload } = await jwtVerify(String(token), keys, options);
    expect(payload).toMatchObject({ sub: ada.id, client_id: shop.client_id, scope: 'profile email', exp: SECONDS + 60 });
    expect((await verify(token)).body).toEqual({
      object: 'clerk_idp_oauth_access_token',
      id: payload.jti,
      client_id: shop.client_id,
      subject: ada.id,
      scopes: ['profile', 'email'],
      revoked: false,
      revocation_reason: null,
      expired: false,
      expiration: SECONDS + 60,
      created_at: SECONDS,
      updated_at: SECONDS,
    });
    client.clock.now += 60_000;
    const expired = await verify(token);
    expect([expired.status, expired.body]).toEqual([200, { active: false }]);
  });

  it('cannot be revoked, though its grant can', async () => {
    const { access_token: token, refresh_token: other } = (await issue({ token_format: 'jwt' })).body;
    expect(outcome(await revoke(token))).toEqual([400, 'bad_request']);
    expect((await revoke(other)).status).toBe(204);
    expect((await verify(token)).status).toBe(200);
  });

  it('is not any JWT of the instance', async () => {
    const { token: ticket } = (await client.post('/sign_in_tokens', { user_id: ada.id, expires_in_seconds: 1 })).body;
    expect(outcome(await verify(ticket))).toEqual(GONE);
    client.clock.now += 2000;
    expect(outcome(await verify(ticket))).toEqual(GONE);
    expect(outcome(await verify('a.b.c'))).toEqual(GONE);
  });
});

describe('a logo', () => {
  const logo = (bytes: Uint8Array, fields = {}) => client.upload('PUT', `/oauth_applications/${shop.id}/logo`, bytes, fields);
  const fetched = async (url: Json): Promise<Buffer> => Buffer.from(await (await fetch(String(url))).arrayBuffer());

  it('is served where the application says, until another takes its place', async () => {
    expect(shop.client_image_url).toBeNull();
    const first = (await logo(PNG, { uploader_user_id: String(ada.id) })).body;
    expect(await fetched(first.client_image_url as Json)).toEqual(PNG);
    expect((await client.get(`/oauth_applications/${shop.id}`)).body).toEqual(first);
    const second = (await logo(PNG)).body;
    expect(second.client_image_url).not.toBe(first.client_image_url);
    expect(await fetched(first.client_image_url as Json)).not.toEqual(PNG);
    await client.delete(`/oauth_applications/${shop.id}`);
    expect(await fetched(second.client_image_url as Json)).not.toEqual(PNG);
  });

  it('is an image of somebody who exists', async () => {
    expect(outcome(await logo(Buffer.from('text')))).toEqual([400, 'form_param_format_invalid']);
    expect(outcome(await logo(PNG, { uploader_user_id: 'user_none' }))).toEqual(GONE);
    expect(outcome(await client.upload('PUT', '/oauth_applications/oauthapp_none/logo', PNG))).toEqual(GONE);
    expect((await client.get(`/oauth_applications/${shop.id}`)).body.client_image_url).toBeNull();
  });
});
