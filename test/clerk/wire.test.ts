import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredOperation as Operation } from '../../src/catalog/declaration.js';
import { parseArguments } from '../../src/catalog/parse-arguments.js';
import type { ClerkClient } from '../../src/clerk/clerk-client.js';
import { operations } from '../../tools/index.js';
import { LIMITS } from '../catalog/limits.js';
import { type RecordedRequest, RecordingServer } from '../support/recording-server.js';
import { fullArguments, minimalArguments, PNG } from '../support/sample-arguments.js';
import { KEY, newClient } from './support.js';

let server: RecordingServer;
let client: ClerkClient;

beforeAll(async () => {
  server = await RecordingServer.start();
  client = newClient(`${server.origin}/v1`);
});
afterAll(async () => {
  await client.close();
  await server.stop();
});
beforeEach(() => server.reset());

async function arrivedFor(operation: Operation, args: Record<string, unknown>): Promise<RecordedRequest> {
  const parsed = await parseArguments(operation, args);
  expect(parsed, 'the sample is valid').toMatchObject({ ok: true });
  await client.send(operation, args);
  expect(server.requests).toHaveLength(1);
  const [request] = server.requests;
  if (request === undefined) throw new Error('nothing arrived');
  return request;
}

/** The path by the declared template, segment by segment. */
function expectedPath(operation: Operation, args: Record<string, unknown>): string {
  const [, template = ''] = operation.spec.request.split(' ');
  const segments = template.split('/').map((segment) => {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    return name === undefined ? segment : encodeURIComponent(String(args[name]));
  });
  return `/v1${segments.join('/')}`;
}

function expectedQuery(operation: Operation, args: Record<string, unknown>): string[] {
  return Object.keys(operation.spec.query ?? {}).flatMap((name) => {
    const value = args[name];
    if (value === undefined) return [];
    const values = Array.isArray(value) ? value.map(String) : [String(value)];
    return operation.spec.commaSeparated?.includes(name)
      ? [`${name}=${values.join(',')}`]
      : values.map((item) => `${name}=${item}`);
  });
}

/** undefined for no body, else the JSON value. */
function expectedJson(operation: Operation, args: Record<string, unknown>): unknown {
  const { body } = operation.spec;
  if (body === undefined) return undefined;
  if (typeof body.as === 'string') return args[body.as];
  const given = Object.keys(body).filter((name) => args[name] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given.map((name) => [name, args[name]]));
}

async function check(operation: Operation, args: Record<string, unknown>): Promise<void> {
  const { method, url, headers, body } = await arrivedFor(operation, args);
  expect(method).toBe(operation.spec.request.split(' ')[0]);
  const { pathname, search } = new URL(url, 'http://x');
  expect(url.split('?')[0]).toBe(expectedPath(operation, args));
  expect(pathname, 'nothing in it that a URL parser resolves').toBe(expectedPath(operation, args));
  expect(
    search
      .slice(1)
      .split('&')
      .filter((pair) => pair !== '')
      .map(decodeURIComponent),
  ).toEqual(expectedQuery(operation, args));

  const text = operation.name === 'Miscellaneous_getInterstitialMarkup';
  const common = {
    host: new URL(server.origin).host,
    connection: 'keep-alive',
    accept: text ? 'text/html, application/json' : 'application/json',
    'accept-encoding': 'identity',
    'clerk-api-version': operation.spec.version ?? '2026-05-12',
    'user-agent': 'clerk-mcp/test',
    ...(text ? {} : { authorization: `Bearer ${KEY}` }),
  };
  if (operation.spec.image !== undefined) {
    expect(headers).toEqual({
      ...common,
      'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/),
      'content-length': String(body.length),
    });
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    const file = form.get(operation.spec.image);
    if (!(file instanceof Blob)) throw new Error('no file in the form');
    expect([file.type, file.name, Buffer.from(await file.arrayBuffer()).equals(PNG)]).toEqual(['image/png', 'image.png', true]);
    form.delete(operation.spec.image);
    expect(Object.fromEntries(form)).toEqual(expectedJson(operation, args) ?? {});
    return;
  }
  const json = expectedJson(operation, args);
  if (json === undefined) {
    const empty = ['POST', 'PUT', 'PATCH'].includes(method) ? { 'content-length': '0' } : {};
    expect(headers).toEqual({ ...common, ...empty });
    expect(body).toHaveLength(0);
  } else {
    expect(headers).toEqual({ ...common, 'content-type': 'application/json', 'content-length': String(body.length) });
    expect(JSON.parse(body.toString())).toEqual(json);
  }
}

describe('the request of every operation', () => {
  it('is shown for all of them', () => expect(operations).toHaveLength(LIMITS.operations));

  it.each(operations.map((operation) => [operation.name, operation] as const))('%s with every input', async (_, operation) => {
    await check(operation, fullArguments(operation));
  });

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s with only what it must have',
    async (_, operation) => {
      await check(operation, minimalArguments(operation));
    },
  );
});
