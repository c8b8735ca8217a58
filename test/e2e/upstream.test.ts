import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answer,
  type Behaviour,
  clerkError,
  cutBody,
  endlessBody,
  html,
  json,
  MisbehavingServer,
  resetAfterRequest,
  resetEarly,
  silent,
  slowBody,
  truncatedJson,
} from '../support/misbehaving-server.js';
import { type ProgramClient, startProgram, type ToolResult } from '../support/program.js';

let upstream: MisbehavingServer;
let client: ProgramClient;

beforeEach(async () => {
  upstream = await MisbehavingServer.start(json({}));
  const env = { CLERK_SECRET_KEY: 'sk_test_upstream', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' };
  client = await startProgram('v2 (2025)', { args: ['--timeout', '1500'], env });
});

afterEach(async () => {
  await client.close();
  await upstream.stop();
});

const read = (): Promise<ToolResult> => client.call('Users_getUserDetails', { user_id: 'user_1' });
const write = (): Promise<ToolResult> => client.call('Users_createNewUser', { first_name: 'Ada' });

const FAULTS: readonly (readonly [string, Behaviour, string])[] = [
  ['slow headers', silent, 'timeout'],
  ['a slow body', slowBody, 'timeout'],
  ['a body cut short', cutBody, 'answer_lost'],
  ['a reset after the request', resetAfterRequest, 'answer_lost'],
  ['a reset in the middle of the request', resetEarly, 'answer_lost'],
  ['truncated JSON', truncatedJson, 'answer_not_json'],
  ['an endless body', endlessBody(), 'answer_too_large'],
];

describe('a POST whose answer is lost', () => {
  it.each(FAULTS)('is sent once and may have happened: %s', async (_, behaviour, error) => {
    upstream.plan = [behaviour];
    const { isError, json: model } = await write();
    expect(isError).toBe(true);
    expect(model).toMatchObject({ error, may_have_happened: true, check_with: expect.stringMatching(/^Users_/) });
    expect(upstream.begun).toBe(1);
  });

  it.each([502, 503, 504])('is sent once where a proxy answers %i with HTML', async (status) => {
    upstream.plan = [html(status)];
    expect((await write()).json).toMatchObject({ status, may_have_happened: true });
    expect(upstream.arrived).toHaveLength(1);
  });
});

describe('a GET', () => {
  it.each([
    ['a reset', resetAfterRequest],
    ['HTML 502', html(502)],
    ['503 of Clerk', clerkError(503, 'maintenance_mode')],
  ])('is tried again after %s', async (_, behaviour) => {
    upstream.plan = [behaviour, json({ id: 'user_1' })];
    const result = await read();
    expect(result).toMatchObject({ isError: false, json: { id: 'user_1' } });
    expect(upstream.arrived).toHaveLength(2);
  });

  it.each(FAULTS)('ends with a clear error when it never works: %s', async (_, behaviour) => {
    upstream.plan = [behaviour];
    const { isError, json: model } = await read();
    expect(isError).toBe(true);
    expect(model).toMatchObject({ error: expect.any(String), hint: expect.any(String) });
    expect(model).not.toHaveProperty('may_have_happened');
  });
});

describe('an answer nested too deep to be shown', () => {
  const DEPTH = 200_000;
  const deep = answer(200, `{"id":"user_1","public_metadata":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`, {
    'content-type': 'application/json',
  });

  it('does not hide that a write was carried out', async () => {
    upstream.plan = [deep];
    const { isError, json: model } = await write();
    expect(isError).toBe(true);
    expect(model).toMatchObject({ error: 'answer_not_shown', status: 200, hint: expect.stringContaining('carried this out') });
    expect(model).not.toHaveProperty('may_have_happened');
    expect(upstream.arrived).toHaveLength(1);
  });

  it('is a clear error of a read, and the server goes on', async () => {
    upstream.plan = [deep, json({ id: 'user_1' })];
    expect((await read()).json).toMatchObject({ error: 'answer_too_large' });
    expect(await read()).toMatchObject({ isError: false, json: { id: 'user_1' } });
  });
});

describe('429', () => {
  const inThePast = new Date(Date.now() - 60_000).toUTCString();

  it.each([
    ['in seconds', { 'retry-after': '0' }],
    ['as a date', { 'retry-after': inThePast }],
    ['without a time', {}],
  ])('is waited out and the call made again, a POST too: Retry-After %s', async (_, headers) => {
    upstream.plan = [clerkError(429, 'too_many_requests', headers as Record<string, string>), json({ id: 'user_1' })];
    expect(await write()).toMatchObject({ isError: false, json: { id: 'user_1' } });
    expect(upstream.arrived).toHaveLength(2);
  });

  it('is handed on when the wait would pass the time limit', async () => {
    upstream.plan = [clerkError(429, 'too_many_requests', { 'retry-after': '120' })];
    const { json: model } = await write();
    expect(model).toMatchObject({ status: 429, retry_after_seconds: 120, hint: expect.stringContaining('120') });
    expect(model).not.toHaveProperty('may_have_happened');
    expect(upstream.arrived).toHaveLength(1);
  });
});

describe("Clerk's own errors", () => {
  it('reach the model with code, status, trace id and a hint', async () => {
    upstream.plan = [clerkError(500, 'internal_clerk_error')];
    expect((await write()).json).toMatchObject({
      error: 'internal_clerk_error',
      status: 500,
      message: 'said internal_clerk_error',
      long_message: 'said internal_clerk_error at length',
      trace_id: 'trace_1',
      hint: expect.any(String),
      may_have_happened: true,
    });
  });

  it.each([
    [401, /CLERK_SECRET_KEY/],
    [402, /plan/i],
    [403, /./],
    [404, /Users_listSortedByCreationDate/],
    [422, /argument|input/i],
  ])('%i says what to do', async (status, hint) => {
    upstream.plan = [clerkError(status, 'some_code')];
    const { json: model } = await read();
    expect(model).toMatchObject({ status, hint: expect.stringMatching(hint) });
  });

  it('never hold the key', async () => {
    upstream.plan = [
      json({ errors: [{ code: 'x', message: 'key sk_test_upstream is bad', long_message: 'sk_test_upstream' }] }, 401),
    ];
    expect((await read()).text).not.toContain('sk_test_upstream');
    expect(client.stderr()).not.toContain('sk_test_upstream');
  });
});

describe('a server that is not there', () => {
  it('is said so, and nothing happened', async () => {
    await upstream.stop();
    const { json: model } = await write();
    expect(model).toMatchObject({ error: 'not_connected' });
    expect(model).not.toHaveProperty('may_have_happened');
    upstream = await MisbehavingServer.start(json({}));
  });
});
