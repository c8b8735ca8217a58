import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineOperation } from '../../src/catalog/declaration.js';
import type { Operation } from '../../src/catalog/operation.js';
import { RequestError } from '../../src/clerk/errors.js';
import { buildRequest } from '../../src/clerk/request.js';
import { operations } from '../../tools/index.js';
import { LIMITS } from '../catalog/limits.js';
import { RecordingServer } from '../support/recording-server.js';
import { hostileArguments, minimalArguments } from '../support/sample-arguments.js';
import { catalog, newClient } from './support.js';

const ban = catalog.get('Users_markBanned');
const list = catalog.get('Users_listSortedByCreationDate');
const pathFor = (user_id: unknown): string => buildRequest(ban, { user_id }).path;

describe('path values', () => {
  it.each([
    ['{user_id}', '/users/%7Buser_id%7D/ban'],
    ["$&$'$1", "/users/%24%26%24'%241/ban"],
    ['...', '/users/.../ban'],
    ['žluťoučký 💣', `/users/${encodeURIComponent('žluťoučký 💣')}/ban`],
  ])('%j stays one segment', (value, path) => expect(pathFor(value)).toBe(path));

  it.each([
    ['a/b'],
    ['mch_1/secret_key'],
    ['../../instance'],
    ['a\\b'],
    ['a?b=c#d'],
    ['a#b'],
    ['a\0b'],
    ['%2e%2e'],
    ['\r\nx: y'],
    [''],
    ['  '],
    ['.'],
    ['..'],
    ['\uD800'],
    ['a\uDC00'],
    [undefined],
    [null],
    [7],
    [['user_1']],
    [{}],
  ])('refuses %j', (value) => {
    expect(() => pathFor(value)).toThrow(RequestError);
    expect(() => pathFor(value)).toThrow(/^user_id /);
  });
});

describe('query', () => {
  it('repeats arrays, and writes numbers and booleans as text', () => {
    const { path, body } = buildRequest(list, { user_id: ['a', 'b&c'], limit: 10, banned: false, query: 'é +' });
    expect(path).toBe('/users?query=%C3%A9%20%2B&banned=false&user_id=a&user_id=b%26c&limit=10');
    expect(body).toBeUndefined();
  });

  it('joins arrays with commas where the API wants it', () => {
    const operation = defineOperation({
      name: 'Things_list',
      clerk: 'ListThings',
      request: 'GET /things',
      title: 'List things',
      description: 'Things.',
      query: { mode: z.array(z.string()), tag: z.array(z.string()) },
      commaSeparated: ['mode'],
      risk: 'read',
    });
    expect(buildRequest(operation, { mode: ['x', 'y,z'], tag: ['x', 'y'] }).path).toBe('/things?mode=x,y%2Cz&tag=x&tag=y');
    expect(buildRequest(operation, { mode: [], tag: [] }).path).toBe('/things');
  });

  it.each([[{}], [null], [Number.NaN], ['\uD800']])('refuses %j', (query) => {
    expect(() => buildRequest(list, { query })).toThrow(RequestError);
  });
});

describe('body', () => {
  const update = catalog.get('Users_updateUserAttributes');

  it('carries exactly what was given, null included', () => {
    const { body, headers } = buildRequest(update, { user_id: 'user_1', first_name: null, username: '', backup_codes: [] });
    expect(JSON.parse(body ?? '')).toEqual({ first_name: null, username: '', backup_codes: [] });
    expect(headers['content-type']).toBe('application/json');
  });

  it('keeps odd keys within metadata', () => {
    const public_metadata = JSON.parse('{"__proto__":{"a":null},"toString":1}');
    const { body } = buildRequest(catalog.get('Users_mergeUserMetadataAttributes'), { user_id: 'user_1', public_metadata });
    expect(body).toBe('{"public_metadata":{"__proto__":{"a":null},"toString":1}}');
  });

  it('is absent when nothing of it is given, and then has no content type', () => {
    const request = buildRequest(update, { user_id: 'user_1', first_name: undefined });
    expect(request.body).toBeUndefined();
    expect(request.headers).not.toHaveProperty('content-type');
  });

  it('is the array itself for an array body', () => {
    const operation = catalog.get('OrganizationInvitations_bulkCreateAndSend');
    const name = [...operation.places].find(([, place]) => place === 'array-body')?.[0] ?? '';
    const items = [{ email_address: 'a@example.com', role: 'org:member', public_metadata: null }];
    expect(buildRequest(operation, { organization_id: 'org_1', [name]: items }).body).toBe(JSON.stringify(items));
  });
});

describe('the key', () => {
  it('is asked for everywhere but on the public path', () => {
    expect(operations.filter((operation) => !operation.path.startsWith('/public/')).length).toBe(LIMITS.operations - 1);
    for (const operation of operations) {
      expect(buildRequest(operation, minimalArguments(operation)).authorized, operation.name).toBe(
        operation.name !== 'Miscellaneous_getInterstitialMarkup',
      );
    }
  });
});

/** The operation's own path with the values as a URL parser gives them back. */
function staysOnPath(operation: Operation, args: Record<string, unknown>, url: string): void {
  const { pathname, origin } = new URL(`http://clerk.example${url}`);
  expect(origin).toBe('http://clerk.example');
  const template = operation.path.split('/');
  const segments = pathname.split('/');
  expect(segments).toHaveLength(template.length);
  for (const [index, segment] of template.entries()) {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    expect(name === undefined ? segments[index] : decodeURIComponent(segments[index] ?? '')).toBe(
      name === undefined ? segment : args[name],
    );
  }
}

describe('hostile arguments', () => {
  it.each(operations.map((operation) => [operation.name, operation] as const))('%s never leaves its own path', (_, operation) => {
    fc.assert(
      fc.property(hostileArguments(operation), (args) => {
        let path: string;
        try {
          ({ path } = buildRequest(operation, args));
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
          return;
        }
        staysOnPath(operation, args, path);
        expect(path).toMatch(/^\/[\x21-\x7e]*$/);
      }),
      { numRuns: 60 },
    );
  });

  it('arrive at the server on the operation’s own path, or not at all', async () => {
    const server = await RecordingServer.start();
    const client = newClient(server.origin);
    await fc.assert(
      fc.asyncProperty(hostileArguments(ban), async (args) => {
        server.reset();
        const sent = await client.send(ban, args).then(
          () => true,
          (error: unknown) => (error instanceof RequestError ? false : Promise.reject(error)),
        );
        expect(server.requests).toHaveLength(sent ? 1 : 0);
        for (const request of server.requests) {
          expect(request.method).toBe('POST');
          staysOnPath(ban, args, request.url);
        }
      }),
      { numRuns: 100 },
    );
    await client.close();
    await server.stop();
  });
});
