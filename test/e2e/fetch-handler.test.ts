import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { createFetchHandler as CreateFetchHandler, FetchHandler, FetchHandlerOptions } from '../../src/index.js';
import { connectHttp, HTTP_CLIENTS } from '../support/http-clients.js';
import { childEnv, ended } from '../support/program.js';
import { bearer, call, initialize, modern, modernCall, readAnswer } from '../support/raw-http.js';
import { RecordingServer } from '../support/recording-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COUNT = 'Users_getTotalCount';

/** What the built package exports. */
const { createFetchHandler } = (await import(new URL('../../dist/index.js', import.meta.url).href)) as {
  createFetchHandler: typeof CreateFetchHandler;
};

const handlers: FetchHandler[] = [];
const create = (options: FetchHandlerOptions): FetchHandler => {
  const handler = createFetchHandler({ logLevel: 'silent', ...options });
  handlers.push(handler);
  return handler;
};
afterEach(async () => {
  await Promise.all(handlers.splice(0).map((handler) => handler.close(0)));
});

describe('several instances', () => {
  it('are each at their path, to callers of whom the application says so', async () => {
    const instances = join(mkdtempSync(join(tmpdir(), 'clerk-mcp-instances-')), 'instances.json');
    writeFileSync(instances, JSON.stringify({ instances: { one: { kind: 'sandbox' }, two: { kind: 'sandbox' } } }));
    const caller = { name: 'ada', scopes: ['clerk:read'], instances: ['one'] };
    const handler = create({ instances, basePath: '/api', authenticate: () => caller });
    const status = async (path: string) => (await handler(count({}, `http://localhost/api${path}`))).status;
    expect([await status('/mcp/one'), await status('/mcp/two'), await status('/mcp')]).toEqual([200, 403, 404]);
    const told = await readAnswer(await handler(count({}, 'http://localhost/api/mcp')));
    expect(told.text).toContain('Open to you: /api/mcp/one.');
    const one = create({ instances, instance: 'one', auth: 'none' });
    await expect(one.ready).rejects.toThrow('leave --instance out');
    await expect(create({ instances, secretKey: 'sk_test_of_one', auth: 'none' }).ready).rejects.toThrow('which says it of each');
  });
});

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const request = (body: unknown, headers: Record<string, string> = {}, url = 'http://localhost/mcp'): Request =>
  new Request(url, { method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) });
const count = (headers: Record<string, string> = {}, url?: string): Request => {
  const message = modern('tools/call', { name: COUNT, arguments: {} });
  return request(message.body, { ...message.headers, ...headers }, url);
};

describe('the handler', () => {
  it('answers web-standard requests in both protocols', async () => {
    const handler = create({ sandbox: true });
    expect((await readAnswer(await handler(count()))).text).toContain('total_count');
    const opened = await handler(request(initialize()));
    const id = opened.headers.get('mcp-session-id') ?? '';
    await readAnswer(opened);
    expect((await readAnswer(await handler(request(call(1, COUNT), { 'mcp-session-id': id })))).text).toContain('total_count');
    expect((await handler(new Request('http://localhost/healthz'))).status).toBe(200);
    expect((await handler(new Request('http://localhost/elsewhere'))).status).toBe(404);
  });

  it('serves HTTP+SSE too', async () => {
    const handler = create({ sandbox: true });
    const response = await handler(new Request('http://localhost/sse', { headers: { accept: 'text/event-stream' } }));
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^event: endpoint\ndata: \/messages\?sessionId=/);
    await reader?.cancel();
  });

  it('checks the host, and whom the request comes from where that is known', async () => {
    const handler = create({ sandbox: true });
    expect((await handler(count({}, 'http://evil.example/mcp'))).status).toBe(403);
    expect((await handler(count(), { remoteAddress: '203.0.113.7' })).status).toBe(403);
    expect((await handler(count(), { remoteAddress: '127.0.0.1' })).status).toBe(200);
  });

  it('lets the application say who calls, and what they may do', async () => {
    const seen: (string | null)[] = [];
    const handler = create({
      sandbox: true,
      authenticate: async ({ headers }) => {
        seen.push(headers.get('cookie'));
        return headers.get('cookie') === 'ada' ? { name: 'ada', scopes: ['clerk:read', 'other:scope'] } : undefined;
      },
    });
    expect((await handler(count())).status).toBe(401);
    expect((await handler(count({ cookie: 'ada' }))).status).toBe(200);
    expect(seen).toEqual([null, 'ada']);
    const ban = modern('tools/call', { name: 'Users_markBanned', arguments: { user_id: 'user_1' } });
    expect((await handler(request(ban.body, { ...ban.headers, cookie: 'ada' }))).status).toBe(403);
  });

  it('says nothing of a fault in what the application brings', async () => {
    const handler = create({
      sandbox: true,
      authenticate: () => {
        throw new Error('the database at db.internal is away');
      },
    });
    const response = await handler(count());
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('internal is away');
  });

  it('talks to the instance that it is given, and takes no more calls once it is closed', async () => {
    const upstream = await RecordingServer.start();
    const handler = create({ secretKey: 'sk_test_mounted', apiUrl: `${upstream.origin}/v1`, auth: 'none' });
    expect((await readAnswer(await handler(count()))).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    await handler.close();
    expect((await handler(count())).status).toBe(503);
    expect(upstream.requests).toHaveLength(1);
    await upstream.stop();
  });

  it.each<[string, object, RegExp]>([
    ['nothing that says who may call', { secretKey: 'sk_test_mounted' }, /who may call/],
    ['an option misspelt', { sandbox: true, readonly: true }, /Unknown option readonly\. Did you mean readOnly\?/],
    ['what only a listener needs', { sandbox: true, port: 3000 }, /Unknown option port/],
    ['a value that is none', { sandbox: true, maxBody: 1.5 }, /--max-body/],
    ['a path that is none', { sandbox: true, basePath: 'api' }, /basePath/],
    ['no key', { auth: 'none', secretKey: '' }, /No Clerk key/],
  ])('cannot be made with %s', async (_, options, message) => {
    const handler = create(options as FetchHandlerOptions);
    await expect(handler.ready).rejects.toThrow(message);
    await expect(handler(count())).rejects.toThrow(message);
  });
});

describe('the example', () => {
  it('runs, and serves agents beside its own pages', async () => {
    const child = spawn(process.execPath, ['examples/own-app.mjs', '0'], { cwd: root, env: childEnv(), stdio: 'pipe' });
    const end = ended(child);
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect(await (await fetch(url)).text()).toBe('The application itself.\n');
    for (const kind of HTTP_CLIENTS) {
      const client = await connectHttp(kind, `${url}/agents`, { token: 'key-of-ada' });
      expect((await client.call(COUNT)).isError).toBe(false);
      await client.close();
    }
    const ban = await modernCall(`${url}/agents`, 'Users_markBanned', { user_id: 'user_1' }, bearer('key-of-bob'));
    expect(ban.status).toBe(403);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0 });
  });
});

describe('the types', () => {
  it('come with the package and stand by themselves', { timeout: 120_000 }, async () => {
    const project = mkdtempSync(join(tmpdir(), 'clerk-mcp-types-'));
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(root, join(project, 'node_modules', 'clerk-mcp'), 'dir');
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    const source = (use: string): string => `import { createFetchHandler, type FetchHandlerOptions } from 'clerk-mcp';
const options: FetchHandlerOptions = { sandbox: true, tools: ['Users'], authenticate: () => ({ name: 'ada', scopes: ['clerk:read'] }) };
const handler: (request: Request) => Promise<Response> = createFetchHandler(options);
${use}`;
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom'];
    const check = async (use: string): Promise<{ code: number | null; stdout: string }> => {
      writeFileSync(join(project, 'app.ts'), source(use));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      return ended(spawn(process.execPath, [tsc, ...flags, 'app.ts'], { cwd: project, env: childEnv(), stdio: 'pipe' }));
    };
    // The examples of the public functions, as an editor shows them.
    const documented = readFileSync(join(root, 'dist/index.d.ts'), 'utf8');
    const examples = [...documented.matchAll(/\* @example\n([\s\S]*?)\s*\*\//g)].map(([, lines = '']) =>
      lines.replaceAll(/^\s*\* ?/gm, '').replace(/^import .*$/m, ''),
    );
    expect(examples.length).toBeGreaterThan(0);
    const use = examples.map((example) => `async () => {\n${example}\n};`).join('\n');
    expect(await check(`void handler;\n${use}`)).toMatchObject({ code: 0, stdout: '' });
    expect((await check('createFetchHandler({ sandbox: 1 }); void handler;')).stdout).toMatch(/TS2322.*boolean/);
  });
});
