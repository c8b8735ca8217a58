import type { Arguments } from '../../catalog/operation-types.js';
import type { Deferred } from '../plan/references.js';
import type { Comparison, Difference } from './compare.js';
import type { Live } from './live.js';
import type { Configuration, SectionName } from './sections.js';

/** One call that brings an instance closer to a configuration. */
export interface NeededCall {
  /** Calls of one step are made together; steps one after the other. */
  readonly step: string;
  readonly operation: string;
  readonly args: Arguments;
  readonly later: readonly Deferred[];
  readonly of: Pick<Difference, 'section' | 'key'>;
}

/** Something that the file wants and no call can bring. */
export interface Impossible {
  readonly of: Pick<Difference, 'section' | 'key'>;
  readonly field?: string;
  readonly problem: string;
}

export interface Wanted {
  readonly configuration: Configuration;
  readonly comparison: Comparison;
  readonly live: Live;
  /** Whether what only the instance has is deleted. */
  readonly prune: boolean;
  /** The signing key for a template that has its own; undefined if there is none to be had. */
  readonly keyOf: (template: string, variable: string) => string | undefined;
}

export interface Needed {
  readonly calls: readonly NeededCall[];
  /** What stays as it is, a sentence each. */
  readonly notes: readonly string[];
  readonly impossible: readonly Impossible[];
}

/** The differences of a section, of one kind. */
export const differencesIn = (
  { comparison }: Pick<Wanted, 'comparison'>,
  section: SectionName,
  kind: Difference['kind'],
): readonly Difference[] => comparison.differences.filter((each) => each.section === section && each.kind === kind);

/** The values that a difference wants, by field; a new object gets no empty description. */
export const wantedIn = ({ fields, kind }: Difference): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, { to }]) => (kind === 'added' && to === '' ? [] : [[name, to] as const])),
  );

export const call = (
  step: string,
  operation: string,
  { section, key }: Pick<Difference, 'section' | 'key'>,
  args: Arguments,
  later: readonly Deferred[] = [],
): NeededCall => ({ step, operation, args, later, of: { section, key } });

/** @throws Error for a key that was not read: what is changed or removed always was */
export function idOf({ live }: Pick<Wanted, 'live'>, section: SectionName, key: string): string {
  const id = live.ids.get(section)?.get(key);
  if (id === undefined) throw new Error(`${section}: the id of ${key} is not known`);
  return id;
}
