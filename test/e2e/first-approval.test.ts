import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it, vi } from 'vitest';
import { PASSPHRASE } from '../support/approvers.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { childEnv, PROGRAM, toResult } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory } from '../support/scratch.js';
import { runAtTerminal, withoutTerminal } from '../support/terminal.js';

// Every step is a program of its own.
vi.setConfig({ testTimeout: 120_000 });

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');

async function emptyMachine(): Promise<{ home: string; env: Record<string, string> }> {
  const home = await mkdtemp(join(scratch, 'home-'));
  return { home, env: { HOME: home } };
}

interface Config {
  readonly mcpServers: { readonly clerk: { command: string; args: string[]; env: Record<string, string> } };
}

const init = (...more: string[]): string[] => ['init', '--client', 'claude-desktop', ...more];

/** As docs/approvals.md describes it, from a machine that has nothing to the first ban. */
describe('the first approval', () => {
  it.skipIf(withoutTerminal)('takes init, the key, and a word', async () => {
    const { home, env } = await emptyMachine();
    const { code, seen } = await runAtTerminal(init(), env, [
      { prompt: 'Your name', text: 'ann' },
      { prompt: 'Passphrase of ann', text: PASSPHRASE },
      { prompt: 'Once more', text: PASSPHRASE },
    ]);
    expect({ code, seen }).toMatchObject({ code: 0, seen: expect.stringContaining('ann can approve from now on') });
    expect(seen).not.toContain(PASSPHRASE);
    const keyFile = join(home, '.config/clerk-mcp/secret-key');
    expect(seen).toContain(`Put the key into ${keyFile}`);
    await writeFile(keyFile, 'sk_live_first\n', { mode: 0o600 });

    const config = JSON.parse(await readFile(join(home, '.config/Claude/claude_desktop_config.json'), 'utf8')) as Config;
    const { clerk } = config.mcpServers;
    const transport = new StdioClientTransport({
      command: clerk.command,
      args: clerk.args,
      env: childEnv({ ...env, ...clerk.env, CLERK_API_URL: `${upstream.origin}/v1` }),
      stderr: 'pipe',
    });
    // Claude Desktop declares nothing by which it could be asked.
    const client = new Client({ name: 'claude-ai', version: '0.1.0' });
    const said: string[] = [];
    const waits = new Promise<void>((resolve) => {
      (transport.stderr as NodeJS.ReadableStream | null)?.on('data', (chunk: Buffer) => {
        said.push(String(chunk));
        if (said.join('').includes('a call waits for approval')) resolve();
      });
    });
    await client.connect(transport);
    try {
      const call = client.callTool({ name: 'Users_markBanned', arguments: { user_id: 'user_1' } }, { timeout: 100_000 });
      await waits;
      const stdin = `${PASSPHRASE}\n`;
      const list = await runCommand(['approvals', 'list', '--passphrase-stdin'], { env, stdin });
      const [id = ''] = /apr_[\w-]{22}/.exec(list.stdout) ?? [];
      expect(changing()).toEqual([]);
      expect(await runCommand(['approvals', 'approve', id, '--passphrase-stdin'], { env, stdin })).toMatchObject({ code: 0 });
      let result = toResult((await call) as Record<string, unknown>);
      // On a machine that is slow enough the call has ended by then, and says how to go on.
      if (result.isError) {
        expect(result.json).toMatchObject({ approval: id });
        const again = await client.callTool({ name: 'Users_markBanned', arguments: { user_id: 'user_1', confirm: id } });
        result = toResult(again as Record<string, unknown>);
      }
      expect(result.isError).toBe(false);
      expect(changing()).toHaveLength(1);
    } finally {
      await client.close();
    }
  });
});

describe('init', () => {
  it('names the command that enrols somebody where nobody is and nobody can be asked, which works as it stands', async () => {
    const { home, env } = await emptyMachine();
    const { stdout } = await runCommand(init(), { env });
    expect(stdout).toContain(`\n  node ${PROGRAM} approver add NAME\n`);
    const added = await runCommand(['approver', 'add', 'ann', '--passphrase-stdin'], { env, stdin: `${PASSPHRASE}\n` });
    expect(added.code).toBe(0);
    expect((await stat(join(home, '.config/clerk-mcp/approvers.json'))).mode & 0o777).toBe(0o600);
    expect((await runCommand(init(), { env })).stdout).not.toContain('approver');
  });

  it('enrols whom it is told to, in the file that the server will read', async () => {
    const { home, env } = await emptyMachine();
    const file = join(home, 'people', 'approvers.json');
    await mkdir(dirname(file));
    const args = init('--approver', 'ann', '--passphrase-stdin', '--approvers', file);
    expect(await runCommand(args, { env, stdin: `${PASSPHRASE}\n` })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('ann can approve from now on'),
    });
    const config = JSON.parse(await readFile(join(home, '.config/Claude/claude_desktop_config.json'), 'utf8')) as Config;
    expect(config.mcpServers.clerk.args.slice(-2)).toEqual(['--approvers', file]);
    expect((await runCommand(['approver', 'list', '--approvers', file], { env })).stdout).toMatch(
      /^ann; signs in with a passphrase/,
    );
  });

  it('writes nothing for a name that cannot be one, and asks nothing of who takes the sandbox', async () => {
    const { home, env } = await emptyMachine();
    expect(await runCommand(init('--approver', 'a b'), { env })).toMatchObject({ code: 2 });
    await expect(stat(join(home, '.config'))).rejects.toThrow('ENOENT');
    expect((await runCommand(init('--sandbox'), { env })).stdout).not.toContain('approve');
  });
});
