import { describe, expect, it } from 'vitest';
import { lookUp, resourceOf } from '../../src/catalog/declared-answer.js';
import { knownAnswers } from '../../src/catalog/known-answers.js';
import { operations } from '../../tools/index.js';

const { byObject } = knownAnswers();
const named = Object.keys(byObject).map((object) => ({ object, ...resourceOf({ object }, '') }));

describe('every resource', () => {
  it.each(named)('$object: its short form and its primaries are paths of its shape', ({ shape, short, primary }) => {
    expect(shape?.properties.size).toBeGreaterThan(1);
    const paths = short?.split(/\s+/) ?? [];
    expect(paths.filter((path) => lookUp(path.split('.'), shape) !== 'declared' && path !== 'actor.sub')).toEqual([]);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of Object.entries(primary ?? {}).flat()) expect(lookUp([path], shape)).toBe('declared');
  });
});

describe('each operation that pages', () => {
  const paging = operations.filter((operation) => operation.method === 'GET' && operation.places.has('offset'));
  it.each(paging.map((operation) => operation.spec.request))('%s lists a resource that is declared', (request) => {
    const resource = resourceOf(undefined, request);
    expect(resource?.shape.properties.size).toBeGreaterThan(1);
    // A token is fetched to be used: nothing of it is left out.
    if (request === 'GET /users/{user_id}/oauth_access_tokens/{provider}') expect(resource?.short).toBeUndefined();
    else expect(resource?.short).toBeDefined();
  });
});

it('no short form of a list shows a secret', () => {
  const text = /(^|\.)(markup|body)$/;
  const shown = named.flatMap(({ short = '', shape }) =>
    short.split(/\s+/).filter((path) => {
      const end = path.split('.').reduce((at, key) => at?.properties.get(key), shape);
      return end?.secret !== undefined || text.test(path);
    }),
  );
  expect(shown).toEqual([]);
});

it('a shape has its nested objects and what is of any form', () => {
  const user = resourceOf({ object: 'user' }, '')?.shape;
  expect(lookUp(['id'], user)).toBe('declared');
  expect(lookUp(['email_addresses', 'verification', 'error', 'code'], user)).toBe('declared');
  expect(lookUp(['web3_wallets', 'verification', 'nonce'], user)).toBe('declared');
  expect(lookUp(['scim', 'external_id'], user)).toBe('declared');
  expect(lookUp(['public_metadata'], user)).toBe('declared');
  expect(lookUp(['public_metadata', 'a', 'b'], user)).toBe('free');
  expect(lookUp(['id', 'x'], user)).toBe('unknown');
  expect(lookUp(['directory_id'], user)).toBe('unknown');
});

it('a resource is known by its object, and by the request where it has none', () => {
  const shapeOf = (object: string) => resourceOf({ object }, '')?.shape;
  expect(resourceOf({ object: 'session' }, 'GET /users')?.shape).toBe(shapeOf('session'));
  expect(resourceOf({ object: 'toString' }, 'GET /users')?.shape).toBe(shapeOf('user'));
  expect(resourceOf(undefined, 'GET /users')?.shape).toBe(shapeOf('user'));
  expect(resourceOf(undefined, 'GET /users/{user_id}')).toBeUndefined();
  expect(resourceOf({ svix_url: 'x' }, 'POST /webhooks/svix')?.shape.properties.get('svix_url')?.secret).toMatchObject({
    kind: 'link',
  });
});
