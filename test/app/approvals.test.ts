import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { openApprovals } from '../../src/app/approvals.js';
import { loadConfig } from '../../src/config/config.js';
import { MemoryRecordStore } from '../../src/limits/record-store.js';
import type { Logger } from '../../src/platform/logger.js';
import { approver, approversFile } from '../support/approvers.js';
import { RecordingServer } from '../support/recording-server.js';
import { scratchDirectory } from '../support/scratch.js';

const receiver = await RecordingServer.start();
afterAll(() => receiver.stop());

it('tells the log and the webhook when somebody guesses a passphrase until the name is locked', async () => {
  const approvers = await approversFile(await scratchDirectory(), 'approvers.json', approver('ann'));
  const environment = { CLERK_MCP_WEBHOOK_SECRET: 'w'.repeat(32) };
  const config = loadConfig({ sandbox: true, approvers, approvalsWebhook: receiver.origin }, environment);
  const records = new MemoryRecordStore();
  const told: string[] = [];
  const note = (_: object, message?: string): void => void told.push(message ?? '');
  const host = openApprovals({
    config,
    records,
    logger: { info: note, warn: note, error: note } as unknown as Logger,
    enrolCommand: '',
    insight: {
      callers: async () => ({ callers: [], sessions: [] }),
      budgets: async () => [],
      history: async () => undefined,
      decisions: async () => undefined,
    },
    undo: async () => {
      throw new Error('nothing is taken back');
    },
    serve: { address: () => undefined },
  });
  const guess = async (name: string) => {
    const body = JSON.stringify({ name, passphrase: 'a guess' });
    const headers = { 'content-type': 'application/json' };
    const request = new Request('http://localhost/approvals/api/session', { method: 'POST', headers, body });
    return (await host.handle(request, '/api/session')).status;
  };
  // Nine guesses are behind them, and the time that they had to wait.
  const key = createHash('sha256').update('ann').digest('base64url');
  const nine = JSON.stringify({ failures: 9, until: 0 });
  await records.swap('approver-tries', key, { from: undefined, to: nine, ttlMs: 60_000 });
  expect(await guess('bob')).toBe(401);
  expect(told).toEqual([]);
  expect(await guess('Ann')).toBe(401);
  expect(await guess('ann')).toBe(429);
  expect(told).toEqual(['repeated wrong passphrases for an approver: the name is locked for a while']);
  await expect.poll(() => receiver.requests.length).toBe(1);
  expect(JSON.parse(String(receiver.requests[0]?.body))).toMatchObject({ type: 'approvals.locked' });
  expect(String(receiver.requests[0]?.body)).not.toMatch(/ann/i);
  await host.close();
});
