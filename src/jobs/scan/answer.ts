import { basename } from 'node:path';
import type { CallOutcome } from '../../call/call-types.js';
import { counted } from '../../catalog/read-leniently.js';
import { estimateTokens } from '../../response/token-count.js';
import { readUserText } from '../../response/user-text.js';
import { shownRow } from './columns.js';
import type { Row, Unread } from './each.js';
import type { ListRead } from './pages.js';
import type { ReadError } from './reads.js';
import type { Scan } from './request.js';
import type { ScanFile } from './scan-file.js';

/** What ended the reading: the end of the list, the bound on items, the time, the caller, or a read that failed. */
export type Ended = 'end' | 'most' | 'time' | 'cancelled' | ReadError;

export interface Found {
  readonly scan: Scan;
  readonly ended: Ended;
  readonly list: ListRead;
  readonly requests: number;
  readonly matched: number;
  readonly unread: readonly Unread[];
  readonly skipped: number;
  readonly otherGroups: number;
  readonly groups: number | undefined;
  readonly rows: readonly Row[];
  readonly file: ScanFile | undefined;
  /** Whether the caller is on another machine, and so must not learn about this one's folders. */
  readonly isElsewhere: boolean;
  readonly maxTokens: number;
}

/** A scan as a model reads it: what was read and what was not, then as many of the first rows as there is room for. */
export function answerOf(found: Found): CallOutcome {
  const { rows, scan, file, maxTokens } = found;
  const facts = factsOf(found);
  const seen = readUserText(
    rows.map((row) => shownRow(row, scan)),
    'rows',
    false,
  );
  const texts = seen.items.map((row) => JSON.stringify(row) ?? 'null');
  const frame = (kept: number): string => {
    const all = found.groups ?? found.matched;
    const note = {
      ...(kept < all && file === undefined && scan.shown > 0
        ? { shown: `${kept} of ${all}; rows: n shows more, to: a file has all` }
        : {}),
      ...seen.note,
    };
    const head = JSON.stringify({ ...(Object.keys(note).length > 0 && { _: note }), ...facts });
    return `${head.slice(0, -1)},"rows":[${texts.slice(0, kept).join(',')}]}`;
  };
  let left = maxTokens - estimateTokens(frame(0)) - SLACK;
  let kept = 0;
  for (const text of texts) {
    left -= estimateTokens(text) + 1;
    if (left < 0) break;
    kept++;
  }
  return { kind: 'done', text: frame(kept) };
}

/** Room for the note, whose length depends on the rows. */
const SLACK = 40;

function factsOf({ scan, isElsewhere, ended, list, requests, matched, unread, skipped, otherGroups, groups, file }: Found) {
  const missing = list.total === undefined ? 0 : Math.max(0, list.total - list.read);
  const isComplete = ended === 'end' && missing === 0 && skipped === 0 && unread.length === 0 && otherGroups === 0;
  return {
    complete: isComplete,
    read: list.read,
    ...(list.total === undefined ? {} : { total: list.total }),
    matched,
    ...(groups === undefined ? {} : { groups }),
    requests,
    ...(scan.readAs.length === 0 ? {} : { read_as: counted(scan.readAs) }),
    ...(ended === 'end' ? {} : { stopped: stopOf(ended) }),
    ...(missing === 0 ? {} : { not_seen: missing }),
    ...(skipped === 0 ? {} : { not_looked_into: skipped }),
    ...(unread.length === 0 ? {} : { unread }),
    ...(otherGroups === 0 ? {} : { not_grouped: otherGroups }),
    ...(file === undefined
      ? {}
      : { file: isElsewhere ? basename(file.path) : file.path, file_rows: file.rows, columns: file.columns }),
  };
}

function stopOf(ended: Exclude<Ended, 'end'>): Readonly<Record<string, unknown>> {
  switch (ended) {
    case 'most':
      return { by: 'rows', hint: 'A scan reads 100,000 items: narrow it by the filters of the list.' };
    case 'time':
      return { by: 'time', hint: 'Narrow it by the filters of the list, or have the operator raise --job-timeout.' };
    case 'cancelled':
      return { by: 'caller' };
    default:
      return { by: 'error', ...ended.model };
  }
}
