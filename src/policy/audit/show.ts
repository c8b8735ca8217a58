import { escapeHidden, plain } from '../../platform/plain-text.js';
import { type AuditLine, readLine } from './line.js';
import { linesOf } from './read.js';

export const DECISIONS = ['allowed', 'refused', 'asked'] as const;

/** Which lines to show. An absent filter shows everything. */
export interface AuditFilters {
  /** Unix milliseconds. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly operation?: string | undefined;
  readonly caller?: string | undefined;
  readonly decision?: (typeof DECISIONS)[number] | undefined;
  /** Only calls on this one of several instances. */
  readonly instance?: string | undefined;
}

const LONGEST_ARGS = 160;

/**
 * A log for people, one line per entry, or for programs, one JSON object per entry with the word whether it is `intact`.
 * Several files are one log after rotations, in the given order. An outcome is shown with its intent.
 */
export async function* showAudit(files: readonly string[], filters: AuditFilters = {}, asJson = false): AsyncGenerator<string> {
  const shown = new Set<string>();
  for (const file of files) {
    for await (const { bytes } of linesOf(file)) {
      const read = readLine(bytes.toString('utf8'));
      if (read === undefined) {
        if (isEmpty(filters)) yield asJson ? json({ kind: 'unreadable', intact: false }) : UNREADABLE;
        continue;
      }
      const { line, intact } = read;
      const follows = line.kind === 'outcome' && line.call !== undefined && shown.delete(line.call);
      if (!follows && !isWanted(line, filters)) continue;
      if (line.kind === 'intent' && line.call !== undefined) shown.add(line.call);
      yield asJson ? json({ ...line, intact }) : describe(line, intact);
    }
  }
}

const UNREADABLE = '(a line that is not from this log, or was cut short)';

const json = (value: object): string => escapeHidden(JSON.stringify(value));

const isEmpty = (filters: AuditFilters): boolean => Object.values(filters).every((value) => value === undefined);

/** Whether a line is one of those that are asked for. */
export function isWanted(line: AuditLine, { since, until, operation, caller, decision, instance }: AuditFilters): boolean {
  const time = Date.parse(line.time);
  return (
    (since === undefined || time >= since) &&
    (until === undefined || time <= until) &&
    (operation === undefined || line.operation === operation) &&
    (caller === undefined || line.caller === caller) &&
    (decision === undefined || line.decision === decision) &&
    (instance === undefined || line.instance?.name === instance)
  );
}

function describe(line: AuditLine, intact: boolean): string {
  const head = `${plain(line.time)} #${line.seq} ${line.kind}`;
  return `${[head, ...details(line)].join('  ')}${intact ? '' : '  (CHANGED)'}`;
}

/** The log may have been tampered with, so nothing of it reaches the terminal unsanitized. */
function details(line: AuditLine): string[] {
  const parts: (string | undefined)[] = [
    line.operation && plain(line.operation),
    line.risk && plain(line.risk),
    line.caller && `by ${plain([line.caller, line.client, line.clientVersion].filter(Boolean).join(' '))}`,
    line.instance &&
      `on ${plain(line.instance.name === undefined ? line.instance.kind : `${line.instance.name} (${line.instance.kind})`)}`,
    line.target && `target ${plain(line.target, 200)}`,
    line.args && `args ${plain(JSON.stringify(line.args), LONGEST_ARGS)}`,
    line.reason && `because ${plain(line.reason)}`,
    line.rule && `rule ${plain(line.rule)}`,
    line.strength && `strength ${plain(line.strength)}`,
    line.way && `asked by the ${plain(line.way)}`,
    line.answeredMs === undefined ? undefined : `answered after ${plain(String(line.answeredMs))} ms`,
    line.confirmed && `confirmed by ${plain(line.confirmed)}`,
    line.status === undefined ? undefined : `status ${plain(String(line.status))}`,
    line.code && `code ${plain(line.code)}`,
    line.trace && `trace ${plain(line.trace)}`,
    line.mayHaveHappened === true ? 'MAY HAVE HAPPENED' : undefined,
    line.durationMs === undefined ? undefined : `${plain(String(line.durationMs))} ms`,
    line.secretFile && `secret in ${plain(line.secretFile, 200)}`,
    line.open && `without outcome: ${plain(line.open.map(({ operation, call }) => `${operation} (${call})`).join(', '), 400)}`,
    line.notSent && `refused after all: ${plain(line.notSent.join(', '), 400)}`,
    line.torn && `a line was cut short (${plain(String(line.torn.bytes))} bytes)`,
  ];
  return parts.filter((part) => part !== undefined && part !== '') as string[];
}
