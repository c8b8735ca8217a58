import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { argon2id, bcrypt } from 'hash-wasm';
import { Secret, TOTP } from 'otpauth';
import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, type Json, openSandbox } from './harness.js';

const PASSWORD = 'violet-kettle-42';
const SECRET = 'JBSWY3DPEHPK3PXP';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

const verify = (user: Json, password: string) => client.post(`/users/${user.id}/verify_password`, { password });
const verifyCode = (user: Json, code: string) => client.post(`/users/${user.id}/verify_totp`, { code });
const codeAt = (timestamp: number) => new TOTP({ secret: Secret.fromBase32(SECRET) }).generate({ timestamp });

describe('verify_password', () => {
  it('tells the right password from a wrong one', async () => {
    const user = await addUser(client, 'ada@example.com', { password: PASSWORD });
    expect(user.password_enabled).toBe(true);
    expect((await verify(user, PASSWORD)).body).toEqual({ verified: true });
    const wrong = await verify(user, `${PASSWORD}!`);
    expect([wrong.status, wrong.code]).toEqual([422, 'incorrect_password']);
  });

  it('a user without a password answers 400', async () => {
    const user = await addUser(client, 'ada@example.com');
    const answer = await verify(user, PASSWORD);
    expect([answer.status, answer.code]).toEqual([400, 'no_password_set']);
  });

  it('a new password replaces the old one', async () => {
    const user = await addUser(client, 'ada@example.com', { password: PASSWORD });
    await client.patch(`/users/${user.id}`, { password: 'orange-kettle-43' });
    expect((await verify(user, PASSWORD)).status).toBe(422);
    expect((await verify(user, 'orange-kettle-43')).status).toBe(200);
  });

  it('no answer shows a digest, a secret or a backup code', async () => {
    const user = await addUser(client, 'ada@example.com', {
      password: PASSWORD,
      totp_secret: SECRET,
      backup_codes: ['spare-code-1'],
    });
    const shown = JSON.stringify([user, (await client.get('/users')).body]);
    for (const secret of [PASSWORD, SECRET, 'spare-code-1', '$2a$', 'digest']) expect(shown).not.toContain(secret);
  });

  const salt = Buffer.from('a salt of sixteen');
  const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
  const stretch = (pepper: string | Buffer, bytes: number, algorithm: string) =>
    pbkdf2Sync(PASSWORD, pepper, 1000, bytes, algorithm);
  const cheapBcrypt = (password: string) =>
    bcrypt({ password, salt: salt.subarray(0, 16), costFactor: 4, outputType: 'encoded' });
  it.each<[hasher: string, digest: () => string | Promise<string>]>([
    ['bcrypt', () => cheapBcrypt(PASSWORD)],
    [
      'argon2id',
      () =>
        argon2id({
          password: PASSWORD,
          salt,
          parallelism: 1,
          iterations: 2,
          memorySize: 64,
          hashLength: 32,
          outputType: 'encoded',
        }),
    ],
    ['md5', () => hex('md5', PASSWORD)],
    ['md5_salted', () => `pepper$${hex('md5', `pepper${PASSWORD}`)}`],
    ['sha256', () => hex('sha256', PASSWORD)],
    ['sha256_salted', () => `pepper$${hex('sha256', `${PASSWORD}pepper`)}`],
    ['bcrypt_sha256_django', async () => `bcrypt_sha256$${await cheapBcrypt(hex('sha256', PASSWORD))}`],
    ['bcrypt_peppered', async () => `${await cheapBcrypt(`${PASSWORD}pepper`)}$pepper`],
    ['pbkdf2_sha1', () => `pbkdf2_sha1$1000$pepper$${stretch('pepper', 20, 'sha1').toString('hex')}`],
    ['pbkdf2_sha1', () => `pbkdf2_sha1$1000$${salt.toString('hex')}$${stretch(salt, 32, 'sha1').toString('hex')}$32`],
    ['pbkdf2_sha256', () => `pbkdf2_sha256$1000$${salt.toString('base64')}$${stretch(salt, 32, 'sha256').toString('base64')}`],
    ['pbkdf2_sha256_django', () => `pbkdf2_sha256$1000$pepper$${stretch('pepper', 32, 'sha256').toString('base64')}`],
    ['pbkdf2_sha512', () => `pbkdf2_sha512$1000$pepper$${stretch('pepper', 64, 'sha512').toString('hex')}`],
    ['pbkdf2_sha512_hex', () => `pbkdf2_sha512_hex$1000$${salt.toString('hex')}$${stretch(salt, 64, 'sha512').toString('hex')}`],
    [
      'scrypt_werkzeug',
      () => `scrypt:1024:8:1$pepper$${scryptSync(PASSWORD, 'pepper', 64, { N: 1024, r: 8, p: 1 }).toString('hex')}`,
    ],
    [
      'ldap_ssha',
      () =>
        `{SSHA}${Buffer.concat([createHash('sha1').update(PASSWORD).update('pepper').digest(), Buffer.from('pepper')]).toString('base64')}`,
    ],
    [
      'sha512_symfony',
      () => {
        let value = createHash('sha512').update(`${PASSWORD}{pepper}`).digest();
        for (let round = 1; round < 50; round++)
          value = createHash('sha512').update(value).update(`${PASSWORD}{pepper}`).digest();
        return `sha512_symfony$50$pepper$${value.toString('base64')}`;
      },
    ],
  ])('checks a digest brought along from %s, also after it was strengthened', async (password_hasher, digest) => {
    const user = await addUser(client, 'ada@example.com', { password_digest: await digest(), password_hasher });
    expect((await verify(user, 'something else')).status).toBe(422);
    expect((await verify(user, PASSWORD)).status).toBe(200);
    expect((await verify(user, PASSWORD)).status).toBe(200);
    expect((await verify(user, 'something else')).status).toBe(422);
  });
});

describe('digests of other systems', () => {
  // From the documentation of phpass and of Firebase's scrypt.
  it.each([
    ['phpass', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'test12345'],
    [
      'scrypt_firebase',
      [
        'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
        '42xEC+ixf3L2lw==',
        'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
        'Bw==',
        '8',
        '14',
      ].join('$'),
      'user1password',
    ],
  ])('%s', async (password_hasher, password_digest, password) => {
    const user = await addUser(client, 'ada@example.com', { password_digest, password_hasher });
    expect((await verify(user, 'something else')).status).toBe(422);
    expect((await verify(user, password)).status).toBe(200);
  });

  it.each([
    ['phpass', '$P$9short'],
    ['pbkdf2_sha256', 'pbkdf2_sha256$1000$not base64$AAAA'],
    ['argon2i', '$argon2id$v=19$m=64,t=4,p=8$Z2liZXJyaXNo$iGXEpMBTDYQ8'],
    ['awscognito', 'no-pool'],
  ])('of another form than %s has are refused', async (password_hasher, password_digest) => {
    const body = { email_address: ['ada@example.com'], password_digest, password_hasher };
    expect((await client.post('/users', body)).code).toBe('form_password_digest_invalid_code');
  });
});

describe('verify_totp', () => {
  it('takes the code of now and of its neighbours, and no other', async () => {
    const user = await addUser(client, 'ada@example.com', { totp_secret: SECRET });
    expect(user).toMatchObject({ totp_enabled: true, two_factor_enabled: true, mfa_enabled_at: client.clock.now });
    const { now } = client.clock;
    for (const drift of [-30_000, 0, 30_000]) {
      expect((await verifyCode(user, codeAt(now + drift))).body).toEqual({ verified: true, code_type: 'totp' });
    }
    const late = await verifyCode(user, codeAt(now - 90_000));
    expect([late.status, late.code]).toEqual([422, 'totp_incorrect_code']);
  });

  it('answers as RFC 6238 does to its own test secret', async () => {
    const secret = new Secret({ buffer: new TextEncoder().encode('12345678901234567890').buffer }).base32;
    const user = await addUser(client, 'ada@example.com', { totp_secret: secret });
    client.clock.now = 1_111_111_109_000;
    expect((await verifyCode(user, '081804')).status).toBe(200);
  });

  it('a backup code is good once', async () => {
    const hashed = await bcrypt({ password: 'spare-2', salt: Buffer.alloc(16, 7), costFactor: 4, outputType: 'encoded' });
    const user = await addUser(client, 'ada@example.com', { totp_secret: SECRET, backup_codes: ['spare-1', hashed] });
    for (const code of ['spare-1', 'spare-2']) {
      expect((await verifyCode(user, code)).body).toEqual({ verified: true, code_type: 'backup_code' });
      expect((await verifyCode(user, code)).status).toBe(422);
    }
    expect((await client.get(`/users/${user.id}`)).body.backup_code_enabled).toBe(false);
  });

  it('a user without second factors answers 400', async () => {
    const user = await addUser(client, 'ada@example.com');
    const answer = await verifyCode(user, '123456');
    expect([answer.status, answer.code]).toEqual([400, 'totp_disabled']);
  });
});

it('disabling second factors takes all of them', async () => {
  const user = await addUser(client, 'ada@example.com', { totp_secret: SECRET, backup_codes: ['spare-1'] });
  const phone = await client.post('/phone_numbers', {
    user_id: user.id,
    phone_number: '+15555550100',
    verified: true,
    reserved_for_second_factor: true,
  });
  client.clock.now += 1000;
  expect((await client.delete(`/users/${user.id}/mfa`)).body).toEqual({ user_id: user.id });
  expect((await client.get(`/users/${user.id}`)).body).toMatchObject({
    totp_enabled: false,
    backup_code_enabled: false,
    two_factor_enabled: false,
    mfa_enabled_at: client.clock.now - 1000,
    mfa_disabled_at: client.clock.now,
  });
  expect((await client.get(`/phone_numbers/${phone.body.id}`)).body.reserved_for_second_factor).toBe(false);
  expect((await client.delete('/users/user_none/mfa')).status).toBe(404);
});

describe('OAuth access tokens', () => {
  beforeEach(async () => {
    const external_accounts = [
      {
        provider: 'oauth_google',
        provider_user_id: '42',
        email_address: 'ada@example.com',
        token: 'ya29.token',
        scopes: ['email'],
      },
    ];
    client = await openSandbox({
      seed: { users: [{ id: 'user_ada', email_addresses: ['ada@example.com'], external_accounts }] },
    });
  });

  it.each(['oauth_google', 'google'])('are given for the provider %s', async (provider) => {
    expect((await client.get(`/users/user_ada/oauth_access_tokens/${provider}`)).body).toMatchObject([
      { object: 'oauth_access_token', provider: 'oauth_google', provider_user_id: '42', token: 'ya29.token', scopes: ['email'] },
    ]);
  });

  it('are none for another provider, and 404 for one that does not exist', async () => {
    expect((await client.get('/users/user_ada/oauth_access_tokens/github?paginated=true')).body).toEqual({
      data: [],
      total_count: 0,
    });
    const answer = await client.get('/users/user_ada/oauth_access_tokens/myspace');
    expect([answer.status, answer.code]).toEqual([404, 'oauth_token_provider_not_enabled']);
  });

  it('are nowhere in the user', async () => {
    expect(JSON.stringify((await client.get('/users/user_ada')).body)).not.toContain('ya29.token');
  });
});
