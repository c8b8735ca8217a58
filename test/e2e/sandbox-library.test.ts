import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClerkClient } from '@clerk/backend';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { startSandbox as StartSandbox } from '../../src/sandbox/library.js';
import { browserPath, isBrowserLeftOut } from '../support/browser.js';
import { childEnv, ended } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the built package exports. */
const { startSandbox } = (await import(new URL('../../dist/sandbox.js', import.meta.url).href)) as {
  startSandbox: typeof StartSandbox;
};

const started: Awaited<ReturnType<typeof StartSandbox>>[] = [];
const start = async (options: Parameters<typeof StartSandbox>[0] = {}) => {
  const sandbox = await startSandbox(options);
  started.push(sandbox);
  return sandbox;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()));
});

const ADA = { id: 'user_ada', first_name: 'Ada', email_addresses: ['ada@example.com'] };
const clerkOf = ({ address, secretKey }: { address: string; secretKey: string }) =>
  createClerkClient({ apiUrl: address, secretKey, telemetry: { disabled: true } });

describe('startSandbox', () => {
  it('gives what the SDK needs, and tells of requests and their answers', async () => {
    const sandbox = await start({ seed: { users: [ADA] } });
    expect(sandbox.env).toEqual({
      CLERK_API_URL: sandbox.address,
      CLERK_SECRET_KEY: sandbox.secretKey,
      CLERK_PUBLISHABLE_KEY: sandbox.publishableKey,
    });
    expect((await clerkOf(sandbox).users.getUser('user_ada')).firstName).toBe('Ada');
    expect(sandbox.requests()).toMatchObject([
      { method: 'GET', path: '/users/user_ada', operation: 'Users_getUserDetails', status: 200, answer: { first_name: 'Ada' } },
    ]);
  });

  it('adds seeds, forgets with a reset what came after the start, and says where a seed is wrong', async () => {
    const sandbox = await start({ seed: { users: [ADA], roles: [{ key: 'org:clerk', name: 'Clerk' }] } });
    const { users, organizations } = clerkOf(sandbox);
    await sandbox.seed({
      users: [{ id: 'user_bob', email_addresses: ['bob@example.com'] }],
      organizations: [{ id: 'org_acme', name: 'Acme', members: [{ user: 'ada@example.com', role: 'org:admin' }] }],
    });
    expect(await users.getCount()).toBe(2);
    expect((await organizations.getOrganizationMembershipList({ organizationId: 'org_acme' })).totalCount).toBe(1);
    await expect(sandbox.seed({ sessions: [{ user: 'nobody' }] })).rejects.toThrow(/sessions\.0.*nobody/);
    await sandbox.reset();
    expect(await users.getCount()).toBe(1);
  });

  it('moves the clock', async () => {
    const sandbox = await start({ seed: { users: [ADA], sessions: [{ id: 'sess_1', user: 'user_ada' }] } });
    const { sessions } = clerkOf(sandbox);
    expect((await sessions.getSession('sess_1')).status).toBe('active');
    await sandbox.advance(8 * 24 * 60 * 60 * 1000);
    expect((await sessions.getSession('sess_1')).status).toBe('expired');
    await expect(sandbox.advance(-1)).rejects.toThrow(RangeError);
    await expect(sandbox.advance(0.5)).rejects.toThrow(RangeError);
  });

  it('sets faults in place of others, and lifts them', async () => {
    const sandbox = await start({ seed: { users: [ADA] }, faults: { fault: 'error', status: 502 } });
    const { users } = clerkOf(sandbox);
    await expect(users.getCount()).rejects.toMatchObject({ status: 502 });
    await sandbox.faults({ fault: 'rate_limit', operations: 'Users', retry_after: 7 });
    await expect(users.getCount()).rejects.toMatchObject({ status: 429, retryAfter: 7 });
    await sandbox.faults();
    expect(await users.getCount()).toBe(1);
    await sandbox.reset();
    await expect(users.getCount()).rejects.toMatchObject({ status: 502 });
    await expect(sandbox.faults({ fault: 'error', operations: 'Useres' })).rejects.toThrow(/Useres.*Did you mean Users/);
  });

  it('tells of webhooks and messages', async () => {
    const receiver = await RecordingServer.start();
    const sandbox = await start({ webhooks: [{ url: receiver.origin, events: ['user.*'] }] });
    await sandbox.seed({ users: [ADA] });
    await clerkOf(sandbox).invitations.createInvitation({ emailAddress: 'bob@example.com' });
    await clerkOf(sandbox).users.updateUser('user_ada', { lastName: 'Lovelace' });
    expect(await sandbox.webhooks()).toMatchObject([{ type: 'user.updated', status: 'delivered', object_id: 'user_ada' }]);
    expect(sandbox.env.CLERK_WEBHOOK_SIGNING_SECRET).toMatch(/^whsec_/);
    expect(await sandbox.messages()).toMatchObject([{ slug: 'invitation', to_email_address: 'bob@example.com' }]);
    await receiver.stop();
  });

  it('gives the cookies of a session that is there', async () => {
    const sandbox = await start({ seed: { users: [ADA], sessions: [{ id: 'sess_1', user: 'user_ada' }] } });
    const page = { origin: 'http://localhost:3000' };
    const cookies = await sandbox.cookies('sess_1', page);
    expect(cookies.map(({ name }) => name)).toEqual(['__session', '__client_uat', '__clerk_db_jwt']);
    await expect(sandbox.cookies('sess_2', page)).rejects.toThrow('sess_2');
    expect(await sandbox.cookies('sess_1')).toHaveLength(3);
  });
});

describe('what cannot be started', () => {
  const wrong = {
    sede: [{ sede: {} }, /Unrecognized key: "sede"/],
    port: [{ port: 'x' }, /port/],
    now: [{ now: 5 }, /must be a function[\s\S]*now/],
    'an empty key': [{ secretKey: '' }, /must not be empty[\s\S]*secretKey/],
    'a word for a seed': [{ seed: 'dem' }, /must be a description, 'demo' or 'empty'/],
    'a seed': [{ seed: { sessions: [{ user: 'nobody' }] } }, /^seed: sessions\.0: no user/],
    faults: [{ faults: { fault: 'none' } }, /^faults:/],
  } as const;

  it.each(Object.entries(wrong))('%s: is refused with what is wrong', async (_, [options, message]) => {
    await expect(startSandbox(options as never)).rejects.toThrow(message);
  });

  it('a port that is taken is refused with a way out', async () => {
    const { address } = await start();
    await expect(startSandbox({ port: Number(new URL(address).port) })).rejects.toThrow(/is taken\. Leave port out/);
  });

  it('leaves nothing behind that would keep a process alive', async () => {
    const library = new URL('../../dist/sandbox.js', import.meta.url).href;
    const all = JSON.stringify(Object.values(wrong).map(([options]) => options));
    const script = `const { startSandbox } = await import(${JSON.stringify(library)});
for (const options of ${all}) await startSandbox(options).then(() => process.exit(1), () => {});`;
    const { code } = await ended(
      spawn(process.execPath, ['--input-type=module', '-e', script], { env: childEnv(), stdio: 'pipe' }),
    );
    expect(code).toBe(0);
  });
});

describe('the package', () => {
  const project = mkdtempSync(join(tmpdir(), 'clerk-mcp-sandbox-'));
  const modules = join(project, 'node_modules');
  const run = (...args: string[]) =>
    ended(
      spawn(process.execPath, args, { cwd: project, env: { ...childEnv(), CI: '1', CHROMIUM: browserPath() }, stdio: 'pipe' }),
    );

  /** A project of its own that has the package as it is published, beside the tools of ours. */
  beforeAll(() => {
    mkdirSync(modules);
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], { cwd: root });
    const [archive = ''] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['xzf', archive, '--one-top-level=node_modules/clerk-mcp', '--strip-components=1'], { cwd: project });
    for (const name of ['@clerk', '@playwright', '@types', 'vitest'])
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    cpSync(join(root, 'examples'), join(project, 'examples'), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  }, 120_000);

  it('has types by which the examples compile, and others do not', { timeout: 120_000 }, async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const examples = [
      'examples/vitest/rename-user.test.ts',
      'examples/playwright/greeting.spec.ts',
      'examples/playwright/playwright.config.ts',
    ];
    writeFileSync(
      join(project, 'wrong.ts'),
      "import { startSandbox } from 'clerk-mcp/sandbox';\nawait startSandbox({ seed: { users: [{ first_nam: 'Ada' }] } });\n",
    );
    const { stdout } = await run(tsc, ...flags, ...examples, 'wrong.ts');
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^wrong\.ts\(2,.*first_nam/)]);
  });

  it('is what the example for vitest runs on', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await run(join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'examples/vitest');
    expect([code, stdout + stderr]).toEqual([0, expect.stringMatching(/3 passed/)]);
  });

  it.skipIf(isBrowserLeftOut)('is what the example for Playwright runs on', { timeout: 120_000 }, async () => {
    const cli = join(root, 'node_modules/@playwright/test/cli.js');
    const { code, stdout, stderr } = await run(
      cli,
      'test',
      '--config',
      'examples/playwright/playwright.config.ts',
      '--reporter',
      'line',
    );
    expect([code, stdout + stderr]).toEqual([0, expect.stringMatching(/2 passed/)]);
  });
});
