import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the build makes once, so that no start has to, and keeps beside the program. */
export type PreparedFile =
  | 'manifest.json'
  | 'known-answers.json'
  | 'output-schemas.json'
  | 'approvals-page.js'
  | 'approvals-chart.js'
  | 'skills.json';

/**
 * The text of a file that the build made. Only the built program has them: modules that read one ask
 * `typeof __BUILT__` first, which the build puts in, and make the same from the sources where it is undefined.
 */
export const readPrepared = (file: PreparedFile): string => readFileSync(join(import.meta.dirname, file), 'utf8');
