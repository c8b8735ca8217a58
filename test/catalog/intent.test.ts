import { expect, it } from 'vitest';
import { intentOf } from '../../src/catalog/intent.js';

it.each([
  ['who may sign in without a password', 'see'],
  ['can you please show me the newest keys', 'see'],
  ['how many keys were revoked', 'see'],
  ['banned users', 'see'],
  ["what's the plan of acme", 'see'],
  ['delete all keys', 'change'],
  ['could you help me to revoke a key', 'change'],
  ['the key leaked, so revoke it', 'change'],
  ['get tokens', undefined],
  ['webhook', undefined],
  ['', undefined],
] as const)('"%s" is a request to %s', (request, wants) => {
  expect(intentOf(request).wants).toBe(wants);
});

it.each([
  ['show user_2abc9', 'one'],
  ['sessions by client id', 'one'],
  ['show sessions', 'many'],
  ['who is an admin', 'many'],
  ['show a session', undefined],
  ['does this access expire', undefined],
] as const)('"%s" is about %s', (request, number) => {
  expect(intentOf(request).number).toBe(number);
});
