import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, NOON, openSandbox, PNG } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

describe('creating a user', () => {
  it('gives every identifier its own id and makes the first of each kind primary', async () => {
    const user = await addUser(client, 'Ada@Example.com', {
      email_address: ['Ada@Example.com', 'ada2@example.com'],
      phone_number: ['+1 (555) 555-0100'],
      web3_wallet: ['0x52908400098527886E0F7030069857D2E4169EE7'],
      first_name: 'Ada',
      public_metadata: { plan: 'pro' },
    });
    expect(user.id).toMatch(/^user_[0-9A-Za-z]{27}$/);
    expect(user.email_addresses).toMatchObject([
      { email_address: 'ada@example.com', verification: { status: 'verified', strategy: 'admin' }, reserved: false },
      { email_address: 'ada2@example.com' },
    ]);
    expect(user.phone_numbers).toMatchObject([{ phone_number: '+15555550100' }]);
    expect(user.primary_email_address_id).toBe(user.email_addresses?.[0]?.id);
    expect(user.primary_phone_number_id).toBe(user.phone_numbers?.[0]?.id);
    expect(user.primary_web3_wallet_id).toBe(user.web3_wallets?.[0]?.id);
    expect(user).toMatchObject({ created_at: NOON, updated_at: NOON, password_enabled: false, public_metadata: { plan: 'pro' } });
    expect((await client.get(`/users/${user.id}`)).body).toEqual(user);
  });

  it('reserved identifiers are unverified', async () => {
    const user = await addUser(client, 'a@example.com', {
      email_address: ['a@example.com', 'b@example.com'],
      email_address_identification_status: ['verified', 'reserved'],
    });
    expect(user.email_addresses).toMatchObject([{ reserved: false }, { reserved: true, verification: null }]);
  });

  it.each([
    ['email_address', { email_address: ['ADA@example.com'] }],
    ['phone_number', { phone_number: ['+15555550100'] }],
    ['username', { username: 'ADA_l' }],
    ['external_id', { email_address: ['x@example.com'], external_id: 'crm-1' }],
  ])('refuses a taken %s and keeps nothing of the user', async (param, body) => {
    await addUser(client, 'ada@example.com', { phone_number: ['+15555550100'], username: 'ada_l', external_id: 'crm-1' });
    const answer = await client.post('/users', { web3_wallet: ['0x52908400098527886E0F7030069857D2E4169EE7'], ...body });
    expect([answer.status, answer.code, answer.param]).toEqual([422, 'form_identifier_exists', param]);
    expect((await client.get('/users/count')).body.total_count).toBe(1);
  });

  it('of two users created at once with one address only one comes to be', async () => {
    const body = { email_address: ['ada@example.com'], password: 'a-long-pass-phrase' };
    const answers = await Promise.all([client.post('/users', body), client.post('/users', body)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
  });

  it.each([
    [{ email_address: ['not an address'] }, 'form_param_format_invalid', 'email_address'],
    [{ phone_number: ['555-0100'] }, 'form_param_format_invalid', 'phone_number'],
    [{ web3_wallet: ['0x1'] }, 'form_param_format_invalid', 'web3_wallet'],
    [{ email_address: ['a@example.com', 'a@example.com'] }, 'form_param_duplicate', 'email_address'],
    [{ username: 'ab' }, 'form_username_invalid_length', 'username'],
    [{ username: 'no spaces' }, 'form_username_invalid_character', 'username'],
    [{ username: '123456' }, 'form_username_needs_non_number_char', 'username'],
    [{ username: 'fine', password: 'short' }, 'form_password_length_too_short', 'password'],
    [{ username: 'fine', password: 'password123' }, 'form_password_pwned', 'password'],
    [{ username: 'fine', password: 'x'.repeat(73) }, 'form_password_length_too_long', 'password'],
    [{ username: 'fine', password_digest: 'abc' }, 'form_conditional_param_missing', 'password_hasher'],
    [{ username: 'fine', password_digest: 'abc', password_hasher: 'rot13' }, 'form_param_value_invalid', 'password_hasher'],
    [
      { username: 'fine', password_digest: 'abc', password_hasher: 'bcrypt' },
      'form_password_digest_invalid_code',
      'password_digest',
    ],
    [{ username: 'fine', created_at: 'yesterday' }, 'form_param_invalid_time', 'created_at'],
    [{ username: 'fine', totp_secret: '0!' }, 'invalid_totp_secret_code', 'totp_secret'],
    [{ username: 'fine', public_metadata: { big: 'x'.repeat(9000) } }, 'form_param_exceeds_allowed_size', 'public_metadata'],
    [
      { email_address: ['a@example.com'], email_address_identification_status: ['verified', 'verified'] },
      'form_param_value_invalid',
      'email_address_identification_status',
    ],
  ])('refuses %j', async (body, code, param) => {
    const answer = await client.post('/users', body);
    expect([answer.status, answer.code, answer.param]).toEqual([422, code, param]);
  });

  it('needs some identifier, unless that is waived', async () => {
    expect((await client.post('/users', { first_name: 'Nobody' })).code).toBe('form_data_missing');
    expect((await client.post('/users', { first_name: 'Nobody', skip_user_requirement: true })).status).toBe(200);
  });

  it('takes a time of its own', async () => {
    const user = await addUser(client, 'old@example.com', { created_at: '2012-10-20T07:15:20.902Z' });
    expect(user.created_at).toBe(Date.UTC(2012, 9, 20, 7, 15, 20, 902));
  });
});

describe('updating a user', () => {
  it('changes what is given and leaves the rest', async () => {
    const user = await addUser(client, 'ada@example.com', { first_name: 'Ada', last_name: 'L', username: 'ada_l' });
    client.clock.now += 5000;
    const { body } = await client.patch(`/users/${user.id}`, { last_name: 'Lovelace', username: '' });
    expect(body).toMatchObject({ first_name: 'Ada', last_name: 'Lovelace', username: null, updated_at: NOON + 5000 });
  });

  it('may keep its own identifiers', async () => {
    const user = await addUser(client, 'ada@example.com', { username: 'ada_l', external_id: 'crm-1' });
    expect((await client.patch(`/users/${user.id}`, { username: 'ada_l', external_id: 'crm-1' })).status).toBe(200);
  });

  it('a primary identifier must be verified and the user’s own', async () => {
    const user = await addUser(client, 'a@example.com', {
      email_address: ['a@example.com', 'b@example.com', 'c@example.com'],
      email_address_identification_status: ['verified', 'verified', 'reserved'],
    });
    const other = await addUser(client, 'other@example.com');
    const [, second, reserved] = user.email_addresses as unknown as { id: string }[];
    const set = (id: unknown) => client.patch(`/users/${user.id}`, { primary_email_address_id: id });
    expect((await set(second?.id)).body.primary_email_address_id).toBe(second?.id);
    expect((await set(reserved?.id)).code).toBe('form_param_value_invalid');
    expect((await set(other.primary_email_address_id)).code).toBe('form_resource_not_found');
  });

  it('an unknown user answers 404', async () => {
    const answer = await client.patch('/users/user_none', { first_name: 'X' });
    expect([answer.status, answer.code]).toEqual([404, 'resource_not_found']);
  });

  it('flags that go with a password need one', async () => {
    const user = await addUser(client, 'ada@example.com');
    const answer = await client.patch(`/users/${user.id}`, { sign_out_of_other_sessions: true });
    expect([answer.code, answer.param]).toEqual(['form_conditional_param_missing', 'password']);
  });
});

describe('metadata', () => {
  it('is merged at every level, and null removes a key', async () => {
    const user = await addUser(client, 'ada@example.com', {
      public_metadata: { plan: 'pro', seats: { used: 1, total: 5 }, tags: ['a'] },
      private_metadata: { crm: 7 },
    });
    const { body } = await client.patch(`/users/${user.id}/metadata`, {
      public_metadata: { plan: null, seats: { used: 2 }, tags: ['b'] },
      unsafe_metadata: { theme: { dark: true, gone: null } },
    });
    expect(body.public_metadata).toEqual({ seats: { used: 2, total: 5 }, tags: ['b'] });
    expect(body.private_metadata).toEqual({ crm: 7 });
    expect(body.unsafe_metadata).toEqual({ theme: { dark: true } });
  });

  it('a key named __proto__ stays a key', async () => {
    const user = await addUser(client, 'ada@example.com');
    const headers = { 'content-type': 'application/json' };
    const body = '{"public_metadata":{"__proto__":{"polluted":true}}}';
    expect((await client.send('PATCH', `/users/${user.id}/metadata`, { headers, body })).status).toBeLessThan(500);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('banning and locking', () => {
  it('a ban stays until it is lifted', async () => {
    const user = await addUser(client, 'ada@example.com');
    expect((await client.post(`/users/${user.id}/ban`)).body.banned).toBe(true);
    expect((await client.get('/users/count?banned=true')).body.total_count).toBe(1);
    expect((await client.post(`/users/${user.id}/unban`)).body.banned).toBe(false);
  });

  it('a lock ends by itself or by hand', async () => {
    const user = await addUser(client, 'ada@example.com');
    expect((await client.post(`/users/${user.id}/lock`)).body).toMatchObject({
      locked: true,
      lockout_expires_in_seconds: 3600,
      verification_attempts_remaining: 0,
    });
    client.clock.now += 3_599_000;
    expect((await client.get(`/users/${user.id}`)).body).toMatchObject({ locked: true, lockout_expires_in_seconds: 1 });
    client.clock.now += 1000;
    expect((await client.get(`/users/${user.id}`)).body).toMatchObject({ locked: false, lockout_expires_in_seconds: null });
    await client.post(`/users/${user.id}/lock`);
    expect((await client.post(`/users/${user.id}/unlock`)).body.locked).toBe(false);
  });

  it.each(['ban', 'unban', 'lock', 'unlock'])('%s of nobody answers 404', async (action) => {
    expect((await client.post(`/users/user_none/${action}`)).status).toBe(404);
  });
});

describe('deleting a user', () => {
  it('answers with the id and frees the identifiers', async () => {
    const user = await addUser(client, 'ada@example.com', { external_id: 'crm-1', username: 'ada_l' });
    expect((await client.delete(`/users/${user.id}`)).body).toEqual({
      object: 'user',
      id: user.id,
      deleted: true,
      external_id: 'crm-1',
    });
    expect((await client.get(`/users/${user.id}`)).status).toBe(404);
    expect((await client.get(`/email_addresses/${user.primary_email_address_id}`)).status).toBe(404);
    await addUser(client, 'ada@example.com', { external_id: 'crm-1', username: 'ada_l' });
  });
});

describe('the profile image', () => {
  it('is kept, served as it was sent, and removed', async () => {
    const user = await addUser(client, 'ada@example.com');
    const { body } = await client.upload('POST', `/users/${user.id}/profile_image`, PNG);
    expect(body.has_image).toBe(true);
    const served = await fetch(String(body.image_url));
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PNG);
    expect((await client.delete(`/users/${user.id}/profile_image`)).body.has_image).toBe(false);
    const gone = await client.delete(`/users/${user.id}/profile_image`);
    expect([gone.status, gone.code]).toEqual([404, 'image_not_found']);
  });

  it('every user has some picture', async () => {
    const user = await addUser(client, 'ada@example.com');
    const served = await fetch(String(user.image_url));
    expect(served.headers.get('content-type')).toBe('image/svg+xml');
  });

  it('must be there, and be an image by its bytes', async () => {
    const user = await addUser(client, 'ada@example.com');
    const none = await client.post(`/users/${user.id}/profile_image`);
    expect([none.status, none.code, none.param]).toEqual([400, 'form_param_missing', 'file']);
    const text = await client.upload('POST', `/users/${user.id}/profile_image`, Buffer.from('<svg/>'));
    expect([text.status, text.code]).toEqual([400, 'form_param_format_invalid']);
  });
});
