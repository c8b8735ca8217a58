import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getMcpConfigForManifest, type McpbManifestAny, unpackExtension } from '@anthropic-ai/mcpb';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnv } from '../support/program.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory } from '../support/scratch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = await scratchDirectory();
const bundle = join(scratch, 'clerk-mcp.mcpb');
const unpacked = join(scratch, 'unpacked');
const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  engines: { node: string };
  files: string[];
};

let manifest: McpbManifestAny;
let sandbox: SandboxProgram;

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/bundle.mjs'), bundle]);
  expect(await unpackExtension({ mcpbPath: bundle, outputDir: unpacked, silent: true })).toBe(true);
  manifest = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as McpbManifestAny;
  sandbox = await startSandboxProgram();
}, 120_000);
afterAll(endSandboxes);

/** How Claude Desktop starts it, once a person has filled in the form. */
const configFor = (userConfig: Record<string, string | boolean>) =>
  getMcpConfigForManifest({ manifest, extensionPath: unpacked, systemDirs: {}, userConfig, pathSeparator: '/' });

async function toolsWith(userConfig: Record<string, string | boolean>): Promise<{ names: string[]; users: unknown }> {
  const { CLERK_API_URL = '', CLERK_SECRET_KEY = '' } = sandbox.env;
  const config = await configFor({ secret_key: CLERK_SECRET_KEY, ...userConfig });
  expect(config?.command).toBe('node');
  expect(JSON.stringify(config?.args)).not.toContain(CLERK_SECRET_KEY);
  const client = new Client({ name: 'test', version: '1' });
  const env = childEnv({ ...config?.env, CLERK_API_URL });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: config?.args ?? [], env, cwd: scratch, stderr: 'ignore' }),
  );
  const { tools } = await client.listTools();
  const users = await client.callTool({ name: 'Users_listSortedByCreationDate', arguments: { limit: 1 } }).catch(() => undefined);
  await client.close();
  return { names: tools.map(({ name }) => name), users };
}

describe('the bundle for Claude Desktop', () => {
  it('has a manifest that mcpb validate takes', () => {
    const cli = fileURLToPath(new URL('cli/cli.js', import.meta.resolve('@anthropic-ai/mcpb')));
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'validate', join(unpacked, 'manifest.json')], {
      encoding: 'utf8',
    });
    expect(status, stdout + stderr).toBe(0);
    expect(manifest.version).toBe(pkg.version);
    expect(manifest.compatibility?.runtimes?.node).toBe(pkg.engines.node);
  });

  it('holds what is needed to run, and no more', () => {
    const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(unpacked, path)).isFile(),
    );
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'dist/cli.js', 'manifest.json', 'package.json']));
    expect(files.filter((path) => !/^(dist\/chunks\/[\w.-]+\.js|plans\/[\w-]+\.yml)$/.test(path)).sort()).toEqual([
      'LICENSE',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/approvals-chart.js',
      'dist/approvals-page.js',
      'dist/cli.js',
      'dist/known-answers.json',
      'dist/manifest.json',
      'dist/output-schemas.json',
      'dist/package.json',
      'dist/skills.json',
      'dist/start.js',
      'manifest.json',
      'package.json',
    ]);
    expect(statSync(bundle).size).toBeLessThan(2_300_000);
  });

  it('asks for the key as a secret, and for nothing that could be misspelt', async () => {
    expect(manifest.user_config?.secret_key).toMatchObject({ sensitive: true });
    const free = Object.entries(manifest.user_config ?? {}).filter(([, { type }]) => type === 'string');
    expect(free.map(([name]) => name)).toEqual(['secret_key']);
    const config = await configFor({});
    expect(JSON.stringify(config?.env)).not.toContain('${');
  });

  it('says what to do where neither the key was filled in nor the sandbox chosen', async () => {
    const config = await configFor({});
    const { status, stderr, stdout } = spawnSync(process.execPath, config?.args ?? [], {
      env: childEnv(config?.env),
      input: '',
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/CLERK_SECRET_KEY.*--sandbox/s);
  });

  it('works on the sandbox where that is chosen, without a key', async () => {
    const { names, users } = await toolsWith({ sandbox: true, secret_key: '' });
    expect(names).toContain('Users_markBanned');
    expect(users).toMatchObject({ content: [{ type: 'text', text: expect.stringContaining('user_') }] });
  });

  it('serves all tools when only the key was filled in', async () => {
    const { names, users } = await toolsWith({});
    expect(names).toContain('Users_markBanned');
    expect(names).not.toContain('Clients_listSortedByCreationDate');
    expect(users).toMatchObject({ content: [{ type: 'text', text: expect.stringContaining('user_') }] });
  });

  it.each<[string, Record<string, string | boolean>, string, string]>([
    ['read only', { read_only: true }, 'Users_getUserDetails', 'Users_markBanned'],
    ['a search', { discovery: true }, 'search_operations', 'Users_getUserDetails'],
    ['a policy', { policy: join(root, 'examples/policy.example.json') }, 'Users_getUserDetails', 'search_operations'],
  ])('serves %s', async (_, userConfig, there, away) => {
    const { names } = await toolsWith(userConfig);
    expect(names).toContain(there);
    expect(names).not.toContain(away);
  });

  it('lands in no commit and in no package', () => {
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('*.mcpb');
    expect(pkg.files.filter((path) => /mcpb|bundle/.test(path))).toEqual([]);
  });
});
