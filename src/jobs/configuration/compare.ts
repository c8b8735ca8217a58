import { isRecord } from '../../platform/is-record.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { type Configuration, type Fields, type SectionName, THE_ONE } from './sections.js';

/** A value on both sides; undefined where there is none. */
export interface Change {
  readonly from: unknown;
  readonly to: unknown;
}

/** What has to be done to an entry to get from one configuration to the other. */
export interface Difference {
  readonly section: SectionName;
  /** Empty for settings. */
  readonly key: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** The fields that differ, by name. Of one that is added or removed, all. */
  readonly fields: Readonly<Record<string, Change>>;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Sections that only the second has, with the reason. */
  readonly notCompared: ReadonlyMap<SectionName, string>;
}

/**
 * What has to be done to the first configuration to make it the second. What the second leaves out, a section or a field, is
 * not compared.
 * @param unread why the first lacks a section
 */
export function compare(
  from: Configuration,
  to: Configuration,
  unread: ReadonlyMap<SectionName, string> = new Map(),
): Comparison {
  const differences: Difference[] = [];
  const notCompared = new Map<SectionName, string>();
  for (const [section, wanted] of to) {
    const present = from.get(section);
    if (present === undefined) {
      notCompared.set(section, unread.get(section) ?? 'the other side does not have it');
      continue;
    }
    for (const [key, fields] of wanted) {
      const before = present.get(key);
      if (before === undefined) {
        differences.push({ section, key, kind: 'added', fields: sided(fields, 'to') });
        continue;
      }
      const changed = changedFields(before, fields);
      if (Object.keys(changed).length > 0) differences.push({ section, key, kind: 'changed', fields: changed });
    }
    for (const [key, fields] of present) {
      if (!wanted.has(key)) differences.push({ section, key, kind: 'removed', fields: sided(fields, 'from') });
    }
  }
  return { differences, notCompared };
}

const sided = (fields: Fields, side: 'from' | 'to'): Readonly<Record<string, Change>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { from: undefined, to: undefined, [side]: value }]));

function changedFields(before: Fields, fields: Fields): Readonly<Record<string, Change>> {
  const changed = Object.entries(fields).filter(([name, value]) => !isSame(name, before[name], value));
  return Object.fromEntries(changed.map(([name, value]) => [name, { from: before[name], to: value }]));
}

/** A signing key cannot be read: two templates that each have their own count as equal. */
const isSame = (name: string, from: unknown, to: unknown): boolean =>
  name === 'signing_key' ? isRecord(from) === isRecord(to) : canonicalJson(from ?? null) === canonicalJson(to ?? null);

/** A difference as JSON: what the first has (`from`), and what the second wants (`to`). */
export const modelOf = ({ section, key, kind, fields }: Difference): object => ({
  section,
  ...(key === THE_ONE ? {} : { key }),
  change: kind,
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, { from, to }]) => [
      name,
      { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    ]),
  ),
});
