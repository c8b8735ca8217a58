import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consequencesOf } from '../../src/policy/rules/risk.js';
import { connectHttp, HTTP_CLIENTS } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { offeredByDefault } from '../support/offer.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { bearer, call, modernCall, openSession, openSse, post, type RawAnswer } from '../support/raw-http.js';
import { RecordingServer } from '../support/recording-server.js';
import { minimalArguments } from '../support/sample-arguments.js';

const dir = mkdtempSync(join(tmpdir(), 'clerk-mcp-scopes-'));
const auditLog = join(dir, 'audit.jsonl');
const policy = join(dir, 'policy.json');
const tokens = new OperatorTokens();
const byRole: Record<string, string> = {};

let upstream: RecordingServer;
let server: HttpProgram;

const ROLES = {
  viewer: ['read'],
  operator: ['read', 'write'],
  admin: ['read', 'write', 'destructive', 'credential', 'access'],
} as const;
type Role = keyof typeof ROLES;
const roles = Object.keys(ROLES) as Role[];

beforeAll(async () => {
  upstream = await RecordingServer.start();
  for (const role of roles) byRole[role] = await tokens.add(`the-${role}`, role);
  byRole.banner = await tokens.add('the-banner', 'viewer');
  tokens.change((entries) =>
    entries.map(({ role, ...entry }) =>
      entry.name === 'the-banner' ? { ...entry, scopes: ['clerk:destructive'] } : { ...entry, role },
    ),
  );
  writeFileSync(
    policy,
    JSON.stringify({
      rules: [
        { name: 'no blocklist for admins', caller: 'the-ad*', tools: 'AllowlistBlocklist', action: 'deny', reason: 'Ask Eve.' },
      ],
    }),
  );
  server = await startHttp({
    args: [
      '--auth',
      'token',
      '--tokens',
      tokens.path,
      '--audit-log',
      auditLog,
      '--policy',
      policy,
      '--max-calls-per-minute',
      '10000',
    ],
    env: { CLERK_SECRET_KEY: 'sk_test_scopes', CLERK_API_URL: `${upstream.origin}/v1` },
  });
});
afterAll(async () => {
  await stopAll();
  await upstream.stop();
});
beforeEach(() => upstream.reset());

const as = (role: string): Record<string, string> => bearer(byRole[role] ?? '');

describe.each(HTTP_CLIENTS)('the client %s', (kind) => {
  it.each(roles)('is listed what a %s may do', async (role) => {
    const client = await connectHttp(kind, server.url, { token: byRole[role] ?? '' });
    const listed = (await client.listTools()).map((tool) => tool.name);
    await client.close();
    const risks: readonly string[] = ROLES[role];
    expect(listed.sort()).toEqual(
      offeredByDefault
        .filter(({ risk }) => risks.includes(risk))
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('a call beyond the scopes', () => {
  const beyond = roles.flatMap((role) =>
    offeredByDefault
      .filter(({ risk }) => !(ROLES[role] as readonly string[]).includes(risk))
      .map((operation) => [role, operation] as const),
  );

  it('is answered 403 insufficient_scope in both protocols, for every tool, and sends nothing', async () => {
    expect(beyond.length).toBeGreaterThan(100);
    for (const role of roles) {
      const session = await openSession(server.url, as(role));
      for (const [, operation] of beyond.filter(([of]) => of === role)) {
        const args = { ...minimalArguments(operation), confirm: true };
        const scope = `clerk:${consequencesOf(operation, minimalArguments(operation)).risk}`;
        const answers = [
          await modernCall(server.url, operation.name, args, as(role)),
          await post(`${server.url}/mcp`, call(1, operation.name, args), session),
        ];
        for (const { status, headers, json } of answers) {
          expect([operation.name, status]).toEqual([operation.name, 403]);
          expect(headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_scope"/);
          expect(headers.get('www-authenticate')).toContain(scope);
          expect(json).toMatchObject({
            error: 'insufficient_scope',
            error_description: expect.stringContaining(scope),
          });
        }
      }
    }
    expect(upstream.requests).toEqual([]);
  });

  it('is a refused result over HTTP+SSE, and sends nothing', async () => {
    const { stream, messages, headers } = await openSse(server.url, as('operator'));
    await post(messages, call(7, 'Users_markBanned', { user_id: 'user_1', confirm: true }), headers);
    const [, event = ''] = await stream.until(/^data: (.*"id":7.*)$/m);
    await stream.cancel();
    const { result } = JSON.parse(event) as { result: { isError: boolean; content: { text: string }[] } };
    expect(result.isError).toBe(true);
    expect(JSON.parse(result.content[0]?.text ?? '')).toMatchObject({ error: 'insufficient_scope', scope: 'clerk:destructive' });
    expect(upstream.requests).toEqual([]);
  });

  it('goes by what the arguments do: an update that sets a password is destructive', async () => {
    const user_id = 'user_1';
    expect(
      (await modernCall(server.url, 'Users_updateUserAttributes', { user_id, first_name: 'A' }, as('operator'))).status,
    ).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    const refused = await modernCall(
      server.url,
      'Users_updateUserAttributes',
      { user_id, password: 'p4ssword!' },
      as('operator'),
    );
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('clerk:destructive');
    expect(upstream.requests).toHaveLength(1);
  });

  it('shows no more than the scopes: who may only destroy is not told whom', async () => {
    const { json } = await modernCall(server.url, 'Users_markBanned', { user_id: 'user_1' }, as('banner'));
    expect(JSON.stringify(json)).toContain('confirmation_required');
    expect(upstream.requests).toEqual([]);
  });

  it('in a batch of calls is refused in its place, and the others are answered', async () => {
    const session = await openSession(server.url, as('viewer'));
    const batch = [call(1, 'Users_getTotalCount'), call(2, 'Users_markBanned', { user_id: 'user_1', confirm: true })];
    const { status, text } = await post(`${server.url}/mcp`, batch, session);
    expect(status).toBe(200);
    const answers = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data) as { id: number });
    expect(JSON.stringify(answers.find(({ id }) => id === 1))).not.toContain('isError');
    expect(JSON.stringify(answers.find(({ id }) => id === 2))).toContain('insufficient_scope');
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/v1/users/count']);
  });

  it('is on record with the name of the caller', () => {
    const lines = readFileSync(auditLog, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({
        caller: 'the-operator',
        operation: 'Users_markBanned',
        decision: 'refused',
        reason: 'insufficient_scope',
        transport: 'http',
      }),
    );
  });
});

describe('the name of the caller', () => {
  it('is what rules go by', async () => {
    const denied = await modernCall(server.url, 'AllowlistBlocklist_listAllowedIdentifiers', {}, as('admin'));
    expect(JSON.stringify(denied.json)).toContain('denied_by_policy');
    expect(upstream.requests).toEqual([]);
    const allowed = await modernCall(server.url, 'AllowlistBlocklist_listAllowedIdentifiers', {}, as('viewer'));
    expect(allowed.json).toMatchObject({ result: { content: [{ type: 'text' }] } });
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a confirmation', () => {
  it('of one caller is never another’s', async () => {
    const own = new OperatorTokens();
    const [ada, bob] = [await own.add('ada', 'admin'), await own.add('bob', 'admin')];
    const program = await startHttp({
      args: ['--auth', 'token', '--tokens', own.path, '--confirm', 'token'],
      env: { CLERK_SECRET_KEY: 'sk_test_scopes', CLERK_API_URL: `${upstream.origin}/v1` },
    });
    const ban = (token: string, more: object = {}) =>
      modernCall(program.url, 'Users_markBanned', { user_id: 'user_1', ...more }, bearer(token));
    const text = ({ json }: RawAnswer): Record<string, unknown> => {
      const content = (json.result?.content ?? []) as { text: string }[];
      return JSON.parse(content[0]?.text ?? '{}') as Record<string, unknown>;
    };
    const { token } = text(await ban(ada));
    expect(token).toEqual(expect.any(String));
    upstream.reset();
    expect(text(await ban(bob, { confirm: token }))).toMatchObject({ error: 'confirmation_invalid', reason: 'other_caller' });
    expect(upstream.requests).toEqual([]);
    expect((await ban(ada, { confirm: token })).json.result).not.toHaveProperty('isError');
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a file on the server', () => {
  it('can be named by nobody from afar', async () => {
    const file_path = join(dir, 'policy.json');
    const { text } = await modernCall(server.url, 'Users_setProfileImage', { user_id: 'user_1', file_path }, as('admin'));
    expect(text).toMatch(/isError/);
    expect(text).not.toContain('Ask Eve');
    expect(upstream.requests).toEqual([]);
  });
});
