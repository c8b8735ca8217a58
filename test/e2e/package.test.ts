import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnv, type Ended, ended } from '../support/program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LIST = 'Users_listSortedByCreationDate';

/** The packed program, installed into an empty folder without a network. */
let folder: string;
let bin: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clerk-mcp-package-'));
  // The program was built before the tests; packing builds it anew in the folder that other tests run it from.
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  ) as { filename: string }[];
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--offline', join(folder, packed?.filename ?? '')], { cwd: folder, stdio: 'ignore' });
  bin = join(folder, 'node_modules/clerk-mcp/dist/cli.js');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const start = (args: readonly string[], env: Record<string, string> = {}) =>
  spawn(process.execPath, [bin, ...args], { cwd: folder, env: childEnv({ HOME: folder, ...env }), stdio: 'pipe' });

const run = (args: readonly string[], env?: Record<string, string>): Promise<Ended> => {
  const child = start(args, env);
  child.stdin.end();
  return ended(child);
};

describe('the published package', { timeout: 60_000 }, () => {
  it('brings no other package along', () => {
    const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: object;
    };
    expect(Object.keys(packages)).toEqual(['node_modules/clerk-mcp']);
  });

  it('has no script that runs when it is installed', () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'node_modules/clerk-mcp/package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toHaveProperty(name);
  });

  it('carries the licenses of what is in it', () => {
    const text = readFileSync(join(folder, 'node_modules/clerk-mcp/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of [
      'zod',
      'undici',
      'pino',
      '@modelcontextprotocol/server',
      '@simplewebauthn/server',
      '@simplewebauthn/browser',
    ])
      expect(text).toMatch(new RegExp(`^${name} \\d\\S* \\(`, 'm'));
    // What only builds and tests is not in the program.
    expect(text).not.toMatch(/^(esbuild|typescript|vitest) /m);
  });

  it('calls, over stdio and in a terminal', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [bin, '--sandbox'], env: childEnv(), stderr: 'ignore' }),
    );
    expect((await client.callTool({ name: LIST, arguments: { limit: 1 } })).isError).toBeFalsy();
    await client.close();

    const { code, stdout } = await run(['call', LIST, '{"limit":1}', '--sandbox']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('data');
  });

  it('serves Streamable HTTP, HTTP+SSE and the page of approvals', async () => {
    const child = start(['http', '--sandbox', '--port', '0', '--auth', 'none']);
    const over = ended(child);
    const origin = await listening(child);
    for (const transport of [
      new StreamableHTTPClientTransport(new URL('/mcp', origin)),
      new SSEClientTransport(new URL('/sse', origin)),
    ]) {
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(transport as StreamableHTTPClientTransport);
      expect((await client.callTool({ name: LIST, arguments: { limit: 1 } })).isError).toBeFalsy();
      await client.close();
    }
    const page = await fetch(new URL('/approvals', origin));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<!doctype html>');
    child.kill('SIGTERM');
    expect((await over).code).toBe(0);
  });

  it('serves the sandbox', async () => {
    const child = start(['sandbox', '--port', '0']);
    const over = ended(child);
    const lines = await firstLines(child.stdout, /CLERK_SECRET_KEY=(\S+)/);
    const [, url = ''] = /CLERK_API_URL=(\S+)/.exec(lines) ?? [];
    const [, key = ''] = /CLERK_SECRET_KEY=(\S+)/.exec(lines) ?? [];
    const { status } = await fetch(`${url}/v1/users`, { headers: { Authorization: `Bearer ${key}` } });
    expect(status).toBe(200);
    child.kill('SIGTERM');
    expect((await over).code).toBe(0);
  });

  it('examines itself and writes the entry of a client', async () => {
    const doctor = await run(['doctor', '--sandbox']);
    expect([doctor.code, doctor.stderr]).toEqual([0, '']);
    const init = await run(['init', '--client', 'cursor', '--sandbox']);
    expect(init.code).toBe(0);
    expect(existsSync(join(folder, '.cursor/mcp.json'))).toBe(true);
  });

  it('brings the jobs along, as files and in the program', async () => {
    const names = readdirSync(join(folder, 'node_modules/clerk-mcp/skills')).sort();
    expect(names).toContain('offboard-person');
    const copied = await run(['skills', 'install', '--dir', join(folder, 'copied')]);
    expect([copied.code, copied.stderr]).toEqual([0, '']);
    for (const name of names) {
      const [mine, theirs] = [join(folder, 'copied', name), join(folder, 'node_modules/clerk-mcp/skills', name)];
      expect(readFileSync(join(mine, 'SKILL.md'), 'utf8')).toBe(readFileSync(join(theirs, 'SKILL.md'), 'utf8'));
    }
  });

  it('is a library', () => {
    const program = "import('clerk-mcp').then(({ createFetchHandler }) => process.stdout.write(typeof createFetchHandler))";
    expect(execFileSync(process.execPath, ['-e', program], { cwd: folder }).toString()).toBe('function');
  });
});

/** The address that the log tells. */
async function listening(child: ReturnType<typeof start>): Promise<string> {
  const said = await firstLines(child.stderr, /listening on .*\n/);
  const line = said.split('\n').find((one) => one.includes('listening on ')) ?? '{}';
  return String((JSON.parse(line) as { url: string }).url);
}

/** What a stream says until it has said something that matches. */
function firstLines(stream: NodeJS.ReadableStream, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
      if (wanted.test(said)) resolve(said);
    });
    stream.once('end', () => reject(new Error(`ended after: ${said}`)));
  });
}
