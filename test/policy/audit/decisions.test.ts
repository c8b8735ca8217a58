import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countDecisions, Periods } from '../../../src/policy/audit/decisions.js';
import { type AuditFields, GENESIS, writeLine } from '../../../src/policy/audit/line.js';
import { scratchDirectory } from '../../support/scratch.js';

const KEY = { secret: 'k'.repeat(32), file: undefined };
const HOUR = 3_600_000;
const NOW = Date.parse('2026-01-02T00:30:00Z');
const scratch = await scratchDirectory();

let files = 0;
async function record(...lines: readonly [hoursAgo: number, fields: AuditFields][]): Promise<string> {
  const path = join(scratch, `audit-${++files}.log`);
  const texts = lines.map(([ago, fields], seq) =>
    writeLine(fields, { seq, prev: GENESIS }, new Date(NOW - ago * HOUR).toISOString(), KEY),
  );
  await writeFile(path, texts.map((text) => `${text}\n`).join(''));
  return path;
}

const approval = (id: string) => ({ id, shown: '', shownText: '', words: [] });
const asked = (id: string): AuditFields => ({ kind: 'asked', way: 'page', approval: approval(id) });
const sent = (id: string): AuditFields => ({ kind: 'intent', way: 'page', approval: approval(id) });
const declined = (id: string): AuditFields => ({ kind: 'refused', reason: 'confirmation_declined', approval: approval(id) });

async function count(paths: readonly string[], open: readonly string[] = [], mostBytes?: number) {
  const { periods, backTo } = await countDecisions(paths, new Periods(NOW, HOUR, 3), new Set(open), mostBytes);
  return { counts: periods.map((each) => [each.approved, each.declined, each.lapsed].join()), from: periods[0]?.from, backTo };
}

describe('decisions by the record', () => {
  it('are counted in the hour in which they were made, by whatever way, and each once', async () => {
    const path = await record(
      [9, sent('apr_before')],
      [2.2, asked('apr_1')],
      [2.2, asked('apr_2')],
      [2, { kind: 'refused', reason: 'approval_pending', way: 'page', approval: approval('apr_1') }],
      [1, sent('apr_1')],
      [0.9, declined('apr_2')],
      [0.8, declined('apr_2')],
      [0.2, { kind: 'intent', way: 'client', answeredMs: 900 }],
      [0.2, { kind: 'refused', reason: 'confirmation_declined', way: 'client', answeredMs: 900 }],
      [0.1, asked('apr_3')],
      [0.1, asked('apr_open')],
    );
    expect(await count([path], ['apr_open'])).toEqual({
      counts: ['0,0,0', '1,1,0', '1,1,1'],
      from: Date.parse('2026-01-01T22:00:00Z'),
      backTo: undefined,
    });
  });

  it('are of people: not of models, of rules, or of each call of a plan that was approved as one', async () => {
    const path = await record(
      [0.1, { kind: 'intent', confirmed: 'the caller, by token', strength: 'token' }],
      [0.1, { kind: 'intent', confirmed: 'ann, by passkey' }],
      [0.1, { kind: 'refused', reason: 'denied_by_policy' }],
      [0.1, { kind: 'asked', way: 'client' }],
      [0.1, { kind: 'refused', reason: 'approval_pending', args: { note: '"approval":{"confirmation_declined"' } }],
    );
    expect((await count([path])).counts).toEqual(['0,0,0', '0,0,0', '0,0,0']);
  });

  it('are put together from the logs of several processes, and leave out what does not fit its sum', async () => {
    const one = await record([1, asked('apr_1')], [1, asked('apr_2')]);
    const other = await record([0.2, sent('apr_1')], [0.1, sent('apr_3')]);
    const forged = join(scratch, 'forged.log');
    await writeFile(
      forged,
      `${JSON.stringify({ seq: 1, time: new Date(NOW).toISOString(), prev: GENESIS, ...sent('apr_4') })}\n`,
    );
    expect((await count([one, other, forged, join(scratch, 'gone.log')])).counts).toEqual(['0,0,0', '0,0,1', '2,0,0']);
  });

  it('say how far back they were counted where the record is longer than is read', async () => {
    const path = await record(
      ...Array.from({ length: 40 }, (_, nth) => [2 - nth / 20, sent(`apr_${nth}`)] as [number, AuditFields]),
    );
    const { counts, backTo } = await count([path], [], 4_000);
    const counted = counts.reduce((sum, each) => sum + Number(each.split(',')[0]), 0);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(40);
    expect(backTo).toBeGreaterThan(NOW - 2 * HOUR);
    expect((await count([path])).backTo).toBeUndefined();
  });
});
