import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryFilters, type HistoryOptions, type HistoryPage, readHistory } from '../../../src/policy/audit/history.js';
import { type AuditFields, GENESIS, writeLine } from '../../../src/policy/audit/line.js';
import { recordFiles } from '../../../src/policy/audit/record-files.js';
import { scratchDirectory } from '../../support/scratch.js';

const KEY = { secret: 'k'.repeat(32), file: undefined };
const T0 = Date.parse('2026-01-01T00:00:00Z');

const at = (minute: number): string => new Date(T0 + minute * 60_000).toISOString();
const lineOf = (fields: AuditFields, seq: number, minute = seq): string =>
  `${writeLine(fields, { seq, prev: GENESIS }, at(minute), KEY)}\n`;

/** A call that is sent, and how it ends. */
const sent = (nth: number, more: Partial<AuditFields> = {}, outcome: Partial<AuditFields> | null = { status: 200 }): string => {
  const call = `call-${nth}`;
  const intent = lineOf(
    { kind: 'intent', call, caller: 'bot', operation: 'Users_markBanned', risk: 'destructive', decision: 'allowed', ...more },
    nth,
  );
  return outcome === null ? intent : intent + lineOf({ kind: 'outcome', call, operation: 'Users_markBanned', ...outcome }, nth);
};

let files = 0;
async function record(...texts: string[]): Promise<string> {
  const path = join(await scratchDirectory(), `audit-${++files}.log`);
  await writeFile(path, texts.join(''));
  return path;
}

/** All pages, one after the other. */
async function pages(
  paths: readonly string[],
  filters: HistoryFilters = {},
  options: HistoryOptions = {},
): Promise<HistoryPage[]> {
  const found: HistoryPage[] = [];
  let cursor: string | undefined;
  do {
    const page = await readHistory(paths, filters, { ...options, cursor });
    found.push(page);
    cursor = page.older;
  } while (cursor !== undefined);
  return found;
}
const callsOf = (all: readonly HistoryPage[]) => all.flatMap(({ entries }) => entries.map(({ line }) => line.call));

describe('the history from the record', () => {
  it('says how each call ended, the newest first', async () => {
    const path = await record(
      lineOf({ kind: 'start' }, 0),
      sent(1),
      sent(2, {}, { status: 404, code: 'clerk_error' }),
      sent(3, {}, { code: 'timeout', mayHaveHappened: true }),
      sent(4, {}, null),
      lineOf({ kind: 'refused', call: 'call-5', reason: 'confirmation_declined' }, 5),
      lineOf({ kind: 'refused', call: 'call-6', reason: 'denied_by_policy' }, 6),
      lineOf({ kind: 'refused', call: 'call-7', reason: 'approval_pending' }, 7),
      lineOf({ kind: 'asked', call: 'call-8' }, 8),
    );
    const [page] = await pages([path]);
    expect(page?.entries.map(({ line, end }) => [line.call, end])).toEqual([
      ['call-8', 'asked'],
      ['call-7', 'asked'],
      ['call-6', 'refused'],
      ['call-5', 'declined'],
      ['call-4', 'unsure'],
      ['call-3', 'unsure'],
      ['call-2', 'failed'],
      ['call-1', 'done'],
    ]);
    expect(page?.older).toBeUndefined();
  });

  it('is filtered by caller, operation, risk, end, approver and time', async () => {
    const word = { approver: 'ann', method: 'passkey', fresh: true, lookedMs: 9 };
    const approval = { id: 'apr_1', shown: 'x', shownText: 'x', words: [word] };
    const path = await record(
      sent(1, { caller: 'Ada' }),
      sent(2, { operation: 'Users_deleteUser' }),
      sent(3, { risk: 'access' }),
      sent(4, {}, { status: 500, code: 'clerk_error' }),
      sent(5, { approval }),
    );
    const found = async (filters: HistoryFilters) => callsOf(await pages([path], filters));
    expect(await found({ caller: 'ada' })).toEqual(['call-1']);
    expect(await found({ operation: 'deleteuser' })).toEqual(['call-2']);
    expect(await found({ risk: 'access' })).toEqual(['call-3']);
    expect(await found({ end: 'failed' })).toEqual(['call-4']);
    expect(await found({ approver: 'Ann' })).toEqual(['call-5']);
    expect(await found({ since: T0 + 120_000, until: T0 + 180_000 })).toEqual(['call-3', 'call-2']);
    expect(await found({ caller: '', operation: '', risk: '', end: '', approver: '' })).toHaveLength(5);
  });

  it('has every call of all files once, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 1, 2), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 3_000, max: 12_000 }),
        async (owners, most, mostBytes) => {
          const paths = await Promise.all(
            [0, 1, 2].map((owner) => record(...owners.map((one, nth) => (one === owner ? sent(nth) : '')))),
          );
          const all = await pages(paths, {}, { most, mostBytes });
          expect(callsOf(all)).toEqual(owners.map((_, nth) => `call-${nth}`).reverse());
          expect(all.flatMap(({ entries }) => entries.map(({ end }) => end))).toEqual(owners.map(() => 'done'));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on where it was when the file has grown and was rotated away meanwhile', async () => {
    const path = await record(sent(1), sent(2), sent(3));
    const first = await readHistory([path], {}, { most: 1 });
    await rename(path, `${path}.1`);
    await writeFile(path, sent(4));
    const next = await readHistory([path, `${path}.1`], {}, { most: 5, cursor: first.older });
    expect(callsOf([first, next])).toEqual(['call-3', 'call-2', 'call-1']);
  });

  it('reads no more than it may for a page, over a line without an end too, and says how far it came', async () => {
    const path = await record(sent(1), `${'x'.repeat(300_000)}\n`, sent(2));
    const all = await pages([path], { caller: 'nobody' }, { mostBytes: 100_000 });
    expect(all.length).toBeGreaterThan(2);
    expect(all[0]).toMatchObject({ entries: [], backTo: at(2) });
    expect(callsOf(await pages([path], {}, { mostBytes: 100_000 }))).toEqual(['call-2', 'call-1']);
  });

  it('shows a line that was changed as changed, and leaves out what is no line', async () => {
    const path = await record(sent(1).replace('"bot"', '"eve"'), '{"kind":"intent"}\nnull\n\n{{{\n');
    const [page] = await pages([path]);
    expect(page?.entries).toMatchObject([{ line: { caller: 'eve' }, intact: false }]);
  });

  it('takes no cursor that somebody has made up for more than a place to begin', async () => {
    const path = await record(sent(1));
    for (const cursor of ['', '../..', '_', 'zz-zz', '1-1_2-2', 'x'.repeat(5_000)]) {
      expect((await readHistory([path], {}, { cursor })).entries).toEqual([]);
    }
  });
});

describe('the files of the record', () => {
  it('are those beside the log that are its own', async () => {
    const folder = await scratchDirectory();
    const ours = ['audit.log', 'audit-2.log', 'audit.log.1', 'audit.log-20260131'];
    const others = ['audit.log.key', 'audit.log.head', 'audit.log.lock', 'audit.log.2.gz', 'other.log', 'my-audit.log'];
    for (const name of [...ours, ...others]) await writeFile(join(folder, name), '');
    for (const setting of [folder, join(folder, 'audit.log')]) {
      expect((await recordFiles(setting)).map((path) => path.slice(folder.length + 1)).sort()).toEqual([...ours].sort());
    }
    await writeFile(join(folder, 'a7.log'), '');
    await writeFile(join(folder, 'a12.log'), '');
    expect(await recordFiles(join(folder, 'a%p.log'))).toHaveLength(2);
    expect(await recordFiles(join(folder, 'nowhere', 'audit.log'))).toEqual([]);
  });
});
