import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectProxy } from '../support/connect-proxy.js';
import { answer, type Behaviour, html, json, MisbehavingServer } from '../support/misbehaving-server.js';
import { type ProgramClient, runProgram, startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';

const fileOf = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url));
const TLS = { key: readFileSync(fileOf('key'), 'utf8'), cert: readFileSync(fileOf('certificate'), 'utf8') };
const KEY = 'sk_test_network';
const TRUSTED = { NODE_EXTRA_CA_CERTS: fileOf('certificate') };

describe('behind a proxy', () => {
  let upstream: RecordingServer;
  let proxy: ConnectProxy;
  beforeAll(async () => {
    upstream = await RecordingServer.start(TLS);
  });
  afterAll(() => upstream.stop());
  beforeEach(async () => {
    upstream.reset();
    proxy = await ConnectProxy.start(upstream.port);
  });
  afterEach(() => proxy.stop());

  /** A name that only the proxy knows. */
  const env = (more: Record<string, string>) => ({
    CLERK_SECRET_KEY: KEY,
    CLERK_API_URL: 'https://clerk.example/v1',
    ...TRUSTED,
    ...more,
  });
  const withClient = async (more: Record<string, string>, use: (client: ProgramClient) => Promise<void>): Promise<void> => {
    const client = await startProgram('v2 (2025)', { args: [], env: env(more) });
    try {
      await use(client);
    } finally {
      await client.close();
    }
  };

  it.each([
    ['HTTPS_PROXY', 'http://'],
    ['https_proxy', 'http://'],
    ['ALL_PROXY', 'http://'],
    ['all_proxy', ''],
  ])('requests go through what %s names, with the scheme %j', async (name, scheme) => {
    await withClient({ [name]: `${scheme}${proxy.host}` }, async (client) => {
      upstream.reply = () => ({ body: { id: 'user_1' } });
      expect(await client.call('Users_getUserDetails', { user_id: 'user_1' })).toMatchObject({ json: { id: 'user_1' } });
      expect(await client.call('Users_createNewUser', { first_name: 'Ada' })).toMatchObject({ isError: false });
    });
    expect(proxy.tunnels).toContain('clerk.example:443');
    expect(upstream.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/users/user_1', 'POST /v1/users']);
    expect(upstream.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, host: 'clerk.example' });
  });

  it('its name and password go to the proxy, and nowhere else', async () => {
    await withClient({ HTTPS_PROXY: `http://ada:opensesame@${proxy.host}` }, async (client) => {
      await client.call('Users_getUserDetails', { user_id: 'user_1' });
      expect(client.stderr()).toContain(proxy.host);
      expect(client.stderr()).not.toContain('opensesame');
    });
    expect(proxy.credentials[0]).toBe(`Basic ${btoa('ada:opensesame')}`);
    expect(JSON.stringify(upstream.requests.map(({ headers }) => headers))).not.toMatch(/proxy-authorization/i);
  });

  it('a proxy that refuses is an error that names it: nothing was sent', async () => {
    proxy.refusal = 403;
    await withClient({ HTTPS_PROXY: `http://${proxy.host}` }, async (client) => {
      const { json: model } = await client.call('Users_createNewUser', { first_name: 'Ada' });
      expect(model).toMatchObject({ error: 'not_connected', hint: expect.stringContaining(`the proxy http://${proxy.host}`) });
      expect(model).not.toHaveProperty('may_have_happened');
    });
    expect(upstream.requests).toEqual([]);
  });

  it('what NO_PROXY names is asked directly, and this machine always is', async () => {
    const local = await MisbehavingServer.start(json({ id: 'user_1' }));
    const more = { ALL_PROXY: `http://${proxy.host}`, CLERK_API_URL: `${local.origin}/v1` };
    await withClient(more, async (client) => {
      expect(await client.call('Users_getUserDetails', { user_id: 'user_1' })).toMatchObject({ isError: false });
    });
    await local.stop();
    const { stdout } = await runProgram(['doctor', '--json'], {
      env: env({ HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: '.example', CLERK_MCP_TIMEOUT_MS: '2000' }),
    });
    expect(stdout).toContain('https://clerk.example/v1');
    expect(stdout).not.toContain('go through');
    expect(proxy.tunnels).toEqual([]);
  });

  it('doctor tells of it, and of none of its password', async () => {
    upstream.reply = () => ({ body: { keys: [] } });
    const { stdout, code } = await runProgram(['doctor'], { env: env({ HTTPS_PROXY: `http://ada:opensesame@${proxy.host}` }) });
    expect(stdout).toContain(`Requests to clerk.example go through http://${proxy.host}.`);
    expect(stdout).not.toContain('opensesame');
    expect(code).toBe(0);
  });

  it('an address that is none stops the start, without repeating it', async () => {
    const { code, stderr } = await runProgram([], { env: env({ HTTPS_PROXY: 'ftp://ada:opensesame@proxy' }) });
    expect(code).not.toBe(0);
    expect(stderr).toContain('HTTPS_PROXY');
    expect(stderr).not.toContain('opensesame');
  });
});

describe('a certificate that is not trusted', () => {
  let upstream: RecordingServer;
  beforeAll(async () => {
    upstream = await RecordingServer.start(TLS);
  });
  afterAll(() => upstream.stop());

  it('is an error that names NODE_EXTRA_CA_CERTS, in a call and in doctor', async () => {
    const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: `https://localhost:${upstream.port}/v1` };
    const client = await startProgram('v2 (2025)', { args: [], env });
    const { json: model } = await client.call('Users_createNewUser', { first_name: 'Ada' });
    expect(model).toMatchObject({ error: 'not_connected', hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
    expect(model).not.toHaveProperty('may_have_happened');
    await client.close();
    expect((await runProgram(['doctor'], { env })).stdout).toContain('NODE_EXTRA_CA_CERTS');
    expect(upstream.requests).toEqual([]);
  });
});

describe('what stands in between', () => {
  let upstream: MisbehavingServer;
  let client: ProgramClient;
  beforeAll(async () => {
    upstream = await MisbehavingServer.start(json({}));
    const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: `${upstream.origin}/v1` };
    client = await startProgram('v2 (2025)', { args: ['--timeout', '5000'], env });
  });
  afterAll(async () => {
    await client.close();
    await upstream.stop();
  });
  const read = async (behaviour: Behaviour): Promise<unknown> => {
    upstream.plan = [...upstream.arrived.map(() => behaviour), behaviour];
    return (await client.call('Users_getUserDetails', { user_id: 'user_1' })).json;
  };

  it.each([400, 401, 403, 404, 405, 407, 413, 422, 502])('is guessed behind a page with status %i', async (status) => {
    expect(await read(html(status))).toMatchObject({ status, hint: expect.stringContaining('in between may have answered') });
  });

  it.each(['Identity', 'IDENTITY', '', ' identity , identity'])('may say that the encoding is %j', async (encoding) => {
    const body = JSON.stringify({ id: 'user_1' });
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    expect(await read(answer(200, body, headers))).toMatchObject({ id: 'user_1' });
  });

  const errors = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ code: `code_${at}`, message: `message ${at}`, meta: { param_name: `p${at}` } }));

  it('ten errors in one answer are all told', async () => {
    const model = (await read(json({ errors: errors(10) }, 422))) as { error: string; also: { error: string }[] };
    const told = [model.error, ...model.also.map(({ error }) => error)];
    expect(told).toEqual(errors(10).map(({ code }) => code));
    expect(model).not.toHaveProperty('more_errors');
  });

  it.each([11, 37])('of %i errors those that are not told are counted', async (count) => {
    const model = await read(json({ errors: errors(count) }, 422));
    expect(model).toMatchObject({ more_errors: count - 10, also: expect.objectContaining({ length: 9 }) });
  });
});
