import type * as z from 'zod';
import { didYouMean } from '../catalog/nearest.js';
import type { Environment } from './clerk-access.js';
import { ConfigError } from './config-error.js';
import type { Option } from './option.js';

export type ValuesOf<T extends Readonly<Record<string, Option>>> = {
  readonly [K in keyof T]?: z.output<ReturnType<T[K]['schema']>>;
};

/** Reads settings from flags, which win, and from the environment. @throws ConfigError */
export function readOptions<T extends Readonly<Record<string, Option>>>(
  options: T,
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
): ValuesOf<T> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option>(options)) {
    const fromFlag = givenFlag(option, flags[name]);
    const fromEnv = option.env === undefined ? undefined : env[option.env];
    const given = fromFlag ?? (fromEnv === '' ? undefined : fromEnv);
    if (given === undefined) continue;
    const where = fromFlag === undefined ? option.env : (option.flag.split(' ')[0] ?? option.flag);
    const result = option.schema().safeParse(given);
    if (!result.success) throw new ConfigError(`${where}: ${result.error.issues.map((issue) => fault(issue, given)).join('; ')}`);
    values[name] = result.data;
  }
  return values as ValuesOf<T>;
}

/** What is wrong with a value. Only names that are known are quoted: what was given may be a secret. */
function fault(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code !== 'invalid_value') return `${issue.message}.`;
  const known = issue.values.map(String);
  // A value that is one of a list written with commas is at its number.
  const parts = [given].flat().flatMap((part) => String(part).split(','));
  const wrong = parts[Number(issue.path[0] ?? 0)]?.trim() ?? '';
  return `expected ${issue.path.length === 0 ? 'one' : 'some'} of ${known.join(', ')}.${didYouMean(wrong, known)}`;
}

/** Commander gives true for a `--no-…` flag that was not given. */
const givenFlag = (option: Option, value: unknown): unknown =>
  option.flag.startsWith('--no-') && value === true ? undefined : value;
