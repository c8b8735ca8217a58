import { readFileSync } from 'node:fs';

const { BENCH_LIST } = process.env;

/** The tools to list: those of a file, so that a floor sends as much as the program does, or its own. */
export const listOf = <T>(own: readonly T[]): T[] =>
  BENCH_LIST === undefined ? [...own] : (JSON.parse(readFileSync(BENCH_LIST, 'utf8')) as T[]);
