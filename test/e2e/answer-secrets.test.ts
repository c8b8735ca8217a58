import { mkdir, readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answers } from '../../src/catalog/answers.js';
import { operations } from '../../tools/index.js';
import { filledAnswer } from '../support/filled-answer.js';
import { connectHttp } from '../support/http-clients.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { EVERY_TOOL } from '../support/offer.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { operationOf } from '../support/plausible.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { type RecordedRequest, RecordingServer, type Reply } from '../support/recording-server.js';
import { runCommand } from '../support/run-command.js';
import { minimalArguments } from '../support/sample-arguments.js';
import { scratchDirectory } from '../support/scratch.js';

const SECRET = 'S3cr3tOfTheAnswer';
const INVITATION = { organization_id: 'org_1', invitation_id: 'orginv_1' };

/** Answers each request with its resource, in which every secret that is declared is filled in. */
function filled(request: RecordedRequest): Reply {
  const answer = answers[operationOf(request)?.spec.request ?? ''];
  return answer ? { body: filledAnswer(answer, SECRET) } : {};
}

/** Those whose answers have a place for a secret. */
const marked = operations.filter(({ spec }) => {
  const answer = answers[spec.request];
  return answer && JSON.stringify(filledAnswer(answer, SECRET)).includes(SECRET);
});

const scratch = await scratchDirectory();
let upstream: RecordingServer;
const env = () => ({ CLERK_SECRET_KEY: 'sk_test_answers', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'trace' });
const clients: ProgramClient[] = [];

async function start(...args: string[]): Promise<ProgramClient> {
  const client = await startProgram('v2 (2026)', { args: [...EVERY_TOOL, '--confirm', 'flag', ...args], env: env() });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  upstream = await RecordingServer.start();
});
beforeEach(() => {
  upstream.reset();
  upstream.reply = filled;
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await stopAll();
  await upstream.stop();
});

it('many operations answer with a place for a secret that are not there to hand one out', () => {
  expect(marked.length).toBeGreaterThan(60);
  expect(marked.filter(({ risk }) => risk === 'read').length).toBeGreaterThan(10);
});

describe('an answer that was not confirmed as credential', () => {
  it.each([[[]], [['--results', 'full']], [['--structured']]])(
    'holds no secret, of whichever operation and whatever fields are asked for, with %j',
    async (settings) => {
      const client = await start(...settings);
      let shown = 0;
      for (const operation of marked) {
        const args = minimalArguments(operation);
        const wanted = [undefined, ['*'], ['id', 'phone_numbers.backup_codes', 'invitation.url', 'user.phone_numbers']];
        for (const fields of settings.length === 0 ? wanted : [undefined]) {
          const confirm = operation.risk === 'credential' || operation.gate === 'never' ? {} : { confirm: true };
          const { text, structured } = await client.call(operation.name, { ...args, ...(fields && { fields }), ...confirm });
          expect([operation.name, text]).toEqual([operation.name, expect.not.stringContaining(SECRET)]);
          expect(JSON.stringify(structured) ?? '').not.toContain(SECRET);
          if (text.includes('[secret')) shown++;
        }
      }
      expect(shown).toBeGreaterThan(20);
      expect(client.stderr()).not.toContain(SECRET);
    },
    120_000,
  );

  it('says how to get it, also within other resources and in a list', async () => {
    const client = await start();
    const created = await client.call('Invitations_createNewInvitation', { email_address: 'ada@example.com' });
    expect(created.json).toMatchObject({
      email_address: 'text',
      url: '[secret link: Invitations_listAllNonRevoked with fields:["url"] shows it once confirmed]',
    });
    expect(created.text).not.toContain('untrusted');
    const entry = await client.call('WaitlistEntries_inviteEntry', { waitlist_entry_id: 'w_1' });
    expect((entry.json as { invitation: { url: string } }).invitation.url).toBe((created.json as { url: string }).url);
    const pending = await client.call('OrganizationInvitations_listPending', { organization_id: 'org_1', fields: ['url'] });
    const mark = '[secret link: OrganizationInvitations_getById with fields:["url"] shows it once confirmed]';
    expect((pending.json as { data: unknown }).data).toEqual([{ url: mark }, { url: mark }]);
  });

  it('keeps its numbers as they were sent', async () => {
    upstream.reply = () => ({
      headers: { 'content-type': 'application/json' },
      body: `{"object":"invitation","id":"inv_1","url":"${SECRET}","public_metadata":{"n":12345678901234567890,"f":1.0}}`,
    });
    const client = await start();
    const { text } = await client.call('Invitations_createNewInvitation', { email_address: 'ada@example.com', fields: ['*'] });
    expect(text).toContain('"n":12345678901234567890,"f":1.0');
    expect(text).not.toContain(SECRET);
  });

  it('is an error, too', async () => {
    const ticket = 'https://x.example/v1/tickets/accept?ticket=eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln';
    const message = `exists already: ${ticket} and ${ticket}`;
    upstream.reply = () => ({ status: 422, body: { errors: [{ code: 'duplicate', message, long_message: message }] } });
    const client = await start();
    const { text, isError } = await client.call('Invitations_createNewInvitation', { email_address: 'ada@example.com' });
    expect(isError).toBe(true);
    expect(text).toContain('exists already');
    expect(text).not.toMatch(/eyJ|c2ln/);
  });

  it.each([
    ['in discovery', ['--discovery']],
    ['where only reads are offered', ['--read-only']],
  ])('holds none %s', async (_, settings) => {
    const client = await start(...settings);
    const discovery = settings.includes('--discovery');
    const read = (fields: string[]) =>
      discovery
        ? client.call('call_operation', { name: 'OrganizationInvitations_getById', arguments: { ...INVITATION, fields } })
        : client.call('OrganizationInvitations_getById', { ...INVITATION, fields });
    expect((await read(['*'])).text).not.toContain(SECRET);
    const asked = await read(['url']);
    expect(asked.json).toMatchObject({ error: discovery ? 'confirmation_required' : 'read_only' });
    expect(asked.text).not.toContain(SECRET);
  });

  it('holds none in a terminal', async () => {
    const call = (...fields: string[]) =>
      runCommand(['call', 'OrganizationInvitations_getById', JSON.stringify({ ...INVITATION, fields })], { env: env() });
    expect((await call('*')).stdout).toContain('[secret link');
    for (const { stdout, stderr } of [await call('*'), await call('url')]) expect(stdout + stderr).not.toContain(SECRET);
  });
});

describe('a secret that is asked for', () => {
  const asks = [
    ['OrganizationInvitations_getById', INVITATION, 'url'],
    ['Invitations_listAllNonRevoked', {}, 'url'],
    ['PhoneNumbers_getDetails', { phone_number_id: 'idn_1' }, 'backup_codes'],
    ['EnterpriseConnections_createTestRun', { enterprise_connection_id: 'entconn_1' }, 'url'],
  ] as const;

  it.each(asks)('of %s waits for a confirmation, and then is shown', async (tool, args, field) => {
    const client = await start();
    const refused = await client.call(tool, { ...args, fields: [field] });
    expect(refused.json).toMatchObject({ error: 'confirmation_required' });
    expect(refused.text).toContain('in this conversation');
    expect(refused.text).not.toContain(SECRET);
    const shown = await client.call(tool, { ...args, fields: [field], confirm: true });
    expect(shown.text).toContain(SECRET);
    expect((await client.call(tool, { ...args, fields: ['id'] })).text).not.toContain(SECRET);
  });

  it('is not shown by a confirmation that was given for less', async () => {
    const client = await start('--confirm', 'token');
    const args = { enterprise_connection_id: 'entconn_1' };
    const list = await client.call('Invitations_listAllNonRevoked', { fields: ['url'] });
    const { token } = list.json as { token: string };
    const other = await client.call('Invitations_listAllNonRevoked', { fields: ['url'], status: 'pending', confirm: token });
    expect(other.json).toMatchObject({ reason: 'other_arguments' });
    const run = await client.call('EnterpriseConnections_createTestRun', { ...args, fields: ['url'], confirm: token });
    expect(run.json).toMatchObject({ reason: 'other_operation' });
    const more = await client.call('Invitations_listAllNonRevoked', { fields: ['url', 'id'], confirm: token });
    expect(more.json).toMatchObject({ reason: 'other_arguments' });
    expect((await client.call('Invitations_listAllNonRevoked', { fields: ['url'], confirm: token })).text).toContain(SECRET);
  });

  it.each(asks)(
    'of %s goes into a file with --secrets-dir, and the path is said whatever fields were asked for',
    async (...ask) => {
      const [tool, args, field] = ask;
      const secrets = `${scratch}/${tool}`;
      await mkdir(secrets, { mode: 0o700 });
      const client = await start('--secrets-dir', secrets);
      const shown = await client.call(tool, { ...args, fields: [field], confirm: true });
      expect(shown.text).not.toContain(SECRET);
      expect(shown.text).toContain('[in secret_file]');
      const { secret_file } = shown.json as { secret_file: string };
      expect(await readdir(secrets)).toEqual([secret_file.slice(secrets.length + 1)]);
      expect(await readFile(secret_file, 'utf8')).toContain(SECRET);
      await client.call(tool, { ...args, fields: ['id'] });
      expect(await readdir(secrets)).toHaveLength(1);
    },
  );

  it('is all that --secrets-dir takes', async () => {
    const secrets = `${scratch}/only`;
    await mkdir(secrets, { mode: 0o700 });
    const client = await start('--secrets-dir', secrets);
    const args = { oauth_application_id: 'oa_1', confirm: true };
    const { json } = await client.call('OAuthApplications_rotateSecret', args);
    expect(json).toMatchObject({ client_secret: '[in secret_file]', authorize_url: 'text', token_fetch_url: 'text' });
  });
});

it('a token without clerk:credential gets none, whatever else it may do', async () => {
  const tokens = new OperatorTokens();
  const reader = await tokens.add('reader', 'viewer');
  const worker = await tokens.add('worker', 'admin');
  tokens.change((entries) =>
    entries.map(({ role, ...entry }) =>
      entry.name === 'reader'
        ? { ...entry, role }
        : { ...entry, scopes: ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:access'] },
    ),
  );
  const server = await startHttp({
    args: [...EVERY_TOOL, '--confirm', 'flag', '--auth', 'token', '--tokens', tokens.path],
    env: env(),
  });
  for (const token of [reader, worker]) {
    const client = await connectHttp('v2 (2026)', server.url, { token });
    for (const operation of marked) {
      const secret = operation.raises.some(({ risk }) => risk === 'credential') ? { fields: ['url', 'backup_codes'] } : {};
      const given = { ...minimalArguments(operation), ...secret, ...(operation.gated && { confirm: true }) };
      const text = await client.call(operation.name, given).then(
        (result) => result.text,
        (error: Error) => error.message,
      );
      expect([operation.name, text]).toEqual([operation.name, expect.not.stringContaining(SECRET)]);
    }
    await client.close();
  }
}, 60_000);
