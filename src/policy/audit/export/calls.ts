import { isRecord } from '../../../platform/is-record.js';
import { type AuditLine, readLine, sha256 } from '../line.js';
import { linesOf } from '../read.js';
import { type AuditFilters, isWanted } from '../show.js';

/** A call, a decision without a call, or what the process itself noted. */
export interface ExportedEntry {
  readonly line: AuditLine;
  readonly sha256: string;
  /** Whether every line of it is as it was written. */
  readonly intact: boolean;
  /** How the call ended, if its request was sent and that is on record. */
  readonly outcome?: AuditLine | undefined;
}

/**
 * The entries of a log in the order in which they ended, each intent with its outcome. Several files are one log after rotations.
 * Calls without an outcome come last.
 */
export async function* callsIn(files: readonly string[], filters: AuditFilters): AsyncGenerator<ExportedEntry> {
  const open = new Map<string, ExportedEntry>();
  for (const file of files) {
    for await (const { bytes } of linesOf(file)) {
      const read = readLine(bytes.toString('utf8'));
      if (read === undefined) continue;
      const { line, intact } = read;
      // A line that was changed takes nothing out of what is exported.
      for (const call of intact && Array.isArray(line.notSent) ? line.notSent : []) open.delete(call);
      if (line.kind === 'outcome') {
        const begun = line.call === undefined ? undefined : open.get(line.call);
        if (begun === undefined) continue;
        open.delete(begun.line.call ?? '');
        yield { ...begun, intact: begun.intact && intact, outcome: line };
        continue;
      }
      if (!isWanted(line, filters)) continue;
      const entry = { line, intact, sha256: sha256(bytes) };
      if (line.kind !== 'intent' || line.call === undefined) {
        yield entry;
        continue;
      }
      // Of two that go by one id one is forged, and must not stand in for the other.
      const other = open.get(line.call);
      if (other !== undefined) yield other;
      open.set(line.call, entry);
    }
  }
  yield* open.values();
}

/** The arguments. The log may have been tampered with, and then hold anything. */
export const argsOf = ({ args }: AuditLine): Readonly<Record<string, unknown>> => (isRecord(args) ? args : {});

/** The people who decided. */
export const approversOf = ({
  approval,
}: AuditLine): readonly { readonly approver: string; readonly method: string }[] | undefined =>
  Array.isArray(approval?.words) ? approval.words.filter((word) => typeof word?.approver === 'string') : undefined;
