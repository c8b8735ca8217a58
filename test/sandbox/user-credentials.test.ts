import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, type Json, NOON, openSandbox, rowsOf } from './harness.js';

const SECRET = 'JBSWY3DPEHPK3PXP';
const WALLET = '0x52908400098527886e0f7030069857d2e4169ee7';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [
        {
          id: 'user_ada',
          email_addresses: ['ada@example.com'],
          password: 'violet-kettle-42',
          totp_secret: SECRET,
          backup_codes: ['spare-1'],
          web3_wallets: [{ id: 'idn_wallet', web3_wallet: WALLET }],
          external_accounts: [
            { id: 'eac_ada', provider: 'oauth_google', provider_user_id: '42', email_address: 'ada@example.com' },
          ],
          passkeys: [{ id: 'idn_laptop', name: 'Laptop', last_used_at: NOON - 5 }],
          trusted_devices: [
            { id: 'tdev_old', platform: 'ios', app_identifier: 'com.example.app', created_at: NOON - 2000 },
            {
              id: 'tdev_new',
              platform: 'android',
              app_identifier: 'com.example.app',
              name: 'Tablet',
              last_used_at: NOON - 10,
              created_at: NOON - 1000,
            },
          ],
        },
        { id: 'user_bob', username: 'bob.b' },
        {
          id: 'user_cy',
          external_accounts: [
            { id: 'eac_x', provider: 'oauth_x', provider_user_id: '1', email_address: 'cy@example.com' },
            { id: 'eac_slack', provider: 'oauth_slack', provider_user_id: '2', email_address: 'cy@example.com' },
          ],
        },
      ],
      sessions: [
        { id: 'sess_ada', user: 'user_ada' },
        { id: 'sess_bob', user: 'user_bob' },
      ],
    },
  });
});

const read = async (id = 'user_ada'): Promise<Json> => (await client.get(`/users/${id}`)).body;
const statusOf = async (session: string) => (await client.get(`/sessions/${session}`)).body.status;

describe('banning several users', () => {
  it('ends their sessions and answers with each of them once, until the ban is lifted', async () => {
    const banned = await client.post('/users/ban', { user_ids: ['user_bob', 'user_ada', 'user_bob'] });
    expect(banned.status).toBe(200);
    expect(rowsOf(banned.body)).toMatchObject([
      { id: 'user_bob', banned: true },
      { id: 'user_ada', banned: true },
    ]);
    expect([await statusOf('sess_ada'), await statusOf('sess_bob')]).toEqual(['revoked', 'revoked']);
    expect((await client.post('/sessions', { user_id: 'user_ada' })).code).toBe('user_banned');
    const freed = await client.post('/users/unban', { user_ids: ['user_ada'] });
    expect(rowsOf(freed.body)).toMatchObject([{ id: 'user_ada', banned: false }]);
    expect(idsOf((await client.get('/users?banned=true')).body)).toEqual(['user_bob']);
    expect((await client.post('/sessions', { user_id: 'user_ada' })).body.status).toBe('active');
    expect(await statusOf('sess_ada')).toBe('revoked');
  });

  it('bans nobody when one of them does not exist, none is named or too many are', async () => {
    expect((await client.post('/users/ban', { user_ids: ['user_ada', 'user_none'] })).code).toBe('resource_not_found');
    expect((await client.post('/users/ban', { user_ids: [] })).status).toBe(422);
    const many = Array.from({ length: 51 }, (_, nth) => `user_${nth}`);
    expect((await client.post('/users/ban', { user_ids: many })).code).toBe('form_param_array_size_exceeded');
    expect((await read()).banned).toBe(false);
    expect(await statusOf('sess_ada')).toBe('active');
  });
});

it('metadata is replaced whole, where it is given', async () => {
  const put = (body: object) => client.put('/users/user_ada/metadata', body);
  await put({ public_metadata: { plan: { name: 'pro', seats: 3 }, since: 2024 }, private_metadata: { crm: 7 } });
  const { body } = await put({ public_metadata: { plan: { seats: 4 } }, unsafe_metadata: { theme: 'dark' } });
  expect(body).toMatchObject({
    public_metadata: { plan: { seats: 4 } },
    private_metadata: { crm: 7 },
    unsafe_metadata: { theme: 'dark' },
  });
  expect(body.public_metadata).toEqual({ plan: { seats: 4 } });
  expect((await put({ public_metadata: {} })).body.public_metadata).toEqual({});
  expect((await put({ public_metadata: { text: 'x'.repeat(9000) } })).code).toBe('form_param_exceeds_allowed_size');
  expect((await client.put('/users/user_none/metadata', {})).status).toBe(404);
});

describe('second factors', () => {
  it('TOTP goes, and the backup codes with the last factor', async () => {
    expect(await read()).toMatchObject({ totp_enabled: true, backup_code_enabled: true, two_factor_enabled: true });
    client.clock.now += 1000;
    expect((await client.delete('/users/user_ada/totp')).body).toEqual({ user_id: 'user_ada' });
    expect(await read()).toMatchObject({
      totp_enabled: false,
      backup_code_enabled: false,
      two_factor_enabled: false,
      mfa_enabled_at: NOON,
      mfa_disabled_at: NOON + 1000,
    });
    expect((await client.post('/users/user_ada/verify_totp', { code: 'spare-1' })).code).toBe('totp_disabled');
  });

  it('backup codes stay while a phone is a factor, and MFA with them', async () => {
    const phone = { phone_number: '+15555550100', verified: true, reserved_for_second_factor: true };
    const { body } = await client.post('/phone_numbers', { user_id: 'user_ada', ...phone });
    await client.delete('/users/user_ada/totp');
    expect(await read()).toMatchObject({ backup_code_enabled: true, two_factor_enabled: true, mfa_disabled_at: null });
    client.clock.now += 1000;
    await client.delete(`/phone_numbers/${body.id}`);
    expect(await read()).toMatchObject({ backup_code_enabled: false, two_factor_enabled: false, mfa_disabled_at: NOON + 1000 });
  });

  it('backup codes go alone', async () => {
    expect((await client.delete('/users/user_ada/backup_code')).body).toEqual({ user_id: 'user_ada' });
    expect(await read()).toMatchObject({ backup_code_enabled: false, totp_enabled: true, two_factor_enabled: true });
    expect((await client.delete('/users/user_none/backup_code')).status).toBe(404);
    expect((await client.delete('/users/user_none/totp')).status).toBe(404);
  });

  it('enrolled again, MFA has a new beginning', async () => {
    await client.delete('/users/user_ada/totp');
    client.clock.now += 5000;
    await client.patch('/users/user_ada', { totp_secret: SECRET });
    expect(await read()).toMatchObject({ mfa_enabled_at: NOON + 5000, mfa_disabled_at: NOON });
  });
});

describe('passkeys, wallets and social accounts', () => {
  it.each([
    ['passkeys', 'idn_laptop', 'passkey', 'passkeys'],
    ['web3_wallets', 'idn_wallet', 'web3_wallet', 'web3_wallets'],
    ['external_accounts', 'eac_ada', 'external_account', 'external_accounts'],
  ])('of %s one is deleted, by its own user only', async (path, id, object, list) => {
    expect(idsOf((await read())[list] as Json)).toEqual([id]);
    expect((await client.delete(`/users/user_bob/${path}/${id}`)).code).toBe('resource_not_found');
    expect((await client.delete(`/users/user_none/${path}/${id}`)).status).toBe(404);
    expect((await client.delete(`/users/user_ada/${path}/${id}`)).body).toEqual({ object, id, deleted: true });
    expect((await read())[list]).toEqual([]);
    expect((await client.delete(`/users/user_ada/${path}/${id}`)).status).toBe(404);
  });

  it('a passkey shows how it was proven and when it was last used', async () => {
    expect((await read()).passkeys?.[0]).toEqual({
      object: 'passkey',
      id: 'idn_laptop',
      name: 'Laptop',
      last_used_at: NOON - 5,
      verification: { object: 'verification_passkey', status: 'verified', strategy: 'passkey', attempts: null, expire_at: null },
    });
  });

  it('the primary wallet is forgotten with the wallet', async () => {
    expect((await read()).primary_web3_wallet_id).toBe('idn_wallet');
    await client.delete('/users/user_ada/web3_wallets/idn_wallet');
    expect((await read()).primary_web3_wallet_id).toBeNull();
    const again = await client.post('/users', { web3_wallet: [WALLET] });
    expect(again.status).toBe(200);
    const [wallet] = idsOf(again.body.web3_wallets as Json);
    const last = await client.delete(`/users/${again.body.id}/web3_wallets/${wallet}`);
    expect([last.status, last.code]).toEqual([400, 'identification_deletion_failed']);
  });

  it('the last social account stays when there is nothing else to be found by', async () => {
    expect((await client.delete('/users/user_cy/external_accounts/eac_x')).status).toBe(200);
    const last = await client.delete('/users/user_cy/external_accounts/eac_slack');
    expect([last.status, last.code]).toEqual([400, 'identification_deletion_failed']);
    await client.post('/email_addresses', { user_id: 'user_cy', email_address: 'cy@example.org' });
    expect((await client.delete('/users/user_cy/external_accounts/eac_slack')).status).toBe(200);
  });

  it('a deleted account has no token any more, and its e-mail address no link', async () => {
    const [email] = (await read()).email_addresses as unknown as Json[];
    expect(email?.linked_to).toEqual([{ type: 'oauth_google', id: 'idn_ada' }]);
    await client.delete('/users/user_ada/external_accounts/eac_ada');
    expect((await client.get('/users/user_ada/oauth_access_tokens/google')).body).toEqual([]);
    expect((await client.get(`/email_addresses/${email?.id}`)).body.linked_to).toEqual([]);
  });
});

describe('trusted devices', () => {
  const list = async () => (await client.get('/users/user_ada/trusted_devices')).body;

  it('are listed newest first while they are trusted', async () => {
    const { data, total_count } = await list();
    expect(total_count).toBe(2);
    expect(data?.[0]).toEqual({
      object: 'trusted_device',
      id: 'tdev_new',
      platform: 'android',
      app_identifier: 'com.example.app',
      name: 'Tablet',
      algorithm: 'ES256',
      status: 'active',
      last_used_at: NOON - 10,
      revoked_at: null,
      created_at: NOON - 1000,
      updated_at: NOON - 1000,
    });
    expect((await client.get('/users/user_bob/trusted_devices')).body).toEqual({ data: [], total_count: 0 });
    expect((await client.get('/users/user_none/trusted_devices')).status).toBe(404);
  });

  it('are revoked once', async () => {
    const revoke = (user: string) => client.delete(`/users/${user}/trusted_devices/tdev_old`);
    expect((await revoke('user_bob')).status).toBe(404);
    client.clock.now += 1000;
    expect((await revoke('user_ada')).body).toMatchObject({ id: 'tdev_old', status: 'revoked', revoked_at: NOON + 1000 });
    expect(idsOf(await list())).toEqual(['tdev_new']);
    expect((await revoke('user_ada')).code).toBe('resource_not_found');
  });
});

describe('a password', () => {
  it('is removed, and a missing one is no error', async () => {
    const remove = (body: object) => client.post('/users/user_ada/remove_password', body);
    expect((await remove({})).body).toMatchObject({ password_enabled: false, password_last_updated_at: null });
    expect(await statusOf('sess_ada')).toBe('active');
    expect((await client.post('/users/user_ada/verify_password', { password: 'violet-kettle-42' })).code).toBe('no_password_set');
    const { updated_at } = await read();
    client.clock.now += 1000;
    expect((await remove({})).body.updated_at).toBe(updated_at);
    await remove({ sign_out_of_other_sessions: true });
    expect(await statusOf('sess_ada')).toBe('revoked');
    expect((await client.post('/users/user_none/remove_password', {})).status).toBe(404);
  });

  const mark = (body: object = {}) => client.post('/users/user_ada/password/set_compromised', body);
  const signIn = async () => (await client.post('/sessions', { user_id: 'user_ada' })).body;

  it('called compromised leaves new sessions with a task until it is changed', async () => {
    expect((await mark()).status).toBe(200);
    expect(await statusOf('sess_ada')).toBe('active');
    const session = await signIn();
    expect(session).toMatchObject({ status: 'pending', tasks: [{ key: 'reset-password' }] });
    await client.patch('/users/user_ada', { password: 'quiet-harbor-77' });
    const after = (await client.get(`/sessions/${session.id}`)).body;
    expect(after.status).toBe('active');
    expect(after).not.toHaveProperty('tasks');
    expect((await signIn()).status).toBe('active');
  });

  it.each([
    ['taken back', 'password/unset_compromised'],
    ['removed', 'remove_password'],
  ])('%s ends the task as well', async (_, path) => {
    await mark();
    const session = await signIn();
    expect((await client.post(`/users/user_ada/${path}`)).status).toBe(200);
    expect(await statusOf(String(session.id))).toBe('active');
    expect((await signIn()).status).toBe('active');
  });

  it('called compromised ends the sessions where asked to, also those that wait', async () => {
    await mark();
    const waiting = await signIn();
    await mark({ revoke_all_sessions: true });
    expect([await statusOf('sess_ada'), await statusOf(String(waiting.id))]).toEqual(['revoked', 'revoked']);
  });

  it('that there is not cannot be compromised', async () => {
    const answer = await client.post('/users/user_bob/password/set_compromised', {});
    expect([answer.status, answer.code]).toEqual([400, 'no_password_set']);
    expect((await client.post('/users/user_none/password/set_compromised', {})).status).toBe(404);
    expect((await client.post('/users/user_none/password/unset_compromised')).status).toBe(404);
  });
});

it('what belongs to a user goes with the user', async () => {
  await client.delete('/users/user_ada');
  const again = await client.post('/users', { email_address: ['ada@example.com'], web3_wallet: [WALLET] });
  expect(again.status).toBe(200);
  expect((await read(String(again.body.id))).passkeys).toEqual([]);
});
