import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnv, type Ended, ended, PROGRAM } from '../../support/program.js';
import { Relay } from '../../support/relay.js';
import { runCommand } from '../../support/run-command.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../../support/sandbox-program.js';
import { scratchDirectory } from '../../support/scratch.js';
import { runAtTerminal, withoutTerminal } from '../../support/terminal.js';

const CREATE = 'Users_createNewUser';
const COUNT = 320;

interface Result {
  readonly line: number;
  readonly operation: string;
  readonly outcome: string;
  readonly answer?: { readonly id: string };
  readonly error?: string;
}

const resultsIn = (text: string): Result[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result);

const userLine = (nth: number): string =>
  JSON.stringify({ email_address: [`user${nth}@example.com`], skip_password_requirement: true });

describe('a batch of calls from a file', () => {
  let dir: string;
  let sandbox: SandboxProgram;
  let relay: Relay;
  let env: Record<string, string>;
  beforeAll(async () => {
    dir = await scratchDirectory();
    sandbox = await startSandboxProgram('--seed', 'empty');
    relay = await Relay.to(sandbox.env.CLERK_API_URL ?? '');
    env = {
      ...sandbox.env,
      CLERK_API_URL: relay.url,
      CLERK_MCP_CLERK_LIMIT: '1000000',
      HOME: dir,
      XDG_STATE_HOME: join(dir, 'state'),
    };
  });
  afterAll(async () => {
    await relay.close();
    await endSandboxes();
  });

  const file = (name: string, lines: readonly string[]): string => {
    const path = join(dir, name);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  };
  const call = (args: readonly string[], stdin?: string): Promise<Ended> =>
    runCommand(['call', ...args], { env, ...(stdin === undefined ? {} : { stdin }) });
  const created = (): string[] =>
    relay.seen
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/users'))
      .map(({ body }) => (JSON.parse(body) as { email_address: string[] }).email_address[0] ?? '');

  it('goes on after kill -9 and Ctrl+C with what is not done, sends nothing twice and loses nothing', async () => {
    const users = file(
      'users.jsonl',
      Array.from({ length: COUNT }, (_, nth) => userLine(nth)),
    );
    const out = join(dir, 'results.jsonl');
    const args = ['call', CREATE, '--batch', users, '--out', out];
    const cutOff = async (after: number, signal: NodeJS.Signals): Promise<Ended> => {
      let child: ChildProcess | undefined;
      let sent = 0;
      relay.fate = ({ method }) => {
        if (method !== 'POST' || ++sent !== after) return 'pass';
        child?.kill(signal);
        // npm passes Ctrl+C on to a program that has it from the terminal already.
        child?.kill(signal);
        return 'pass';
      };
      child = spawn(process.execPath, [PROGRAM, ...args], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
      return ended(child).finally(() => {
        relay.fate = () => 'pass';
      });
    };

    expect(await cutOff(60, 'SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    expect(readdirSync(dir).filter((name) => name.startsWith('results'))).toEqual([]);
    const stopped = await cutOff(70, 'SIGINT');
    expect(stopped).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('Run the same command again') });
    expect(resultsIn(readFileSync(out, 'utf8')).filter(({ outcome }) => outcome === 'not_begun').length).toBeGreaterThan(0);
    expect(statSync(out).mode & 0o077).toBe(0);
    const left = readdirSync(dir, { recursive: true }).map(String);
    expect(left.filter((name) => /\.(?:lock|new)$/.test(name))).toEqual([]);

    const last = await call(args.slice(1));
    expect(last.stderr).toContain('Goes on with what is not done');
    const results = resultsIn(readFileSync(out, 'utf8'));
    expect(results.map(({ line }) => line)).toEqual(Array.from({ length: COUNT }, (_, nth) => nth + 1));
    // Only of calls under way when it was killed is the outcome unknown, and those are not made again.
    const unknown = results.filter(({ outcome }) => outcome === 'unknown');
    expect(unknown.length).toBeLessThanOrEqual(4);
    expect(last.code).toBe(unknown.length === 0 ? 0 : 1);
    const sent = created();
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.length + unknown.length).toBeGreaterThanOrEqual(COUNT);
    const page = (await sandbox.request('GET', '/users?limit=500')).body as { id: string }[];
    const ids = new Set(page.map(({ id }) => id));
    const done = results.filter(({ outcome }) => outcome === 'done');
    expect(done.length + unknown.length).toBe(COUNT);
    for (const { answer } of done) expect(ids.has(answer?.id ?? '')).toBe(true);

    const before = relay.seen.length;
    const again = await call(args.slice(1));
    expect(again.stderr).toContain('carried out before');
    expect(relay.seen.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('takes lines that name their operation from stdin, makes repeated ones once, and says by its exit code that some failed', async () => {
    const lines = [
      JSON.stringify({ operation: CREATE, arguments: JSON.parse(userLine(900)) }),
      JSON.stringify({ operation: CREATE, arguments: JSON.parse(userLine(901)) }),
      '',
      JSON.stringify({ operation: CREATE, arguments: JSON.parse(userLine(900)) }),
      JSON.stringify({ operation: 'Users_markBanned', arguments: { user_id: 'user_nobody' } }),
      JSON.stringify({ operation: 'Users_getTotalCount' }),
    ].join('\n');
    const refused = await call(['--batch', '-'], lines);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Nothing was sent') });
    const { code, stdout, stderr } = await call(['--batch', '-', '--yes', '--quiet'], lines);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('1 line repeats another') });
    const results = resultsIn(stdout);
    expect(results.map(({ line, outcome }) => [line, outcome])).toEqual([
      [1, 'done'],
      [2, 'done'],
      [4, 'done'],
      [5, expect.stringMatching(/^(failed|left_out)$/)],
      [6, 'done'],
    ]);
    expect(results[0]?.answer?.id).toBe(results[2]?.answer?.id);
    expect(created().filter((address) => address === 'user900@example.com')).toHaveLength(1);
    // The same once more makes only what failed; with --again all of it, once everything was tried.
    const before = created().length;
    await call(['--batch', '-', '--yes', '--quiet'], lines);
    expect(created().length).toBe(before);
    const again = resultsIn((await call(['--batch', '-', '--yes', '--quiet', '--again'], lines)).stdout);
    expect(again[0]).toMatchObject({ outcome: 'failed', error: 'form_identifier_exists' });
    expect(created().length).toBe(before + 2);
  });

  it.skipIf(withoutTerminal)(
    'shows all of a gated batch at a terminal, asks once, and shows how far it is there alone',
    async () => {
      const ids = await Promise.all(
        [700, 701].map(
          async (nth) => (await sandbox.request('POST', '/users', JSON.parse(userLine(nth)) as object)).body as { id: string },
        ),
      );
      const bans = file(
        'bans.jsonl',
        ids.map(({ id }) => JSON.stringify({ user_id: id })),
      );
      const args = ['call', 'Users_markBanned', '--batch', bans, '--out', join(dir, 'bans.results.jsonl')];
      const left = await runAtTerminal(args, env, [{ prompt: '[y/N]', text: '' }]);
      expect(left).toMatchObject({ code: 3, seen: expect.stringContaining('Nothing was sent.') });
      let goOn = (): void => {};
      const isShown = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      relay.fate = async ({ method }) => {
        if (method === 'POST') await isShown;
        return 'pass' as const;
      };
      const { code, seen } = await runAtTerminal(args, env, [{ prompt: '[y/N]', text: 'y' }], (so) => {
        if (so.includes(' of 2 calls')) goOn();
      });
      relay.fate = () => 'pass';
      expect({ code, seen }).toMatchObject({ code: 0, seen: expect.stringContaining('Done: 2 of 2.') });
      for (const name of ['user700@example.com', 'user701@example.com']) expect(seen).toContain(name);
      expect(seen).toMatch(/\d of 2 calls/);
      const more = file('more.jsonl', [JSON.stringify({ user_id: ids[0]?.id })]);
      const quiet = ['call', 'Users_removeBanFromUser', '--batch', more, '--yes', '--out', join(dir, 'more.results.jsonl')];
      const built = await runAtTerminal(quiet, { ...env, CI: 'true' }, []);
      expect(built).toMatchObject({ code: 0, seen: expect.not.stringMatching(/of 1 calls/) });
    },
  );

  it('sends nothing of calls that answer with a secret, without a folder for it, and nothing where Clerk is not there', async () => {
    const before = created().length;
    const keys = file('keys.jsonl', ['{"user_id":"user_1","expires_in_seconds":60}']);
    expect(await call(['SigninTokens_createToken', '--batch', keys, '--yes'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--secrets-dir'),
    });
    relay.fate = () => ({ status: 401 });
    const refused = await call([CREATE, '--batch', file('two.jsonl', [userLine(800), userLine(801)])]);
    relay.fate = () => 'pass';
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^clerk-mcp: [^\n]*nothing was sent[^\n]*\n$/),
    });
    expect(created().length).toBe(before);
  });

  it('names every bad line before anything is sent', async () => {
    const before = relay.seen.length;
    const bad = file('bad.jsonl', [userLine(1), '{"email_address":', '[]', '{"emial_address":["a@example.com"]}', userLine(2)]);
    const { code, stdout, stderr } = await call([CREATE, '--batch', bad]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const told = stderr.split('\n');
    expect(told).toEqual([
      expect.stringMatching(/^clerk-mcp: bad\.jsonl, line 2: no valid JSON \(column \d+\)\.$/),
      'clerk-mcp: bad.jsonl, line 3: a line is one JSON object.',
      expect.stringMatching(/^clerk-mcp: bad\.jsonl, line 4: emial_address: no such input\. Did you mean email_address/),
      'clerk-mcp: Nothing was sent.',
      '',
    ]);
    expect(relay.seen.length).toBe(before);
    const mixed = await call(
      ['--batch', '-'],
      '{"operation":"Users_bann"}\n{"email_address":[]}\n{"operation":"Users_ban","x":1}\n',
    );
    expect(mixed.stderr).toMatch(
      /line 1: no operation .* Did you mean .*\n.*line 2: a line has "operation".*\n.*line 3: .*not x/,
    );
    expect(await call([CREATE, '--batch', join(dir, 'none.jsonl')])).toMatchObject({
      code: 2,
      stderr: `clerk-mcp: --batch: ${join(dir, 'none.jsonl')} cannot be read: there is no such file (ENOENT).\n`,
    });
    const taken = file('taken.txt', ['mine']);
    expect(await call([CREATE, '--batch', file('one.jsonl', [userLine(1)]), '--out', taken])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not the report of a batch'),
    });
    expect(readFileSync(taken, 'utf8')).toBe('mine\n');
    const nowhere = join(dir, 'no', 'such', 'results.jsonl');
    expect(await call([CREATE, '--batch', file('one.jsonl', [userLine(950)]), '--yes', '--out', nowhere])).toMatchObject({
      code: 2,
      stderr: `clerk-mcp: --out: ${nowhere} cannot be written: there is no such folder: make it first (ENOENT).\n`,
    });
    expect(created()).not.toContain('user950@example.com');
    expect(await call(['Users_getTotalCount', '--out', 'x'])).toMatchObject({
      code: 2,
      stderr: 'clerk-mcp: --out goes with --batch FILE.\n',
    });
    expect(await call([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Name the tool') });
  });
});
