import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { MisbehavingServer, silent } from '../support/misbehaving-server.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';
import { bearer, initialize, modern, post } from '../support/raw-http.js';
import { RecordingServer } from '../support/recording-server.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();

interface Listed {
  readonly prompts: readonly { name: string }[];
  readonly resources: readonly { uri: string }[];
}

const completionOf = (name: string, argument: string, value: string) => ({
  ref: { type: 'ref/prompt', name },
  argument: { name: argument, value },
});

describe.each(CLIENTS)('beside tools, over stdio with the client %s', (kind) => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startProgram(kind, { args: ['--sandbox', '--discovery', '--audit-log', `${scratch}/${kind.length}.log`] });
  });
  afterAll(() => client.close());

  const read = async (uri: string): Promise<{ text: string; mimeType: string }> => {
    const { contents } = (await client.ask('resources/read', { uri })) as { contents: { text: string; mimeType: string }[] };
    return contents[0] as { text: string; mimeType: string };
  };
  const readJson = async (uri: string): Promise<unknown> => JSON.parse((await read(uri)).text);
  const complete = async (...wish: [string, string, string]): Promise<string[]> => {
    const { completion } = await client.ask('completion/complete', completionOf(...wish));
    return (completion as { values: string[] }).values;
  };

  it('says so', () => {
    expect(client.capabilities()).toMatchObject({ prompts: {}, resources: {}, completions: {} });
  });

  it('offers the jobs as prompts', async () => {
    const { prompts } = (await client.ask('prompts/list')) as unknown as Listed;
    expect(prompts.map(({ name }) => name)).toContain('offboard-person');
    const { messages } = (await client.ask('prompts/get', { name: 'offboard-person', arguments: { person: 'ada' } })) as {
      messages: { content: { text: string } }[];
    };
    expect(messages[0]?.content.text).toMatch(/Jobs_planChanges.*Jobs_applyPlan.*- person: "ada".*call_operation/s);
    await expect(client.ask('prompts/get', { name: 'offboard' })).rejects.toThrow(/Did you mean/);
  });

  it('completes people, organizations, roles, templates and operations', async () => {
    expect(await complete('offboard-person', 'person', 'NOAH')).toEqual([
      expect.stringMatching(/^noah\.fischer@lumen\.example\.com \(user_\w+\)$/),
    ]);
    expect(await complete('offboard-person', 'person', 'fischer')).toHaveLength(1);
    expect(await complete('security-review', 'organization', 'lumen-st')).toEqual([
      expect.stringMatching(/^Lumen Studio \(org_\w+\)$/),
    ]);
    expect(await complete('roles-between-instances', 'role', 'adm')).toEqual(['org:admin']);
    expect(await complete('launch-check', 'template', 'verif')).toContain('verification_code');
    expect(await complete('sweep-abusive-signups', 'domain', 'ev')).toEqual([]);
    expect(await complete('nothing', 'at all', 'ev')).toEqual([]);
    const operation = {
      ref: { type: 'ref/resource', uri: 'clerk-mcp://operation/{name}' },
      argument: { name: 'name', value: 'markb' },
    };
    expect(await client.ask('completion/complete', operation)).toMatchObject({ completion: { values: ['Users_markBanned'] } });
  });

  it('tells of the instance, the offer, the policy, an operation and the record', async () => {
    const { resources } = (await client.ask('resources/list')) as unknown as Listed;
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(['instance', 'offer', 'policy', 'record'].map((name) => `clerk-mcp://${name}`)),
    );
    expect(await readJson('clerk-mcp://instance')).toMatchObject({
      kind: 'sandbox',
      domain: 'harbor.example.com',
      organizations: { enabled: true },
      server: { read_only: false, secrets: 'in answers' },
    });
    expect(await readJson('clerk-mcp://offer')).toMatchObject({
      mode: expect.stringContaining('discovery'),
      groups: { Users: expect.any(Number) },
      jobs: expect.arrayContaining(['launch-check']),
      left_out: [{ by: 'deprecated', groups: { SamlConnectionsBeta: 5 } }],
    });
    expect((await read('clerk-mcp://policy')).text).toMatch(
      /default: gated: have confirmed \(auto\) calls with the risk destructive/,
    );
    expect(await client.ask('resources/templates/list')).toMatchObject({
      resourceTemplates: [{ uriTemplate: 'clerk-mcp://operation/{name}' }],
    });
    expect(await readJson('clerk-mcp://operation/Users_markBanned')).toMatchObject({
      offered: true,
      risk: 'destructive',
      effect: expect.stringContaining('Ends every session'),
      leaves_behind: [expect.stringContaining('active sessions end')],
      undo: { possible: true, by: 'Users_removeBanFromUser', lost: expect.stringContaining('sessions') },
      input: { required: ['user_id'], properties: { confirm: {} } },
      example: { user_id: 'user_123' },
    });
    await client.call('call_operation', { name: 'Organizations_createNewOrganization', arguments: { name: 'Recorded' } });
    expect(await readJson('clerk-mcp://record')).toMatchObject({
      kept: true,
      entries: expect.arrayContaining([
        expect.objectContaining({ operation: 'Organizations_createNewOrganization', end: 'done', caller: 'local' }),
      ]),
    });
    await expect(client.ask('resources/read', { uri: 'clerk-mcp://nothing' })).rejects.toThrow();
  });

  it('gives each skill as it was listed', async () => {
    const { text, mimeType } = await read('skill://offboard-person/SKILL.md');
    expect(mimeType).toBe('text/markdown');
    expect(text).toMatch(/^---\nname: offboard-person\n/);
    expect(createHash('sha256').update(text).digest('hex')).toHaveLength(64);
  });
});

describe('over HTTP', () => {
  const tokens = new OperatorTokens();
  const shown: Record<string, string> = {};
  let server: HttpProgram;
  beforeAll(async () => {
    for (const name of ['viewer', 'admin', 'writer', 'auditor'] as const) {
      shown[name] = await tokens.add(name, name === 'viewer' ? 'viewer' : 'admin');
    }
    const scopes: Record<string, string[]> = { writer: ['clerk:write'], auditor: ['clerk:read', 'clerk:record'] };
    tokens.change((entries) =>
      entries.map(({ role, ...entry }) => {
        const own = scopes[String(entry.name)];
        return own === undefined ? { ...entry, role } : { ...entry, scopes: own };
      }),
    );
    server = await startHttp({
      args: [
        '--sandbox',
        '--auth',
        'token',
        '--tokens',
        tokens.path,
        '--audit-log',
        `${scratch}/http.log`,
        '--max-in-flight-per-caller',
        '1',
      ],
    });
  });
  afterAll(() => stopAll());

  const ask = async (who: string, method: string, params: object = {}) => {
    const { body, headers } = modern(method, params);
    const { json } = await post(`${server.url}/mcp`, body, { ...headers, ...bearer(shown[who] ?? '') });
    return json;
  };
  const promptsOf = async (who: string): Promise<string[]> =>
    ((await ask(who, 'prompts/list')).result as unknown as Listed).prompts.map(({ name }) => name);
  const resourcesOf = async (who: string): Promise<string[]> =>
    ((await ask(who, 'resources/list')).result as unknown as Listed).resources.map(({ uri }) => uri);

  it('names the instance once it is known, and tells each caller what is so for them', async () => {
    const meet = async (who: string) => (await post(`${server.url}/mcp`, initialize(), bearer(shown[who] ?? ''))).json.result;
    const before = await meet('viewer');
    expect(before).toMatchObject({ serverInfo: { title: 'Clerk · SANDBOX', icons: [{ mimeType: 'image/svg+xml' }] } });
    expect(before?.instructions).toMatch(/^Works on Clerk · SANDBOX, a local sandbox.* Only reading is possible/);
    expect(before?.instructions).not.toMatch(/confirm/);
    await ask('viewer', 'resources/read', { uri: 'clerk-mcp://instance' });
    const after = await meet('admin');
    expect(after).toMatchObject({ serverInfo: { title: 'Clerk · harbor.example.com · SANDBOX' } });
    expect(after?.instructions).toMatch(/are confirmed.*Secrets in answers enter this conversation/);
    const { result } = await ask('admin', 'server/discover');
    const info = { title: 'Clerk · harbor.example.com · SANDBOX' };
    expect(result).toMatchObject({ _meta: { 'io.modelcontextprotocol/serverInfo': { ...info, icons: [{}] } } });
    const { result: list } = await ask('admin', 'prompts/list');
    const stamp = { name: 'clerk-mcp', version: expect.any(String), ...info };
    expect(list?._meta).toEqual({ 'io.modelcontextprotocol/serverInfo': stamp });
  });

  it('offers a caller the jobs that they can carry out', async () => {
    expect(await promptsOf('admin')).toHaveLength(11);
    expect(await promptsOf('viewer')).toEqual(['launch-check', 'security-review', 'sign-in-trouble']);
    expect(await ask('viewer', 'prompts/get', { name: 'privacy-erasure', arguments: { person: 'ada' } })).toMatchObject({
      error: { code: -32_602, message: expect.stringMatching(/which is not offered here. It needs the scope clerk:/) },
    });
  });

  it('completes nothing for a caller who may not read, and puts no refusal on record', async () => {
    const wish = completionOf('offboard-person', 'person', 'noah');
    expect(await ask('writer', 'completion/complete', wish)).toMatchObject({ result: { completion: { values: [] } } });
    expect(await ask('viewer', 'completion/complete', wish)).toMatchObject({
      result: { completion: { values: [expect.stringContaining('noah.fischer')] } },
    });
    const record = await ask('auditor', 'resources/read', { uri: 'clerk-mcp://record' });
    expect(JSON.stringify(record)).not.toContain('writer');
  });

  it('shows the record to those alone who have the scope for it, which no role has', async () => {
    expect(await resourcesOf('auditor')).toContain('clerk-mcp://record');
    for (const who of ['viewer', 'admin']) {
      expect(await resourcesOf(who)).not.toContain('clerk-mcp://record');
      expect(await ask(who, 'resources/read', { uri: 'clerk-mcp://record' })).toHaveProperty('error');
    }
    const read = await ask('auditor', 'resources/read', { uri: 'clerk-mcp://record' });
    expect(JSON.stringify(read)).toContain('kept');
  });

  it('tells a caller what their scopes leave out', async () => {
    const { result } = await ask('viewer', 'resources/read', { uri: 'clerk-mcp://operation/Users_markBanned' });
    expect(JSON.stringify(result)).toContain('It needs the scope clerk:destructive');
  });

  it('lists skills with what shows that they came whole', async () => {
    const { result } = await ask('admin', 'skills/list');
    expect(result).toMatchObject({ ttlMs: expect.any(Number), cacheScope: 'private' });
    const [skill] = (result as unknown as { skills: { uri: string; resources: { digest: string; size: number }[] }[] }).skills;
    const { result: got } = await ask('admin', 'resources/read', { uri: skill?.uri });
    const [{ text }] = (got as unknown as { contents: [{ text: string }] }).contents;
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    expect(skill?.resources).toEqual([{ uri: skill?.uri, digest, size: Buffer.byteLength(text) }]);
    expect(await ask('admin', 'skills/get', { uri: skill?.uri })).toMatchObject({ result: { skill } });
    expect(await ask('admin', 'skills/get', { uri: 'skill://nothing/SKILL.md' })).toHaveProperty('error.code', -32_602);
  });
});

describe('a client that knows tools alone', () => {
  it('sees no difference, and causes no request of its own', async () => {
    const upstream = await RecordingServer.start();
    const asked = new Promise<void>((resolve) => {
      upstream.reply = ({ url }) => {
        if (url === '/v1/domains') resolve();
        return { body: { data: [], total_count: 0 } };
      };
    });
    const env = { CLERK_SECRET_KEY: 'sk_test_tools', CLERK_API_URL: `${upstream.origin}/v1` };
    const client = await startProgram('v1', { args: [], env });
    const [tool] = await client.listTools();
    expect(tool).not.toHaveProperty('icons');
    await client.call('Users_getTotalCount');
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/v1/users/count']);
    // Another does, and is not made to wait for it.
    await client.ask('prompts/list');
    await asked;
    await client.close();
    await upstream.stop();
  });

  it('is answered while Clerk is not, and so is one that knows more', async () => {
    const upstream = await MisbehavingServer.start(silent);
    const env = { CLERK_SECRET_KEY: 'sk_live_silent', CLERK_API_URL: `${upstream.origin}/v1` };
    const client = await startProgram('v2 (2026)', { args: ['--timeout', '500'], env });
    expect(client.instructions()).toMatch(/^Works on Clerk · LIVE, /);
    expect(await client.ask('prompts/list')).toHaveProperty('prompts');
    expect(await client.ask('completion/complete', completionOf('offboard-person', 'person', 'a'))).toMatchObject({
      completion: { values: [] },
    });
    const read = await client.ask('resources/read', { uri: 'clerk-mcp://instance' });
    expect(JSON.stringify(read)).toContain('not_read');
    await client.close();
    await upstream.stop();
  });
});

it('is not declared where no job can be carried out', async () => {
  const client = await startProgram('v2 (2026)', { args: ['--sandbox', '--tools', 'Jwks'] });
  expect(client.capabilities()).toEqual({ tools: {}, resources: {}, completions: {} });
  await expect(client.ask('prompts/list')).rejects.toThrow();
  await client.close();
});
