import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Check, Results, Revision } from './suite.js';

/** Checked in every scenario, and excused in none: what is sent must be MCP, whatever else may be missing. */
const NEVER_EXCUSED = 'wire-schema-valid';

/** Stands for all checks of a scenario that came to none. */
const NOTHING_CHECKED: Check = {
  id: 'nothing-checked',
  status: 'FAILURE',
  errorMessage: 'the scenario skipped all of its checks',
};

/** A scenario, or one check of it as `scenario:check`. */
const ENTRY = z.string().regex(/^[^\s:]+(:\S+)?$/, 'expected a scenario, or a check as scenario:check');

const ENTRIES = z.array(ENTRY).min(1).optional();

const BASELINE = z.array(
  z.strictObject({
    reason: z.string().min(20, 'expected a sentence'),
    ...({ '2025-11-25': ENTRIES, '2026-07-28': ENTRIES } satisfies Record<Revision, typeof ENTRIES>),
  }),
);

/** Why a scenario, or a check of one, fails and may do so. */
export type Excuses = ReadonlyMap<string, string>;

/**
 * Reads what may fail: a list of reasons, each with what it excuses by revision.
 * @throws Error where the file is no baseline, or excuses something twice
 */
export function readBaseline(file: URL): Readonly<Record<Revision, Excuses>> {
  const groups = BASELINE.parse(parse(readFileSync(file, 'utf8')));
  const of = (revision: Revision): Excuses => {
    const excuses = new Map<string, string>();
    for (const { reason, ...entries } of groups) {
      for (const entry of entries[revision] ?? []) {
        if (excuses.has(entry)) throw new Error(`${file.pathname}: ${entry} is excused twice for ${revision}.`);
        excuses.set(entry, reason);
      }
    }
    return excuses;
  };
  return { '2025-11-25': of('2025-11-25'), '2026-07-28': of('2026-07-28') };
}

/** How results compare with the baseline. */
export interface Verdict {
  /** Scenarios in which nothing failed. */
  readonly passed: readonly string[];
  /** Scenarios in which nothing failed but what is excused. */
  readonly excused: readonly string[];
  /** What failed without an excuse, each as `scenario:check: why`. */
  readonly unexpected: readonly string[];
  /** Excuses for what does not fail. */
  readonly stale: readonly string[];
}

/** Holds results against the baseline. A warning fails, as the suite's own baseline has it. */
export function hold(results: Results, excuses: Excuses): Verdict {
  const passed: string[] = [];
  const excused: string[] = [];
  const unexpected: string[] = [];
  const used = new Set<string>();
  for (const [scenario, checks] of results) {
    const failed = checks.some(({ id, status }) => id !== NEVER_EXCUSED && status !== 'SKIPPED' && status !== 'INFO')
      ? checks.filter(hasFailed)
      : [NOTHING_CHECKED];
    const surprising = failed.filter(({ id }) => {
      const excuse = [scenario, `${scenario}:${id}`].find((entry) => excuses.has(entry));
      if (excuse === undefined || id === NEVER_EXCUSED) return true;
      used.add(excuse);
      return false;
    });
    unexpected.push(...surprising.map(({ id, errorMessage }) => `${scenario}:${id}: ${errorMessage ?? 'no message'}`));
    if (failed.length === 0) passed.push(scenario);
    else if (surprising.length === 0) excused.push(scenario);
  }
  return { passed, excused, unexpected, stale: [...excuses.keys()].filter((entry) => !used.has(entry)) };
}

const hasFailed = ({ status }: Check): boolean => status === 'FAILURE' || status === 'WARNING';
