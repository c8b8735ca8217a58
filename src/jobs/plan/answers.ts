import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../../platform/error-message.js';
import { isRecord } from '../../platform/is-record.js';
import { createPrivateFile } from '../../platform/private-file.js';
import { fits } from '../../response/token-count.js';
import type { JobLimits } from '../job-tool.js';
import { withoutSecrets } from '../scan/secrets.js';
import type { StepAnswer } from './expand.js';
import { PlanFault } from './fault.js';

export interface AnswersOptions {
  readonly name: string | undefined;
  readonly answers: ReadonlyMap<string, StepAnswer>;
  readonly warnings: readonly string[];
  readonly limits: JobLimits;
}

/** What a read-only plan has read, without secrets, and no more than an answer may hold. */
export function answersText({ answers, warnings, limits }: AnswersOptions): string {
  const open = openAnswers(answers);
  const told = warnings.length === 0 ? {} : { warnings };
  for (let most = MOST_ITEMS; ; most = Math.floor(most / 2)) {
    const text = JSON.stringify({ answers: cut(open, most), ...told });
    if (most === 0 || fits(text, limits.maxTokens)) return text;
  }
}

const MOST_ITEMS = 200;

/** The same in a new file that only its owner may read. @throws PlanFault if it cannot be written */
export async function answersFile({ name = 'plan', answers, warnings, limits }: AnswersOptions): Promise<string> {
  const open = openAnswers(answers);
  const { filesDir } = limits;
  if (filesDir === undefined)
    throw new PlanFault('no_files_dir', 'This server has no folder for files: the operator sets --files-dir.');
  const path = join(await realpath(filesDir), `${name}-${randomBytes(9).toString('base64url')}.json`);
  try {
    const file = await createPrivateFile(path);
    try {
      await file.writeFile(`${JSON.stringify(open, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new PlanFault('file_not_written', `The file cannot be written: ${errorMessage(error)}.`);
  }
  const counts = Object.fromEntries(
    Object.entries(open).map(([step, value]) => [step, Array.isArray(value) ? value.flat().length : 1]),
  );
  return JSON.stringify({ file: path, holds: counts, ...(warnings.length === 0 ? {} : { warnings }) });
}

function openAnswers(answers: ReadonlyMap<string, StepAnswer>): Record<string, unknown> {
  return Object.fromEntries(
    [...answers].map(([step, { operation, value }]) => [
      step,
      compact(operation === undefined ? value : withoutSecrets(value, operation)),
    ]),
  );
}

/** Drops empty values. */
function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, compact(member)] as const)
      .filter(([, member]) => !isEmpty(member)),
  );
}

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0);

/** Cuts lists to their first items, and says how many more there are. */
function cut(value: unknown, most: number): unknown {
  if (Array.isArray(value)) {
    const first = value.slice(0, most).map((item) => cut(item, most));
    return value.length <= most ? first : [...first, `and ${value.length - most} more`];
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut(member, most)]));
}
