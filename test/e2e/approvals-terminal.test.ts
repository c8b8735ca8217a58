import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { approver, approversFile, PASSPHRASE } from '../support/approvers.js';
import { plausibleUpstream } from '../support/plausible.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';
import { runAtTerminal, type Typed, withoutTerminal } from '../support/terminal.js';

vi.setConfig({ testTimeout: 60_000 });

const upstream = await plausibleUpstream();
const SIGN_IN: Typed = { prompt: 'Passphrase of ann: ', text: PASSPHRASE };

describe.skipIf(withoutTerminal)('clerk-mcp approvals, with somebody at the terminal', () => {
  let client: ProgramClient;
  let approvers: string;
  beforeAll(async () => {
    approvers = await approversFile(await scratchDirectory(), 'approvers.json', approver('ann'));
    client = await startProgram('v2 (2025)', {
      args: ['--ask-wait', '0'],
      env: {
        CLERK_SECRET_KEY: 'sk_live_terminal',
        CLERK_API_URL: `${upstream.origin}/v1`,
        CLERK_MCP_LOG_LEVEL: 'silent',
        CLERK_MCP_APPROVERS: approvers,
      },
    });
  });
  afterAll(() => client?.close());

  const pending = async (tool: string): Promise<string> =>
    ((await client.call(tool, { user_id: 'user_1' })).json as { approval: string }).approval;

  /** What somebody sees who types this; never the passphrase. */
  async function typed(args: readonly string[], ...typing: readonly Typed[]) {
    const { code, seen } = await runAtTerminal(['approvals', ...args, '--approvers', approvers], {}, [SIGN_IN, ...typing]);
    expect(seen).not.toContain(PASSPHRASE);
    // Escape sequences move the cursor, and are not to be read.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
    return { code, lines: seen.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').split(/[\r\n]+/) };
  }

  it('asks for the passphrase unseen and for the word, on lines of their own, below all of the call', async () => {
    const id = await pending('Users_deleteUser');
    expect((await typed(['list'])).lines).toEqual([
      'Passphrase of ann: ',
      expect.stringMatching(new RegExp(`^${id}  pending  LIVE.* asked by local `)),
      '',
    ]);
    const { code, lines } = await typed(['approve', id], { prompt: 'To confirm, type ', text: 'ada@example.com' });
    expect(code).toBe(0);
    expect(lines[0]).toBe('Passphrase of ann: ');
    expect(lines[1]).toBe('LIVE instance: example.com');
    expect(lines).toContain('This cannot be undone: a deleted user cannot be brought back.');
    expect(lines.slice(-4)).toEqual([`${id}: pending`, 'To confirm, type "ada@example.com": ada@example.com', 'Approved.', '']);
    expect((await typed(['show', id])).lines.slice(-3)).toEqual(['Approved by ann, by passphrase', `${id}: approved`, '']);
  });

  it('takes anything but a yes for no answer, and a no with its reason', async () => {
    const id = await pending('Users_markBanned');
    const unsure = await typed(['approve', id], { prompt: 'Approve? [y/N] ', text: '' });
    expect([unsure.code, ...unsure.lines.slice(-3)]).toEqual([3, 'Approve? [y/N] ', 'Nothing was decided.', '']);
    const no = await typed(['decline', id.slice('apr_'.length, 12), '--reason', 'Ask her first.']);
    expect([no.code, ...no.lines.slice(-2)]).toEqual([0, 'Declined.', '']);
    const { json } = await client.call('Users_markBanned', { user_id: 'user_1', confirm: id });
    expect(json).toMatchObject({ error: 'confirmation_declined', message: expect.stringContaining('Ask her first.') });
  });
});
