import { headSignature, type NotedHead } from './head.js';
import type { AuditKey } from './key.js';
import type { Tail } from './tail.js';

/** What a start finds wrong with the end of the log, apart from missing lines. */
export function oddity({ last }: Tail, noted: NotedHead | undefined, key: AuditKey): string | undefined {
  if (last === undefined) {
    const isBegun = noted !== undefined || key.isNew === true || key.file === undefined;
    return isBegun ? undefined : 'its key is there, but its lines and its head are gone';
  }
  const { seq } = last.line;
  if (last.isSigned && !last.isSignedBy(key)) return `its last line, number ${seq}, was not signed with this key`;
  if (last.isSigned && noted === undefined) return 'its head is gone: lines may be missing at its end';
  if (last.isSigned && noted?.mac !== undefined && noted.mac !== headSignature(key, noted)) return 'its head was changed';
  if (noted?.seq === seq && noted.sha256 !== last.sha256) return `its last line, number ${seq}, was changed or replaced`;
  return undefined;
}
