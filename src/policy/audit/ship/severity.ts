import type { AuditLine } from '../line.js';

/** How much a line matters, in the words of syslog: most lines are `info`. */
export type Severity = 'info' | 'notice' | 'warning';

export function severityOf({ kind, status, code, mayHaveHappened, torn, lost, reason }: AuditLine): Severity {
  if (mayHaveHappened === true || torn !== undefined || lost !== undefined || kind === 'recovered') return 'warning';
  if (kind === 'start' && reason !== undefined) return 'warning';
  if (kind === 'refused' || kind === 'unanswered') return 'notice';
  return kind === 'outcome' && (code !== undefined || (status ?? 200) >= 400) ? 'notice' : 'info';
}
