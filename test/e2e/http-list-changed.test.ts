import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, TestIssuer } from '../mcp/auth/test-issuer.js';
import { connectHttp } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { bearer, EventStream, initialize, modern, openSession, openSse, post, subscribe } from '../support/raw-http.js';
import { RawProgram } from '../support/raw-program.js';
import { tokenEntries, tokenFile, tokenOf } from '../support/token-file.js';

const CHANGED = /"method":"notifications\/tools\/list_changed"/;
const timesChanged = (text: string): number => text.split(CHANGED).length - 1;
const WRITES = 'Users_mergeUserMetadataAttributes';
const DEADLINE = { timeout: 15_000 };

const CLIENTS = ['v1', 'v1 over SSE', 'v2 (2025)', 'v2 (2026)'] as const;
const namesFor = (kind: string): [string, string] => {
  const id = kind.replace(/\W/g, '');
  return [`ada-${id}`, `bob-${id}`];
};

const directory = mkdtempSync(join(tmpdir(), 'clerk-mcp-changes-'));
const tokens = new OperatorTokens();
let server: HttpProgram;

const setRole = (name: string, role: string): void =>
  tokens.change((entries) => entries.map((entry) => (entry.name === name ? { ...entry, role } : entry)));

const as = (name: string): Record<string, string> => bearer(tokenOf(name));

/** Opens the stream on which the server speaks unasked in a session of before 2026-07-28. */
const listen = async (session: Record<string, string>): Promise<EventStream> =>
  new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }));

beforeAll(async () => {
  const names = [...CLIENTS.flatMap(namesFor), 'eve', 'dan', 'fay', 'gil', 'hal'];
  const entries = tokenEntries(names).tokens.map((entry) => ({ ...entry, role: 'viewer' }));
  writeFileSync(tokens.path, JSON.stringify({ tokens: entries }));
  server = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path] });
});
afterAll(stopAll);

describe.each(CLIENTS)('the client %s', (kind) => {
  it('hears that its own token may do more, goes on, and is listed more', async () => {
    const names = namesFor(kind);
    const heard = { ada: vi.fn(), bob: vi.fn() };
    const ada = await connectHttp(kind, server.url, { token: tokenOf(names[0]), onToolsChanged: heard.ada });
    const bob = await connectHttp(kind, server.url, { token: tokenOf(names[1]), onToolsChanged: heard.bob });
    const listed = async (client: typeof ada): Promise<string[]> => (await client.listTools()).map(({ name }) => name);
    const [before, others] = [await listed(ada), await listed(bob)];
    expect(before).not.toContain(WRITES);

    setRole(names[0], 'operator');
    await vi.waitFor(() => expect(heard.ada).toHaveBeenCalledTimes(1), DEADLINE);
    const after = await listed(ada);
    expect(after).toEqual(expect.arrayContaining([...before, WRITES]));
    const called = await ada.call(WRITES, { user_id: 'user_nobody00000000000000000', public_metadata: { plan: 'pro' } });
    expect(called.json).toMatchObject({ status: 404 });
    expect(heard.bob).not.toHaveBeenCalled();
    expect(await listed(bob)).toEqual(others);

    // Changes are told in their order: had this client been told of the other's, it would have heard twice.
    setRole(names[1], 'admin');
    await vi.waitFor(() => expect(heard.bob).toHaveBeenCalledTimes(1), DEADLINE);
    expect((await listed(bob)).length).toBeGreaterThan(after.length);
    expect(heard.ada).toHaveBeenCalledTimes(1);
    await Promise.all([ada.close(), bob.close()]);
  });
});

describe('a token that loses a part of what it may do', () => {
  it('ends what was opened with it, also after it had been given more, and nothing of others', async () => {
    const [eve, dan] = [as('eve'), as('dan')];
    const session = await openSession(server.url, eve);
    const streams = [await listen(session), await subscribe(server.url, eve), (await openSse(server.url, eve)).stream];
    const kept = await subscribe(server.url, dan);

    setRole('eve', 'operator');
    for (const stream of streams) await stream.until(CHANGED);
    setRole('eve', 'viewer');
    for (const stream of streams) expect(timesChanged(await stream.ended())).toBe(1);
    expect((await post(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, session)).status).toBe(404);

    setRole('dan', 'operator');
    await kept.until(CHANGED);
    await kept.cancel();
  });

  it('is ended as well where it gains something in exchange', async () => {
    const token = as('fay');
    const stream = await subscribe(server.url, token);
    tokens.change((entries) =>
      entries.map(({ role, ...entry }) =>
        entry.name === 'fay' ? { ...entry, scopes: ['clerk:write', 'clerk:destructive'] } : { ...entry, role },
      ),
    );
    expect(await stream.ended()).not.toMatch(CHANGED);
  });
});

describe('a client that has no stream when its token is given more', () => {
  it('hears of it on the next one, until it has asked for the list', async () => {
    const token = as('gil');
    const session = await openSession(server.url, token);
    const other = await subscribe(server.url, token);
    setRole('gil', 'operator');
    await other.until(CHANGED);

    const first = await listen(session);
    await first.until(CHANGED);
    await first.cancel();
    await post(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, session);
    const second = await listen(session);
    setRole('gil', 'admin');
    await other.until(new RegExp(`${CHANGED.source}[\\s\\S]*${CHANGED.source}`));
    await second.until(CHANGED);
    setRole('gil', 'viewer');
    expect(timesChanged(await second.ended())).toBe(1);
  });
});

describe('grants that change while people are connected', () => {
  const file = join(directory, 'grants.yaml');
  const SCOPES = 'clerk:read clerk:write clerk:destructive';
  let issuer: TestIssuer;
  let program: HttpProgram;

  /** `who` is what a caller matches, by subject or by the address. */
  const grant = (entries: Readonly<Record<string, { scopes: readonly string[]; tools?: string }>>): void => {
    const grants = Object.entries(entries).map(([who, what]) => ({
      who: who.includes('.') ? { email_domain: who } : { subject: who },
      ...what,
    }));
    writeFileSync(file, JSON.stringify({ grants }));
  };
  const READS = { scopes: ['clerk:read'] };
  const MORE = { scopes: ['clerk:read', 'clerk:write'] };
  const tokenFor = (sub: string, claims: object = {}): Promise<string> => issuer.token({ sub, scope: SCOPES, ...claims });

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    grant({ nobody: READS });
    const args = ['--sandbox', '--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--grants', file];
    program = await startHttp({ args: [...args, '--allowed-hosts', '127.0.0.1'] });
  });
  afterAll(() => issuer.stop());

  it.each(CLIENTS)('are told to the client %s, and only where its own caller may do more', async (kind) => {
    const [ada, bob] = namesFor(kind);
    grant({ [ada]: READS, [bob]: READS });
    program.child.kill('SIGHUP');
    const heard = { ada: vi.fn(), bob: vi.fn() };
    await expect.poll(async () => (await post(`${program.url}/mcp`, initialize(), bearer(await tokenFor(bob)))).status).toBe(200);
    const clients = [
      await connectHttp(kind, program.url, { token: await tokenFor(ada), onToolsChanged: heard.ada }),
      await connectHttp(kind, program.url, { token: await tokenFor(bob), onToolsChanged: heard.bob }),
    ] as const;
    const listed = async (): Promise<string[]> => (await clients[0].listTools()).map(({ name }) => name);
    expect(await listed()).not.toContain(WRITES);
    grant({ [ada]: MORE, [bob]: READS });
    await vi.waitFor(() => expect(heard.ada).toHaveBeenCalledTimes(1), DEADLINE);
    expect(await listed()).toContain(WRITES);
    // A scope that no token of theirs has makes no difference to the one, and tools do to the other.
    grant({ [ada]: { scopes: [...MORE.scopes, 'clerk:credential'] }, [bob]: MORE });
    await vi.waitFor(() => expect(heard.bob).toHaveBeenCalledTimes(1), DEADLINE);
    expect(heard.ada).toHaveBeenCalledTimes(1);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('end what is open of those who may do less, and of nobody else', async () => {
    const staff = bearer(await tokenFor('sue', { email: 'sue@example.com', email_verified: true }));
    const others = bearer(await tokenFor('otto'));
    grant({ 'example.com': { scopes: MORE.scopes, tools: 'Users' }, otto: READS });
    program.child.kill('SIGHUP');
    await vi.waitFor(async () => expect((await post(`${program.url}/mcp`, initialize(), others)).status).toBe(200), DEADLINE);
    const open = async () => {
      const session = await openSession(program.url, staff);
      const get = await fetch(`${program.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } });
      const streams = [new EventStream(get), await subscribe(program.url, staff), (await openSse(program.url, staff)).stream];
      return { streams, list: () => post(`${program.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, session) };
    };
    const kept = await subscribe(program.url, others);

    const first = await open();
    // The same scopes, and fewer tools.
    grant({ 'example.com': { scopes: MORE.scopes, tools: 'Users_get*' }, otto: READS });
    for (const stream of first.streams) expect(await stream.ended()).not.toMatch(CHANGED);
    expect((await first.list()).status).toBe(404);

    const second = await open();
    grant({ otto: READS });
    for (const stream of second.streams) await stream.ended();
    expect((await second.list()).status).toBe(403);

    // What is faulty changes nothing, and is told.
    writeFileSync(file, 'grants: [');
    await program.logged('the grants file could not be read again');
    grant({ otto: MORE });
    await kept.until(CHANGED);
    await kept.cancel();
  });
});

describe('a subscription of 2026-07-28', () => {
  it('is ended in order by a server that stops, which it does not hold up', async () => {
    const own = await tokenFile(directory, ['ada']);
    const program = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', own] });
    const stream = await subscribe(program.url, as('ada'));
    const stopped = program.stop();
    expect(await stream.ended()).toContain('"resultType":"complete"');
    expect(await stopped).toMatchObject({ code: 0, signal: null });
  });
});

describe('that the list can change', () => {
  let issuer: TestIssuer | undefined;
  afterAll(() => issuer?.stop());

  /** What the server says of its tools in both protocols. */
  const promised = async (url: string, headers: Record<string, string> = {}): Promise<unknown[]> => {
    const discover = modern('server/discover');
    const answers = [
      await post(`${url}/mcp`, initialize(), headers),
      await post(`${url}/mcp`, discover.body, { ...discover.headers, ...headers }),
    ];
    return answers.map(({ json }) => (json.result?.capabilities as { tools?: unknown } | undefined)?.tools);
  };

  it('is said where roles or grants are in a file', async () => {
    expect(await promised(server.url, as('hal'))).toEqual([{ listChanged: true }, { listChanged: true }]);
    issuer = await TestIssuer.start();
    const grants = join(directory, 'everyone.yaml');
    writeFileSync(grants, 'grants: [{ who: { subject: "*" }, scopes: [clerk:read] }]');
    const args = ['--sandbox', '--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--grants', grants];
    const { url } = await startHttp({ args: [...args, '--allowed-hosts', '127.0.0.1'] });
    expect(await promised(url, bearer(await issuer.token()))).toEqual([{ listChanged: true }, { listChanged: true }]);
  });

  it.each([
    ['nobody is asked who they are', async () => [['--auth', 'none'], {}] as const],
    [
      'tokens say themselves what they are good for',
      async () => {
        issuer ??= await TestIssuer.start();
        const args = ['--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--allowed-hosts', '127.0.0.1'];
        return [args, bearer(await issuer.token())] as const;
      },
    ],
    [
      'all are listed the same four tools',
      async () => [['--auth', 'token', '--tokens', await tokenFile(directory, ['ada']), '--discovery'], as('ada')] as const,
    ],
  ])('is not said where %s, and nothing can be subscribed to', async (_, prepare) => {
    const [args, headers] = await prepare();
    const { url } = await startHttp({ args: ['--sandbox', ...args] });
    expect(await promised(url, headers)).toEqual([{}, {}]);
    const stream = await subscribe(url, headers);
    expect(await stream.ended()).toContain('"resultType":"complete"');
  });

  it('is not said over stdio', async () => {
    const program = new RawProgram(['--sandbox']);
    const answered = program.answer(0);
    program.send(initialize());
    await answered;
    program.child.stdin?.end();
    await program.ended;
    expect(JSON.parse(program.lines[0] ?? '')).toMatchObject({ result: { capabilities: { tools: {} } } });
    expect(program.lines.join()).not.toContain('listChanged');
  });
});
