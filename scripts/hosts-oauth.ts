/**
 * Signs the MCP Inspector in at the built server, on its sandbox, with an issuer of our own: what `npm run hosts:oauth`
 * does. It fetches the Inspector, whose tree is too large for the development dependencies, so it is no part of CI. Needs
 * Chromium, and a Node that the Inspector takes. Arguments are another command for it than npx with the newest version.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.js';
import { freePort } from '../test/support/free-port.js';
import { startHttp, stopAll } from '../test/support/http-program.js';
import { makeOpener, type Opener } from '../test/support/opener.js';
import { signInAndAgree, startSignInIssuer } from '../test/support/sign-in-issuer.js';

const [, , ...GIVEN] = process.argv;
const INSPECTOR = GIVEN.length > 0 ? GIVEN : ['npx', '--yes', '@modelcontextprotocol/inspector'];
/** It opens a browser without a terminal, and keeps what it is given. */
const QUIET = { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' };
const DEADLINE_MS = 60_000;
const LOOK_MS = 200;

const WITH_PASSWORD = '{"email_address":["x@example.com"],"password":"correct horse battery"}';

const ENDPOINTS = [
  ['/mcp', ['--protocol-era', 'legacy']],
  ['/mcp', ['--protocol-era', 'modern']],
  ['/sse', ['--transport', 'sse']],
] as const;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the Inspector; `meanwhile` is what its person does. */
async function inspect(args: readonly string[], env: Record<string, string>, meanwhile: () => Promise<void>): Promise<Run> {
  const [command = 'npx', ...first] = INSPECTOR;
  const child = spawn(command, [...first, '--cli', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => err.push(String(chunk)));
  const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const ended = new Promise<Run>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: out.join(''), stderr: err.join('') }));
  });
  const [run] = await Promise.all([ended, Promise.race([meanwhile(), ended])]);
  clearTimeout(late);
  return run;
}

async function opened({ addresses }: Opener, n: number): Promise<string> {
  const until = Date.now() + DEADLINE_MS;
  while (Date.now() < until) {
    const all = await addresses();
    if (all.length >= n) return all.at(-1) ?? '';
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error('no browser was opened');
}

async function signInFrom(browser: Browser, opener: Opener, n: number, sub: string, scopes: readonly string[]): Promise<void> {
  const page = await browser.newPage();
  await signInAndAgree(page, await opened(opener, n), sub, scopes);
  await page.waitForLoadState();
  await page.close();
}

/** The page of the Inspector, from its first look at the server to the list of tools. */
async function inspectInBrowser(browser: Browser, url: string): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), 'hosts-oauth-'));
  const opener = await makeOpener(home);
  const [command = 'npx', ...first] = INSPECTOR;
  const env = { ...opener.env, ...QUIET, HOME: home, CLIENT_PORT: String(await freePort()) };
  const args = [...first, '--web', '--server-url', `${url}/mcp`, '--transport', 'http'];
  const child = spawn(command, args, { env, stdio: 'ignore', detached: true });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto(await opened(opener, 1));
    await page.getByRole('switch').first().click({ force: true });
    await page.getByLabel('Subject').waitFor();
    await signInAndAgree(page, page.url(), 'user_page', ['clerk:read']);
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByText('Tools', { exact: true }).first().click();
    await page.getByText('Users_getTotalCount').first().waitFor();
    return (await page.getByText('Users_createNewUser').count()) === 0;
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const issuer = await startSignInIssuer();
  const browser = await launchBrowser();
  let failures = 0;
  try {
    const port = await freePort();
    const oauth = ['--auth', 'oauth', '--issuer', issuer.issuer, '--audience', `http://127.0.0.1:${port}/mcp`];
    const server = await startHttp({ args: ['--sandbox', '--port', String(port), ...oauth] });
    const isListed = await inspectInBrowser(browser, server.url);
    if (!isListed) failures++;
    process.stdout.write(`${isListed ? 'ok  ' : 'FAIL'} the page: signs in and lists\n`);
    for (const [path, more] of ENDPOINTS) {
      const home = await mkdtemp(join(tmpdir(), 'hosts-oauth-'));
      await mkdir(join(home, 'bin'));
      const opener = await makeOpener(join(home, 'bin'));
      const env = {
        ...opener.env,
        HOME: home,
        MCP_AUTO_OPEN_ENABLED: 'true',
        MCP_INSPECTOR_SECRET_STORE: 'file',
        MCP_OAUTH_CALLBACK_URL: `http://127.0.0.1:${await freePort()}/oauth/callback`,
      };
      const target = ['--server-url', `${server.url}${path}`, ...more, '--format', 'json'];
      const tell = (what: string, isGood: boolean, { code, stdout, stderr }: Run): void => {
        if (!isGood) failures++;
        const why = isGood ? '' : `\n  exit code ${code}\n  ${stdout.slice(0, 500)}\n  ${stderr.slice(0, 2000)}`;
        process.stdout.write(`${isGood ? 'ok  ' : 'FAIL'} ${path} ${more.join(' ')}: ${what}${why}\n`);
      };
      const list = await inspect([...target, '--method', 'tools/list'], env, () =>
        signInFrom(browser, opener, 1, 'user_inspector', ['clerk:read', 'clerk:write']),
      );
      tell(
        'signs in and lists',
        list.stdout.includes('Users_getTotalCount') && !list.stdout.includes('Users_deleteUserById'),
        list,
      );
      const call = await inspect(
        [...target, '--method', 'tools/call', '--tool-name', 'Users_getTotalCount'],
        env,
        async () => {},
      );
      tell('calls with what it keeps', call.stdout.includes('total_count'), call);
      // The Inspector keeps to its first sign-in where a call needs one scope more, as this one does with a password: it says
      // so, and --relogin is its way on. Over HTTP+SSE the answer itself says which scope is lacking.
      const write = ['--tool-name', 'Users_createNewUser', '--tool-args-json', WITH_PASSWORD];
      const lacking = await inspect([...target, '--method', 'tools/call', ...write], env, async () => {});
      tell('is refused for want of a scope', lacking.code !== 0 || lacking.stdout.includes('insufficient_scope'), lacking);
      const again = await inspect([...target, '--relogin', '--method', 'tools/call', ...write], env, () =>
        signInFrom(browser, opener, 2, 'user_inspector', ['clerk:read', 'clerk:write', 'clerk:access']),
      );
      tell('signs in anew with more scopes', again.stdout.includes('confirm'), again);
      await rm(home, { recursive: true, force: true });
    }
  } finally {
    await browser.close();
    await stopAll();
    await issuer.stop();
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

await main();
