import type { ItemEntry, LedgerState } from '../apply/ledger.js';
import type { BatchLine } from './read-batch.js';

/** What became of one line of a batch. */
export type Result = { readonly line: number; readonly operation: string } & (
  | { readonly outcome: 'done'; readonly answer: unknown }
  /** It was certainly not carried out. */
  | { readonly outcome: 'failed'; readonly error: string; readonly message?: string }
  /** It was not carried out, since what was shown is no longer so. */
  | { readonly outcome: 'left_out'; readonly message: string }
  /** It may have been carried out, and is not repeated. */
  | { readonly outcome: 'unknown'; readonly error: string; readonly check_with?: string }
  | { readonly outcome: 'not_begun' }
);

/** What became of each line, in the order of the lines. */
export function resultsOf(calls: readonly BatchLine[], state: LedgerState | undefined): readonly Result[] {
  return calls
    .flatMap(({ lines, operation }, nth) => {
      const outcome = outcomeOf(state?.items.get(nth));
      return lines.map((line): Result => ({ line, operation, ...outcome }));
    })
    .sort((one, other) => one.line - other.line);
}

type Outcome = Result extends infer R ? (R extends Result ? Omit<R, 'line' | 'operation'> : never) : never;

function outcomeOf(entry: ItemEntry | undefined): Outcome {
  switch (entry?.kind) {
    case 'done':
      return { outcome: 'done', answer: entry.answer === undefined ? null : (JSON.parse(entry.answer) as unknown) };
    case 'failed':
      return { outcome: 'failed', error: entry.error, ...(entry.message === undefined ? {} : { message: entry.message }) };
    case 'left_out':
      return { outcome: 'left_out', message: entry.why };
    case 'unknown':
      return {
        outcome: 'unknown',
        error: entry.error,
        ...(entry.checkWith === undefined ? {} : { check_with: entry.checkWith }),
      };
    case 'intent':
      return { outcome: 'unknown', error: 'interrupted' };
    case undefined:
      return { outcome: 'not_begun' };
    default:
      return entry satisfies never;
  }
}
