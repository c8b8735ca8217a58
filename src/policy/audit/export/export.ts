import { escapeHidden } from '../../../platform/plain-text.js';
import { scrub } from '../../../platform/scrub.js';
import { type AuditFilters, showAudit } from '../show.js';
import { callsIn } from './calls.js';
import { csvHeader, csvRow } from './csv.js';
import { ocsfEvents } from './ocsf.js';

export const EXPORT_FORMATS = ['ocsf', 'jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * A log for other programs, line by line: events of OCSF, the lines themselves with the word whether each is intact, or a table
 * with one row for each call. Several files are one log after rotations, in the given order.
 */
export async function* exportAudit(
  files: readonly string[],
  format: ExportFormat,
  filters: AuditFilters,
): AsyncGenerator<string> {
  if (format === 'jsonl') {
    yield* showAudit(files, filters, true);
    return;
  }
  if (format === 'csv') yield csvHeader();
  for await (const entry of callsIn(files, filters)) {
    if (format === 'ocsf') for (const event of ocsfEvents(entry)) yield safe(JSON.stringify(event));
    else {
      const row = csvRow(entry);
      if (row !== undefined) yield safe(row);
    }
  }
}

/** The log may have been tampered with, and this goes to a terminal too. */
const safe = (text: string): string => escapeHidden(scrub(text));
