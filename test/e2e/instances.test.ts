import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approver, approversFile, runWithPassphrase, signIn } from '../support/approvers.js';
import { connectHttp, HTTP_CLIENTS } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { operationOf, plausibleReply } from '../support/plausible.js';
import { startProgram } from '../support/program.js';
import { bearer, call, initialize, modern, modernCall, openSession, openSse, post, readAnswer } from '../support/raw-http.js';
import { type RecordedRequest, RecordingServer } from '../support/recording-server.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory } from '../support/scratch.js';

const COUNT = 'Users_getTotalCount';
const BAN = 'Users_markBanned';
const DELETE = 'Users_deleteUserById';
const scratch = await scratchDirectory();
const instances = join(scratch, 'instances.yml');
const log = join(scratch, 'audit.jsonl');
const [state, secrets] = [join(scratch, 'state'), join(scratch, 'secrets')];
const approvers = await approversFile(scratch, 'approvers.json', approver('ann'));
const tokens = new OperatorTokens();
const env = { SHOP_KEY: 'sk_live_shop', STAGING_KEY: 'sk_test_staging', CLERK_MCP_WEBHOOK_SECRET: 'w'.repeat(32) };

let shop: RecordingServer;
let staging: RecordingServer;
let hook: RecordingServer;
let server: HttpProgram;
const shown: Record<string, string> = {};
const as = (name: string): Record<string, string> => bearer(shown[name] ?? '');

/** An instance whose domain tells which it is. */
async function upstreamOf(domain: string): Promise<RecordingServer> {
  const upstream = await RecordingServer.start();
  return Object.assign(upstream, {
    reset: () => {
      upstream.requests.length = 0;
      upstream.reply = (request) =>
        operationOf(request)?.name === 'Domains_getAllDomains'
          ? { body: { data: [{ object: 'domain', id: 'dmn_1', name: domain, is_satellite: false }], total_count: 1 } }
          : plausibleReply(request);
    },
  });
}

const changing = ({ requests }: RecordingServer): RecordedRequest[] =>
  requests.filter((request) => operationOf(request)?.risk !== 'read');

beforeAll(async () => {
  [shop, staging, hook] = await Promise.all([upstreamOf('shop.example'), upstreamOf('staging.example'), RecordingServer.start()]);
  const rules = [
    { name: 'bans by token', tools: BAN, action: 'confirm', strength: 'token' },
    { name: 'deletions by a person', tools: DELETE, action: 'confirm', strength: 'person' },
  ];
  const budgets = [{ name: 'one ban', tools: BAN, max: 1, per: '1h', scope: 'caller' }];
  await writeFile(join(scratch, 'policy.json'), JSON.stringify({ rules, budgets }));
  await writeFile(
    instances,
    `instances:
  shop: { kind: production, secret_key_env: SHOP_KEY, api_url: "${shop.origin}/v1", policy: policy.json }
  staging: { kind: development, secret_key_env: STAGING_KEY, api_url: "${staging.origin}/v1", policy: policy.json }
  play: { kind: sandbox, read_only: true }
`,
  );
  await mkdir(secrets, { mode: 0o700 });
  shown.all = await tokens.add('all', 'admin', '--instance', 'shop,staging,play');
  shown.stager = await tokens.add('stager', 'admin', '--instance', 'staging');
  shown.mover = await tokens.add('mover', 'admin', '--instance', 'staging,play');
  shown.nobody = await tokens.add('nobody', 'admin');
  const files = ['--audit-log', log, '--state-dir', state, '--secrets-dir', secrets, '--approvers', approvers];
  server = await startHttp({
    args: ['--instances', instances, '--auth', 'token', '--tokens', tokens.path, '--ask-wait', '0', ...files].concat([
      '--approvals-webhook',
      hook.origin,
    ]),
    env,
  });
});
afterAll(async () => {
  await stopAll();
  await Promise.all([shop.stop(), staging.stop(), hook.stop()]);
});
beforeEach(() => {
  shop.reset();
  staging.reset();
});

describe('each path', () => {
  it.each(HTTP_CLIENTS)('leads the client %s to its own instance', async (kind) => {
    for (const [name, own, other] of [
      ['shop', shop, staging],
      ['staging', staging, shop],
    ] as const) {
      const client = await connectHttp(kind, server.url, { token: shown.all ?? '', instance: name });
      expect((await client.call(COUNT)).json).toMatchObject({ total_count: 2 });
      await client.close();
      expect(own.requests.some((request) => operationOf(request)?.name === COUNT)).toBe(true);
      expect(other.requests.filter((request) => operationOf(request)?.name === COUNT)).toEqual([]);
      own.reset();
    }
  });

  it('names its instance in serverInfo and instructions, and offers what is set for it', async () => {
    const told = async (name: string) =>
      (await post(`${server.url}/mcp/${name}`, initialize(), as('all'))).json.result as {
        serverInfo: { name: string; title: string };
        instructions: string;
      };
    const { serverInfo, instructions } = await told('shop');
    expect(serverInfo.name).toBe('clerk-mcp-shop');
    expect(serverInfo.title).toMatch(/^Clerk · shop · (?:shop\.example · )?LIVE$/);
    expect(instructions).toMatch(/^Works on Clerk · shop · .*a production instance/);
    const play = await told('play');
    expect(play.serverInfo.title).toMatch(/^Clerk · play · (?:\S+ · )?SANDBOX$/);
    expect(play.instructions).toContain('Only reading is possible.');
  });

  it.each(['v2 (2025)', 'v2 (2026)'] as const)(
    'names its instance where a person is asked through the client %s',
    async (kind) => {
      const asked: string[] = [];
      const person = ({ message }: { message: string }) => {
        asked.push(message);
        return { action: 'decline' as const };
      };
      const client = await connectHttp(kind, server.url, { token: shown.all ?? '', instance: 'shop', person });
      expect((await client.call(DELETE, { user_id: 'user_1' })).isError).toBe(true);
      await client.close();
      expect(asked[0]).toContain('Instance: shop (LIVE), shop.example');
      expect(changing(shop)).toEqual([]);
    },
  );

  it('is told only to those who show a credential, and only as far as they reach', async () => {
    for (const path of ['/mcp', '/mcp/none', '/sse', '/mcp/staging', '/mcp/shop']) {
      const { status, text } = await post(`${server.url}${path}`, initialize());
      expect([path, [401, 405].includes(status)]).toEqual([path, true]);
      expect(text).not.toMatch(/shop|staging|play/);
    }
    const asked = async (who: string, path: string) => {
      const { status, json } = await post(`${server.url}${path}`, initialize(), as(who));
      return [status, (json.error as { message: string }).message];
    };
    expect(await asked('all', '/mcp')).toEqual([404, expect.stringMatching(/: \/mcp\/shop, \/mcp\/staging, \/mcp\/play\.$/)]);
    expect(await asked('stager', '/mcp/none')).toEqual([404, expect.stringMatching(/Open to you: \/mcp\/staging\.$/)]);
    expect(await asked('nobody', '/mcp')).toEqual([404, expect.stringContaining('None is open to you')]);
    expect(await asked('stager', '/mcp/shop')).toEqual([403, expect.stringContaining('stager may not reach shop')]);
    expect(await asked('nobody', '/mcp/staging')).toEqual([403, expect.stringContaining('instances of their entry')]);
    expect(shop.requests).toEqual([]);
  });

  it('ends what a token opened once its entry no longer names the instance', async () => {
    const session = await openSession(server.url, as('mover'), {}, '/mcp/staging');
    expect((await post(`${server.url}/mcp/staging`, call(1, COUNT), session)).status).toBe(200);
    tokens.change((entries) => entries.map((entry) => (entry.name === 'mover' ? { ...entry, instances: ['play'] } : entry)));
    await expect.poll(async () => (await post(`${server.url}/mcp/staging`, call(2, COUNT), session)).status).toBe(403);
    expect((await modernCall(server.url, COUNT, {}, as('mover'), '/mcp/play')).status).toBe(200);
  });
});

describe('nothing of one instance counts on another', () => {
  const errorOf = ({ json }: { json: { result?: Record<string, unknown> } }): Record<string, unknown> => {
    const [first] = (json.result?.content ?? []) as { text: string }[];
    return JSON.parse(first?.text ?? '{}') as Record<string, unknown>;
  };
  const at = (name: string, tool: string, args: object) => modernCall(server.url, tool, args, as('all'), `/mcp/${name}`);

  it('a session', async () => {
    const session = await openSession(server.url, as('all'), {}, '/mcp/staging');
    expect((await post(`${server.url}/mcp/shop`, call(1, COUNT), session)).status).toBe(404);
    const { stream, messages, headers } = await openSse(server.url, as('all'), '/sse/staging');
    expect(messages).toContain('/messages/staging?sessionId=');
    expect((await post(messages.replace('/staging', '/shop'), call(1, COUNT), headers)).status).toBe(404);
    expect((await post(messages, call(2, COUNT), headers)).status).toBe(202);
    await stream.until(/"id":2/);
    await stream.cancel();
    expect(shop.requests).toEqual([]);
  });

  it('a confirmation, nor what it takes of a budget', async () => {
    const asked = errorOf(await at('staging', BAN, { user_id: 'user_1' }));
    expect(asked).toMatchObject({ error: 'confirmation_required', instance: 'staging (TEST), staging.example' });
    const confirm = asked.token;
    expect(errorOf(await at('shop', BAN, { user_id: 'user_1', confirm }))).toMatchObject({
      error: 'confirmation_invalid',
    });
    expect(changing(shop)).toEqual([]);
    expect((await at('staging', BAN, { user_id: 'user_1', confirm })).text).not.toContain('"error"');
    expect(changing(staging)).toHaveLength(1);
    const again = errorOf(await at('staging', BAN, { user_id: 'user_2' }));
    expect(again).toMatchObject({ error: 'budget_exceeded' });
    expect(errorOf(await at('shop', BAN, { user_id: 'user_2' }))).toMatchObject({
      error: 'confirmation_required',
      instance: 'shop (LIVE), shop.example',
    });
  });

  it('a plan, nor what can be taken back', async () => {
    const steps = [{ tool: 'Users_updateUserAttributes', arguments: { user_id: 'user_1', first_name: 'Eve' } }];
    const { plan } = errorOf(await at('staging', 'Jobs_planChanges', { steps }));
    expect(plan).toMatch(/^pln_/);
    expect(errorOf(await at('shop', 'Jobs_applyPlan', { plan, confirm: true }))).toMatchObject({ error: 'plan_not_found' });
    expect(changing(shop)).toEqual([]);
    expect(errorOf(await at('shop', 'Jobs_undoChanges', { plan }))).toHaveProperty('error');
    expect((await readdir(state)).sort()).toEqual(['play', 'shop', 'staging']);
    expect((await readdir(secrets)).sort()).toEqual(['play', 'shop', 'staging']);
  });

  it('an approval, which tells its instance to whoever is asked', async () => {
    const pending = errorOf(await at('shop', DELETE, { user_id: 'user_1' }));
    expect(pending).toMatchObject({ error: 'approval_pending', instance: 'shop (LIVE), shop.example' });
    const id = String(pending.approval);
    expect(errorOf(await at('staging', DELETE, { user_id: 'user_1', confirm: id }))).toMatchObject({
      message: expect.stringContaining('another instance'),
    });
    expect(changing(staging)).toEqual([]);
    const ann = await signIn(String(pending.link).replace(`/${id}`, ''), 'ann');
    expect(await ann.show(id)).toMatchObject({ instance: { kind: 'live', name: 'shop' } });
    const listed = await runWithPassphrase(approvers, 'approvals', 'list', '--url', `${server.url}/approvals`);
    expect(listed.stdout).toContain('shop (LIVE), shop.example');
    await expect.poll(() => hook.requests.map(({ body }) => String(body)).join()).toContain('shop (LIVE)');
    expect(await server.logged('a call waits for approval')).toMatchObject({ instance: 'shop', approval: id });
  });
});

describe('who runs the server', () => {
  it('finds each call on one record under its instance, its chain whole', async () => {
    await modernCall(server.url, 'Users_updateUserAttributes', { user_id: 'user_1', first_name: 'A' }, as('all'), '/mcp/staging');
    const lines = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; instance?: { name?: string } });
    for (const { kind, instance } of lines) if (kind !== 'start') expect(['shop', 'staging']).toContain(instance?.name);
    expect((await runCommand(['audit', 'verify', log])).code).toBe(0);
    const { stdout } = await runCommand(['audit', 'show', log, '--instance', 'staging']);
    expect(stdout).toContain('on staging (test)');
    expect(stdout).not.toContain('on shop');
  });

  it('keeps the record of one instance from callers on another', async () => {
    tokens.change((entries) =>
      entries.map(({ role, ...entry }) =>
        entry.name === 'stager' ? { ...entry, scopes: ['clerk:read', 'clerk:record'] } : { ...entry, role },
      ),
    );
    await modernCall(
      server.url,
      'Users_updateUserAttributes',
      { user_id: 'user_of_shop', first_name: 'A' },
      as('all'),
      '/mcp/shop',
    );
    const read = async () => {
      const { body, headers } = modern('resources/read', { uri: 'clerk-mcp://record' });
      return (await post(`${server.url}/mcp/staging`, body, { ...headers, ...as('stager') })).text;
    };
    await expect.poll(read).toContain('Users_updateUserAttributes');
    expect(await read()).not.toContain('user_of_shop');
  });

  it('reads metrics by instance, which a caller of one alone does not, and readiness of all', async () => {
    const proxied = { 'x-forwarded-for': '203.0.113.9' };
    const metrics = await readAnswer(await fetch(`${server.url}/metrics`));
    expect(metrics.text).toMatch(
      /^clerk_mcp_calls_total\{tool="Users_getTotalCount",outcome="done",decision="allow",clerk_instance="shop"\} \d+$/m,
    );
    expect(metrics.text).toMatch(/^clerk_mcp_sessions\{clerk_instance="play"\} \d+$/m);
    expect(metrics.text).toMatch(/^clerk_mcp_instance_info\{clerk_instance="shop",kind="live",domain="[^"]*"\} 1$/m);
    const status = async (who: string) => (await fetch(`${server.url}/metrics`, { headers: { ...proxied, ...as(who) } })).status;
    expect([await status('stager'), await status('all')]).toEqual([403, 200]);
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
    staging.reply = () => ({ status: 401, body: { errors: [{ code: 'authentication_invalid', message: 'no' }] } });
    await expect
      .poll(async () => (await fetch(`${server.url}/readyz`)).json(), { timeout: 15_000, interval: 500 })
      .toEqual({ status: 'degraded', reason: 'instance_unavailable' });
  });
});

describe('over stdio and at a terminal', () => {
  it('takes no instance by default, and the one that is named', async () => {
    const none = await runCommand(['--instances', instances], { env });
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toMatch(
      /Say which instance with --instance NAME.*shop \(production\), staging \(development\), play \(sandbox\)/,
    );
    const client = await startProgram('v2 (2026)', {
      args: ['--instances', instances, '--instance', 'staging'],
      env: { STAGING_KEY: env.STAGING_KEY },
    });
    expect((await client.call(COUNT)).json).toMatchObject({ total_count: 2 });
    expect(client.instructions()).toContain('Clerk · staging');
    await client.close();
    expect(shop.requests).toEqual([]);
    const called = await runCommand(['call', COUNT, '--instances', instances, '--instance', 'play']);
    expect(JSON.parse(called.stdout)).toMatchObject({ object: 'total_count' });
    expect((await runCommand(['call', COUNT, '--instances', instances, '--instance', 'sh0p'])).stderr).toContain(
      'has no instance sh0p',
    );
  });
});
