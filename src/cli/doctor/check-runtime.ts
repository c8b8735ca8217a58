import { VERSION } from '../../platform/version.js';
import { type Finding, failure, ok } from './finding.js';

/** The oldest Node that the program is built for. */
const OLDEST = [20, 18, 1];

/** @param version of Node, `20.18.1` */
export function checkProgram(version: string): Finding {
  const parts = version.split('.').map(Number);
  const differs = OLDEST.findIndex((least, index) => parts[index] !== least);
  const isOld = differs !== -1 && !((parts[differs] ?? 0) > (OLDEST[differs] ?? 0));
  const message = `clerk-mcp ${VERSION} on Node ${version}`;
  return isOld
    ? failure('program', `${message}, which is too old.`, `Install Node ${OLDEST.join('.')} or newer.`)
    : ok('program', `${message}.`);
}
