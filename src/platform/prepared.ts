import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files that the build makes once and keeps beside the program, so that no start has to make them. */
export type PreparedFile =
  | 'manifest.json'
  | 'known-answers.json'
  | 'output-schemas.json'
  | 'approvals-page.js'
  | 'approvals-chart.js'
  | 'skills.json';

/**
 * The text of a file that the build made. Only the built program has such files: modules first check `typeof __BUILT__`,
 * which the build defines, and otherwise make the same from the sources.
 */
export const readPrepared = (file: PreparedFile): string => readFileSync(join(import.meta.dirname, file), 'utf8');
