import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app/app.js';
import type { App } from '../../src/app/app-types.js';
import type { CallOutcome } from '../../src/call/call-types.js';
import type { Operation } from '../../src/catalog/operation.js';
import { loadConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { operations } from '../../tools/index.js';
import { approver, approversFile } from '../support/approvers.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { gatedArguments } from '../support/sample-arguments.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

vi.setConfig({ testTimeout: 120_000 });

// A process for each of these calls would take a second; approvals-matrix.test.ts starts one for each kind of gate.

/** Reads that are gated only where they name a secret in `fields` are in answer-secrets.test.ts. */
const gated = operations.filter(({ gate, risk }) => gate === 'always' || (gate === 'sometimes' && risk !== 'read'));
/** As many as may wait for one caller. */
const AT_ONCE = 10;

const ann = approver('ann');
const upstream = await plausibleUpstream();
let app: App;
beforeAll(async () => {
  const scratch = await scratchDirectory();
  const config = loadConfig(
    {
      profile: 'everything',
      logLevel: 'silent',
      approvers: await approversFile(scratch, 'approvers.json', ann),
      policy: await scratchFile(scratch, { budgets: [] }),
    },
    { CLERK_SECRET_KEY: 'sk_live_terminal', CLERK_API_URL: `${upstream.origin}/v1` },
  );
  app = await createApp({ config, logger: createLogger('silent'), allowLocalFiles: true, serveApprovals: 'loopback' });
});
afterAll(() => app?.close(0));

/** The operations whose own requests have come, lookups left out. */
const sent = (): (string | undefined)[] =>
  upstream.requests
    .filter((request) => request.method !== 'GET' || operationOf(request)?.risk !== 'read')
    .map((request) => operationOf(request)?.name)
    .sort();

/** A call that waits: its approval, and what it ends with. */
async function waiting(operation: Operation): Promise<{ readonly id: string; readonly ended: Promise<CallOutcome> }> {
  let ended: Promise<CallOutcome> | undefined;
  const id = await new Promise<string>((resolve, reject) => {
    ended = app.calls.call({
      name: operation.name,
      arguments: gatedArguments(operation),
      caller: { name: 'local', transport: 'cli' },
      canAsk: false,
      onWaiting: (known) => resolve(known.id),
    });
    void ended.then((outcome) => reject(new Error(`${operation.name} did not wait: ${JSON.stringify(outcome)}`)));
  });
  if (ended === undefined) throw new Error('nothing was called');
  // In an object, so that it is not waited for.
  return { id, ended };
}

it('sends no gated call of a terminal before a person has approved it, and each once then', async () => {
  const { approvals: desk } = await app.approvals.host();
  for (let at = 0; at < gated.length; at += AT_ONCE) {
    upstream.requests.length = 0;
    const batch = gated.slice(at, at + AT_ONCE);
    const calls = await Promise.all(batch.map(waiting));
    expect(sent()).toEqual([]);
    for (const { id } of calls) {
      const { shown = '', review } = (await desk.get(id)) ?? {};
      // As somebody who has given the passphrase with this very word; looking it up each time would take most of the test.
      const word = { verdict: 'approve', approver: ann, method: 'passphrase', fresh: { method: 'passphrase' } } as const;
      expect(await desk.decide(id, { ...word, shown, typed: review?.word, lookedMs: 4_000 })).toMatchObject({ ok: true });
    }
    await Promise.all(calls.map(({ ended }) => ended));
    expect(sent()).toEqual(batch.map(({ name }) => name).sort());
  }
});
