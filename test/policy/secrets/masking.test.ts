import { describe, expect, it } from 'vitest';
import { isSecretName } from '../../../src/catalog/secret-names.js';
import { canonicalWithoutSecrets, maskArguments } from '../../../src/policy/secrets/masking.js';
import { operations } from '../fixtures.js';

describe('isSecretName', () => {
  it.each([
    'password',
    'client_secret',
    'clientSecret',
    'token',
    'access_token',
    'jwt',
    'svix_url',
    'api_key',
    'backup_codes',
    'private-key',
    'totp_secret',
    'password_digest',
    'tokens',
  ])('knows %s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(['user_id', 'password_enabled', 'token_type', 'object', 'publishable_key', 'sign_in_token_id', 'url', 'kid', 'monkey'])(
    'lets %s be',
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});

describe('maskArguments', () => {
  it('masks declared and named secrets, at any depth', () => {
    const args = { password: 'p', email_address: ['a@example.com'], public_metadata: { stripe: { apiKey: 'k', plan: 'free' } } };
    expect(maskArguments(operations.createUser, args)).toEqual({
      password: '[secret]',
      email_address: ['a@example.com'],
      public_metadata: { stripe: { apiKey: '[secret]', plan: 'free' } },
    });
  });

  it.each(['pass', 'pwd', 'pin', 'auth', 'bearer', 'cookie', 'db_pass', 'smtpAuth', 'access-key', 'sessionCookies', 'PIN'])(
    'masks what is named %s',
    (name) => {
      const masked = maskArguments(operations.createUser, { public_metadata: { [name]: 'hunter2' } });
      expect(masked).toEqual({ public_metadata: { [name]: '[secret]' } });
    },
  );

  it.each([
    'https://ada:hunter2@example.com/',
    'see postgres://ada:hunter2@db.example/one',
    'https://:hunter2@example.com',
    'https://example.com/?api_token=hunter2',
    'https://example.com/?a=1&access_token=hunter2',
    'https://example.com/#id_token=hunter2',
    'https://example.com/?PASSWORD=hunter2',
    'https://example.com/?user[password]=hunter2',
  ])('masks an address with a secret in it: %s', (url) => {
    expect(maskArguments(operations.createUser, { public_metadata: { url } })).toEqual({ public_metadata: { url: '[secret]' } });
  });

  it.each(['https://example.com/a@b?page=2&sort=pinned', 'https://example.com:8080/x', 'passenger: a@b.example', 'author'])(
    'leaves what only looks like it: %s',
    (text) => {
      const args = { public_metadata: { [text]: text, pinned: 'yes', author: 'Ada', passport: 'x' } };
      expect(maskArguments(operations.createUser, args)).toEqual(args);
    },
  );

  it('keeps the null that removes a password', () => {
    expect(maskArguments(operations.updateUser, { password: null })).toEqual({ password: null });
  });

  it('cuts what is long', () => {
    const masked = maskArguments(operations.createUser, {
      public_metadata: { a: 'x'.repeat(1000) },
      email_address: Array(5000).fill('a@b.c'),
    });
    expect(JSON.stringify(masked).length).toBeLessThan(2_000);
    expect(masked.email_address).toMatch(/bytes of JSON/);
  });
});

describe('canonicalWithoutSecrets', () => {
  const digest = (secret: string): string => `<${secret.length}>`;

  it('has digests in the place of secrets and is canonical', () => {
    const one = canonicalWithoutSecrets(operations.updateUser, { user_id: 'u', password: 'hunter2' }, digest);
    expect(one).toBe('{"password":"<9>","user_id":"u"}');
    expect(canonicalWithoutSecrets(operations.updateUser, { password: 'hunter2', user_id: 'u' }, digest)).toBe(one);
  });
});
