import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { RawClient } from '../mcp/http/raw.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { json, MisbehavingServer } from '../support/misbehaving-server.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { runProgram } from '../support/program.js';
import { bearer, call, EventStream, modernCall, openSession, openSse, post, readAnswer, send } from '../support/raw-http.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

afterAll(stopAll);

const COUNT = 'Users_getTotalCount';

/** An upstream that takes requests and answers when told to. */
class HoldingServer {
  readonly #server = createServer((_, response) => {
    this.held.push(response);
    this.#arrived?.();
  });
  readonly held: ServerResponse[] = [];
  #arrived: (() => void) | undefined;

  async start(): Promise<Record<string, string>> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return { CLERK_SECRET_KEY: 'sk_test_lifecycle', CLERK_API_URL: `http://127.0.0.1:${port}/v1` };
  }

  async next(): Promise<ServerResponse> {
    while (this.held.length === 0) await new Promise<void>((resolve) => (this.#arrived = resolve));
    return this.held.shift() as ServerResponse;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const answer = (response: ServerResponse, value: object): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

describe('SIGTERM', () => {
  const upstream = { current: new HoldingServer() };
  afterEach(() => upstream.current.stop());

  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends a server that nobody uses: exit code 0, nothing on stdout', async (signal) => {
    const server = await startHttp();
    expect(await server.stop(signal)).toMatchObject({ code: 0, signal: null, stdout: '' });
  });

  it('lets calls in flight end, gated ones from intent to outcome, and takes no new ones', async () => {
    upstream.current = new HoldingServer();
    const env = await upstream.current.start();
    const auditLog = join(mkdtempSync(join(tmpdir(), 'clerk-mcp-sigterm-')), 'audit.jsonl');
    const server = await startHttp({ args: ['--audit-log', auditLog, '--confirm', 'flag'], env });
    const session = await openSession(server.url);
    const listening = new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }));
    const sse = await openSse(server.url);
    // An open connection, to see what becomes of a request that comes by it later.
    const late = await RawClient.connect(server.port);
    late.send('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    answer(await upstream.current.next(), { keys: [] });
    await expect.poll(() => late.statuses).toEqual([200]);

    const banned = send(`${server.url}/mcp`, call(1, 'Users_markBanned', { user_id: 'user_1', confirm: true }), session);
    const ban = await upstream.current.next();
    await post(sse.messages, call(2, COUNT));
    const count = await upstream.current.next();
    const modern = modernCall(server.url, COUNT, {});
    const count2 = await upstream.current.next();
    const ended = server.stop();
    await server.logged('stopping');
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    late.send('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await late.closed();
    expect(late.statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    answer(ban, { id: 'user_1', object: 'user', banned: true });
    answer(count, { object: 'total_count', total_count: 7 });
    answer(count2, { object: 'total_count', total_count: 8 });
    expect((await readAnswer(await banned)).text).toContain('banned');
    expect((await modern).text).toContain('total_count\\":8');
    expect(await sse.stream.ended()).toContain('total_count\\":7');
    await listening.ended();
    expect(await ended).toMatchObject({ code: 0, signal: null });
    const lines = readFileSync(auditLog, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => line.operation === 'Users_markBanned').map((line) => line.kind)).toEqual(['intent', 'outcome']);
  });

  it('a second time ends the server at once, and says so', async () => {
    upstream.current = new HoldingServer();
    const env = await upstream.current.start();
    const server = await startHttp({ args: [], env });
    const cut = modernCall(server.url, COUNT, {}).catch(() => undefined);
    await upstream.current.next();
    const ended = server.stop();
    await server.logged('stopping');
    // One that comes at once may be the first, passed on by npx.
    const again = (): number | null => {
      server.child.kill('SIGTERM');
      return server.child.exitCode;
    };
    await expect.poll(again, { timeout: 10_000 }).toBe(130);
    expect((await ended).stderr).toContain('Ended at once, without waiting for what was under way.');
    await cut;
  });

  it('ends calls that take too long, and each caller learns that theirs may have happened', async () => {
    upstream.current = new HoldingServer();
    const env = await upstream.current.start();
    const server = await startHttp({ args: ['--confirm', 'flag'], env });
    const banned = modernCall(server.url, 'Users_markBanned', { user_id: 'user_1', confirm: true });
    await upstream.current.next();
    const ended = server.stop();
    expect((await banned).text).toMatch(/cancelled.*may_have_happened/);
    expect((await banned).text).not.toMatch(/Nothing (?:is to be done|was)/);
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('ends at once the streams of which nothing is awaited', async () => {
    const server = await startHttp();
    const session = await openSession(server.url);
    const listening = new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }));
    const sse = await openSse(server.url);
    const idle = await RawClient.connect(server.port);
    const [end] = await Promise.all([server.stop(), listening.ended(), sse.stream.ended(), idle.closed()]);
    expect(end).toMatchObject({ code: 0 });
  });
});

describe('probes', () => {
  it('tell that the server is alive and that its sandbox is there', async () => {
    const server = await startHttp();
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${server.url}${path}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 'ok' });
    }
    expect((await fetch(`${server.url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  it('need no credentials, tell when Clerk cannot be used, and ask it once for many', async () => {
    const upstream = await MisbehavingServer.start(json({ keys: [] }));
    const tokens = new OperatorTokens();
    await tokens.add('ada', 'viewer');
    const server = await startHttp({
      args: ['--auth', 'token', '--tokens', tokens.path],
      env: { CLERK_SECRET_KEY: 'sk_test_probes', CLERK_API_URL: `${upstream.origin}/v1` },
    });
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(`${server.url}/readyz`)).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(upstream.arrived).toHaveLength(1);
    const env = { CLERK_SECRET_KEY: 'sk_test_probes', CLERK_API_URL: `${upstream.origin}/v1` };
    await upstream.stop();
    const other = await startHttp({ env, args: [] });
    const response = await fetch(`${other.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'unavailable', reason: expect.stringMatching(/^(not_connected|timeout)$/) });
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
  });
});

describe('/metrics', () => {
  it('count calls by tool, outcome and decision, answers of Clerk, refusals and sessions', async () => {
    const tokens = new OperatorTokens();
    const viewer = await tokens.add('name-of-ada', 'viewer');
    const admin = await tokens.add('name-of-bob', 'admin');
    const server = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path] });
    await openSession(server.url, bearer(viewer));
    await modernCall(server.url, COUNT, {}, bearer(viewer));
    await modernCall(server.url, 'Users_markBanned', { user_id: 'user_1' }, bearer(viewer));
    await modernCall(server.url, 'Users_markBanned', { user_id: 'user_1' }, bearer(admin));
    await modernCall(server.url, 'sk_test_no_such_tool', {}, bearer(admin));
    await modernCall(server.url, COUNT, {}, bearer('wrong'));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const line of [
      'clerk_mcp_calls_total{tool="Users_getTotalCount",outcome="done",decision="allow"} 1',
      'clerk_mcp_calls_total{tool="Users_markBanned",outcome="refused",decision="refuse"} 2',
      'clerk_mcp_calls_total{tool="unknown",outcome="unknown_tool",decision="none"} 1',
      'clerk_mcp_call_duration_seconds_count{tool="Users_getTotalCount"} 1',
      'clerk_mcp_denied_total{why="invalid"} 1',
      'clerk_mcp_denied_total{why="scope"} 1',
      'clerk_mcp_sessions 1',
      'clerk_mcp_calls_in_flight 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^clerk_mcp_upstream_responses_total\{status="200"\} [1-9]/m);
    expect(text).not.toMatch(/sk_test|name-of/);
  });

  it('are shown to others than this machine only with a token, a proxy on it included', async () => {
    const tokens = new OperatorTokens();
    const token = await tokens.add('scraper', 'viewer');
    const server = await startHttp({
      args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path, '--allowed-hosts', 'mcp.example.com', '127.0.0.1'],
    });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/metrics`, { headers })).status;
    expect(await status({})).toBe(200);
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect(await status({ [name]: 'for=10.0.0.1' })).toBe(401);
    expect(await status({ 'x-forwarded-for': '10.0.0.1', ...bearer(token) })).toBe(200);
    const proxied = await RawClient.connect(server.port);
    proxied.send('GET /metrics HTTP/1.1\r\nHost: mcp.example.com\r\nConnection: close\r\n\r\n');
    await proxied.closed();
    expect(proxied.statuses).toEqual([401]);
  });
});

describe('a record on standard output', () => {
  it('has a line of JSON for each decision and call, and its chain can be verified', async () => {
    const env = { CLERK_MCP_AUDIT_KEY: 'the key that signs the record, 32+' };
    const server = await startHttp({ args: ['--sandbox', '--audit-log', '-', '--audit-reads', '--confirm', 'flag'], env });
    await modernCall(server.url, 'Users_createNewUser', { first_name: 'Ada', email_address: ['ada@example.com'] });
    await modernCall(server.url, 'Users_getUserDetails', { user_id: 'user_1' });
    await modernCall(server.url, 'Users_markBanned', { user_id: 'user_1' });
    const { stdout, code } = await server.stop();
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ kind }) => kind)).toEqual(['start', 'intent', 'outcome', 'intent', 'outcome', 'refused', 'stop']);
    for (const at of [1, 3]) expect(lines[at + 1]?.call).toBe(lines[at]?.call);
    expect(lines[3]).toMatchObject({ operation: 'Users_getUserDetails', risk: 'read', target: 'user_1' });
    // As a collector keeps it: what came before and after the container was started again, in one file.
    const second = await startHttp({ args: ['--sandbox', '--audit-log', '-'], env });
    const all = stdout + (await second.stop()).stdout;
    const file = await scratchFile(await scratchDirectory(), all);
    const without = await scratchFile(await scratchDirectory(), all.replace(/^.*"kind":"outcome".*\n/m, ''));
    expect(await runProgram(['audit', 'verify', without], { env })).toMatchObject({ code: 1 });
    expect(await runProgram(['audit', 'verify', file], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('9 lines, the chain is whole'),
    });
  });

  it.each([
    ['over stdio', ['--sandbox']],
    ['of a call', ['call', 'Users_getTotalCount', '--sandbox']],
    ['in a client that starts a server', ['init', '--client', 'cursor']],
  ])('is refused %s, with what to do', async (_, args) => {
    const ended = await runProgram([...args, '--audit-log', '-']);
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/only clerk-mcp http leaves free.*file or a folder/),
    });
  });
});

describe('SIGHUP', () => {
  it('lets the audit log go on in a new file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'clerk-mcp-sighup-')), 'audit.jsonl');
    const server = await startHttp({ args: ['--sandbox', '--audit-log', path] });
    const refused = () => modernCall(server.url, 'Users_markBanned', { user_id: 'user_1' });
    await refused();
    renameSync(path, `${path}.1`);
    server.child.kill('SIGHUP');
    await expect
      .poll(async () => {
        await refused();
        return readFileSync(path, { encoding: 'utf8', flag: 'a+' }).length;
      })
      .toBeGreaterThan(0);
  });
});

describe('stdin and stdout', () => {
  it('are no part of it: stdin is not read, and nothing is written', async () => {
    const server = await startHttp();
    await modernCall(server.url, COUNT, {});
    expect(await server.stop()).toMatchObject({ code: 0, stdout: '' });
  });
});
