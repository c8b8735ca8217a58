import { describe, expect, test } from 'vitest';
import { declaredShape, lookUp, resourceOf } from '../../src/response/declared.js';
import { PARTS, RESOURCES } from '../../src/response/resources.js';
import { operations } from '../../tools/index.js';

const resources = Object.entries(RESOURCES);

test.each(resources)('%s: its short form and its primaries are paths of its shape', (name, { short, primary }) => {
  const shape = declaredShape(name);
  expect(shape?.properties.size).toBeGreaterThan(1);
  const paths = short?.trim().split(/\s+/) ?? [];
  const unknown = paths.filter((path) => lookUp(path.split('.'), shape) === 'unknown');
  expect(unknown).toEqual([]);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of Object.entries(primary ?? {}).flat()) expect(lookUp([path], shape)).toBe('declared');
});

test('every part is read and used', () => {
  const all = [...Object.values(PARTS), ...resources.map(([, { shape }]) => shape)].join(' ');
  for (const part of Object.keys(PARTS)) {
    expect(declaredShape(part)?.properties.size, part).toBeGreaterThan(0);
    expect(all).toMatch(new RegExp(`:${part}\\b`));
    expect(RESOURCES, `${part} is a part and a resource`).not.toHaveProperty(part);
  }
});

test('a request lists one resource', () => {
  const requests = resources.flatMap(([, { lists }]) => lists ?? []);
  expect(new Set(requests).size).toBe(requests.length);
});

describe('each operation that pages', () => {
  const paging = operations.filter((operation) => operation.method === 'GET' && operation.places.has('offset'));
  test.each(paging.map((operation) => operation.spec.request))('%s lists a resource that is declared', (request) => {
    const resource = resourceOf(undefined, request);
    // A token is fetched to be used: nothing of it is left out.
    if (resource?.name === 'oauth_access_token') expect(resource.spec.short).toBeUndefined();
    else expect(resource?.spec.short).toBeDefined();
  });
});

test('no short form of a list shows a secret', () => {
  const secret = /(^|\.)(secret|token|api_key|client_secret|secret_key|jwt|token_secret|id_token|access_token|markup|body)$/;
  const shown = resources.flatMap(([name, { short = '' }]) =>
    short
      .trim()
      .split(/\s+/)
      .map((path) => ({ name, path })),
  );
  expect(shown.filter(({ path }) => secret.test(path))).toEqual([]);
});

test('a shape is read with its nested objects, its parts and what is of any form', () => {
  const user = declaredShape('user');
  expect(lookUp(['id'], user)).toBe('declared');
  expect(lookUp(['email_addresses', 'verification', 'error', 'code'], user)).toBe('declared');
  expect(lookUp(['web3_wallets', 'verification', 'nonce'], user)).toBe('declared');
  expect(lookUp(['scim', 'external_id'], user)).toBe('declared');
  expect(lookUp(['public_metadata'], user)).toBe('declared');
  expect(lookUp(['public_metadata', 'a', 'b'], user)).toBe('free');
  expect(lookUp(['id', 'x'], user)).toBe('unknown');
  expect(lookUp(['directory_id'], user)).toBe('unknown');
  expect(declaredShape('nothing')).toBeUndefined();
});

test('a resource is known by its object, and by the request where it has none', () => {
  expect(resourceOf({ object: 'session' }, 'GET /users')?.name).toBe('session');
  expect(resourceOf({ object: 'toString' }, 'GET /users')?.name).toBe('user');
  expect(resourceOf(undefined, 'GET /users')?.name).toBe('user');
  expect(resourceOf(undefined, 'GET /users/{user_id}')).toBeUndefined();
});
