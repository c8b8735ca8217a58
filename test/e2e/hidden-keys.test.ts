import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, MisbehavingServer } from '../support/misbehaving-server.js';
import { startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const directory = await scratchDirectory();
const KEY = 'sk_live_Zq3vR8kLm2Wp9Xy4Tn7B';
const PIECES = /Zq3vR8k|Xy4Tn7B|hunter2/;

describe('on a command line', () => {
  it.each([
    ['--secret-key with it', [`--secret-key=${KEY}`]],
    ['another password', ['--password=hunter2']],
    ['the key alone', [KEY]],
    ['as a tool', ['tools', '--sandbox', '--tools', KEY]],
    ['as the name of a call', ['call', KEY, '--sandbox']],
    ['as a name in explain', ['policy', 'explain', KEY]],
    ['as arguments', ['call', 'Users_getTotalCount', KEY, '--sandbox']],
    ['in percent encoding', ['call', KEY.replaceAll('_', '%5F'), '--sandbox']],
    ['as a profile', ['--profile', KEY]],
    ['as a seed', ['call', 'Users_getTotalCount', '--sandbox', '--seed', KEY]],
    ['in an argument that there is not', ['call', 'Users_getTotalCount', `{"${KEY}":1}`, '--sandbox']],
    ['in arguments that are no JSON', ['call', 'Users_createNewUser', '{"password":hunter2', '--sandbox']],
    ['in a text of arguments that does not end', ['policy', 'explain', 'Users_createNewUser', '{"password":"hunter2']],
    ['in faults that are no JSON', ['sandbox', '--faults', '{"a":hunter2']],
  ])('a secret is not printed: %s', async (_, args) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect(code).not.toBe(0);
    expect(stderr).not.toBe('');
    expect(stdout + stderr).not.toMatch(PIECES);
  });

  it('tells where arguments are no JSON', async () => {
    const { code, stderr } = await runCommand(['call', 'Users_createNewUser', '{"password":hunter2', '--sandbox']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'clerk-mcp: The arguments are no valid JSON (line 1, column 13).\n',
    });
  });

  it('repeats nothing of a seed that is no JSON', async () => {
    const seed = await scratchFile(directory, '{"users":[{"password":hunter2}]}');
    const { code, stderr } = await runCommand(['policy', 'check', seed]);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(PIECES);
    const called = await runCommand(['call', 'Users_getTotalCount', '--sandbox', '--seed', seed]);
    expect(called).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1, column 23') });
    expect(called.stderr).not.toMatch(PIECES);
  });
});

describe('an upstream that gives the key back', () => {
  let upstream: MisbehavingServer | undefined;
  afterEach(() => upstream?.stop());

  const JSON_TYPE = { 'content-type': 'application/json' };
  const escaped = `\\u0073k_${KEY.slice(3)}`;
  const all = [...KEY].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('');
  const basic = Buffer.from(`${KEY}:`).toString('base64');

  it.each([
    ['with one letter escaped', escaped],
    ['with every letter escaped', all],
    ['percent-encoded', KEY.replaceAll('_', '%5F')],
    ['as a user and a password', `Basic ${basic}`],
    ['in hexadecimal', Buffer.from(KEY).toString('hex')],
  ])('has it hidden in answers, errors, the record and the log: %s', async (_, form) => {
    const body = `{"id":"user_1","object":"user","first_name":"${form}"}`;
    const fault = `{"errors":[{"code":"c","message":"${form}","long_message":"${form}"}],"clerk_trace_id":"${form}"}`;
    upstream = await MisbehavingServer.start(answer(200, body, JSON_TYPE));
    upstream.plan = [answer(200, body, JSON_TYPE), answer(422, fault, JSON_TYPE), answer(200, body, JSON_TYPE)];
    const log = `${directory}/${form.length}-${form.slice(0, 2)}.log`;
    const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'trace' };
    const client = await startProgram('v2 (2025)', { args: ['--audit-log', log], env });
    const said = [
      await client.call('Users_getUserDetails', { user_id: 'user_1' }),
      await client.call('Users_createNewUser', { first_name: KEY }),
      await client.call('Users_createNewUser', { first_name: KEY, last_name: basic }),
    ].map(({ text }) => text);
    await client.close();
    const shown = [...said, client.stderr(), await readFile(log, 'utf8')];
    expect(said[0]).toContain('[secret key]');
    expect(said[1]).toContain('[secret key]');
    for (const text of shown) {
      expect(text).not.toMatch(PIECES);
      expect(text).not.toContain(form);
    }
  });
});
