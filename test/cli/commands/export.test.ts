import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnv, type Ended, ended, PROGRAM } from '../../support/program.js';
import { type Fate, Relay } from '../../support/relay.js';
import { runCommand } from '../../support/run-command.js';
import { endSandboxes, startSandboxProgram } from '../../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../../support/scratch.js';
import { runAtTerminal, withoutTerminal } from '../../support/terminal.js';

const SEED = {
  users: Array.from({ length: 1100 }, (_, nth) => ({
    id: `user_${String(nth).padStart(4, '0')}`,
    email_addresses: [`user${nth}@example.com`],
  })),
  organizations: Array.from({ length: 8 }, (_, nth) => ({
    id: `org_${nth}`,
    name: `Company ${nth}`,
    created_by: 'user_0000',
    members: [{ user: 'user_0001', role: 'org:admin' }],
  })),
};

describe('an export that is disturbed', () => {
  let dir: string;
  let relay: Relay;
  let env: Record<string, string>;
  let undisturbed: string;
  beforeAll(async () => {
    dir = await scratchDirectory();
    const sandbox = await startSandboxProgram('--now', '2026-01-15T12:00:00Z', '--seed', await scratchFile(dir, SEED));
    relay = await Relay.to(sandbox.env.CLERK_API_URL ?? '');
    env = { ...sandbox.env, CLERK_API_URL: relay.url };
    const whole = join(dir, 'whole.json');
    expect(await runCommand(['export', whole], { env })).toMatchObject({ code: 0, stderr: '' });
    undisturbed = readFileSync(whole, 'utf8');
  });
  afterAll(async () => {
    await relay.close();
    await endSandboxes();
  });

  /** Runs it, and lets the test decide about each request by its number. */
  const run = async (file: string, fate: (nth: number, path: string, child: ChildProcess) => Fate): Promise<Ended> => {
    let nth = 0;
    let child: ChildProcess | undefined;
    relay.fate = ({ path }) => (child === undefined ? 'pass' : fate(++nth, path, child));
    child = spawn(process.execPath, [PROGRAM, 'export', file], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
    return ended(child).finally(() => {
      relay.fate = () => 'pass';
    });
  };
  const beside = (file: string): string[] => readdirSync(dir).filter((name) => name.startsWith(file.slice(dir.length + 1)));

  it('outlasts limits, faults of Clerk and broken connections, and ends with the same', async () => {
    const file = join(dir, 'faults.json');
    const faults: Record<number, Fate> = {
      2: { status: 429, headers: { 'retry-after': '0' } },
      3: { status: 500 },
      4: 'reset',
      7: { status: 500 },
      8: { status: 502 },
    };
    expect(await run(file, (nth) => faults[nth] ?? 'pass')).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(undisturbed);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(beside(file)).toEqual(['faults.json']);
  });

  it('goes on after kill -9 and Ctrl+C where it stopped, and reads nothing again that it has', async () => {
    const file = join(dir, 'cut.json');
    const killed = await run(file, (_, path, child) => {
      if (path.includes('org_2')) child.kill('SIGKILL');
      return 'pass';
    });
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    expect(beside(file)).toContain('cut.json.part');
    expect(statSync(`${file}.part`).mode & 0o077).toBe(0);

    const from = relay.seen.length;
    const stopped = await run(file, (_, path, child) => {
      // npm passes Ctrl+C on to a program that has it from the terminal already.
      if (path.includes('org_6')) for (const _ of ['the terminal', 'npm']) child.kill('SIGINT');
      return 'pass';
    });
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(stopped.stderr).toMatch(
      /^clerk-mcp: Goes on with the export of .* rows are read\. .*\nclerk-mcp: Stopped\. \d+ rows are kept in .*cut\.json\.part: run the same command again .*\n$/,
    );
    // Neither a lock nor a draft is left; what was read is.
    expect(beside(file)).toEqual(['cut.json.part']);

    expect(await run(file, () => 'pass')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1100 users, 8 organizations'),
    });
    expect(readFileSync(file, 'utf8')).toBe(undisturbed);
    expect(beside(file)).toEqual(['cut.json']);
    const later = relay.seen.slice(from).map(({ path }) => path);
    expect(later.filter((path) => path.startsWith('/users') || path.startsWith('/organizations?'))).toEqual([]);
  });

  it('goes on after a line that was cut off, more than once, and never with a file that was damaged', async () => {
    const file = join(dir, 'torn.json');
    const part = `${file}.part`;
    const giveUpAt = (organization: string) => run(file, (_, path) => (path.includes(organization) ? { status: 403 } : 'pass'));
    expect(await giveUpAt('org_2')).toMatchObject({ code: 1 });
    // What kill -9 or a full disk leaves.
    appendFileSync(part, '{"list":"OrganizationMemberships_getAllMembers org_7","rows":[{"public_user_data":{"first_name":"É');
    expect(await giveUpAt('org_6')).toMatchObject({ code: 1, stderr: expect.stringContaining('Goes on with the export') });
    const kept = readFileSync(part, 'utf8');
    const lines = kept.split('\n').slice(0, -1);
    expect(() => lines.map((line) => JSON.parse(line))).not.toThrow();

    for (const bad of ['\0\0\0', 'null', '{"list":"Domains_getAllDomains","rows":7,"whole":true}', '{"list":']) {
      writeFileSync(part, `${kept}${bad}\n`);
      expect(await run(file, () => 'pass')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `clerk-mcp: ${part} was damaged or changed, and cannot be continued. Start again with --fresh.\n`,
      });
    }
    writeFileSync(part, kept);
    expect(await run(file, () => 'pass')).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toBe(undisturbed);
  });

  it('says in one line how to go on where it gives up, and goes on only with what is its own', async () => {
    const file = join(dir, 'given-up.json');
    const gaveUp = await run(file, (_, path) => (path.includes('org_3') ? { status: 403 } : 'pass'));
    expect(gaveUp).toMatchObject({ code: 1, stdout: '' });
    expect(gaveUp.stderr).toMatch(
      /^clerk-mcp: [^\n]* rows are kept in [^\n]*\.part: run the same command again to go on [^\n]*\n$/,
    );
    const other = await runCommand(['export', file], { env: { ...env, CLERK_SECRET_KEY: 'sk_test_another' } });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('begun on another instance') });
    writeFileSync(`${join(dir, 'mine.json')}.part`, 'mine\n');
    const mine = await runCommand(['export', join(dir, 'mine.json')], { env });
    expect(mine).toMatchObject({ code: 2, stderr: expect.stringContaining('is not an export') });
    // Nor does --fresh make room where something else is.
    for (const text of ['mine\n', 'mine, without an end']) {
      writeFileSync(`${join(dir, 'mine.json')}.part`, text);
      expect(await runCommand(['export', join(dir, 'mine.json'), '--fresh'], { env })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('is not an export'),
      });
      expect(readFileSync(`${join(dir, 'mine.json')}.part`, 'utf8')).toBe(text);
    }
    const from = relay.seen.length;
    expect(await runCommand(['export', file, '--fresh'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(relay.seen.slice(from).some(({ path }) => path.startsWith('/users'))).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(undisturbed);
  });

  it.skipIf(withoutTerminal)('shows at a terminal how far it is, unless it is to be quiet', async () => {
    let goOn = (): void => {};
    const isShown = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    relay.fate = async ({ path }) => {
      if (path.includes('org_2')) await isShown;
      return 'pass' as const;
    };
    const shown = await runAtTerminal(['export', join(dir, 'shown.json')], env, [], (seen) => {
      if (seen.includes(' users and organizations')) goOn();
    });
    relay.fate = () => 'pass';
    expect(shown).toMatchObject({ code: 0, seen: expect.stringMatching(/\d+ of 1108 users and organizations/) });
    const quiet = await runAtTerminal(['export', join(dir, 'quiet.json'), '--quiet'], env, []);
    expect(quiet).toMatchObject({ code: 0, seen: expect.not.stringContaining('users and organizations') });
  });

  it('keeps nothing where nothing was read, and says so in one line', async () => {
    const file = join(dir, 'dead.json');
    const dead = await runCommand(['export', file], { env: { ...env, CLERK_API_URL: 'http://127.0.0.1:9' } });
    expect(dead).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^clerk-mcp: No connection to Clerk [^\n]*\n$/),
    });
    expect(beside(file)).toEqual([]);
  });
});
