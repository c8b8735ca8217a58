import { RE2JS } from 're2js';
import {
  $all,
  $and,
  $elemMatch,
  $eq,
  $exists,
  $gt,
  $gte,
  $in,
  $lt,
  $lte,
  $mod,
  $ne,
  $nin,
  $nor,
  $not,
  $options,
  $or,
  $size,
  $type,
  createEqualsOperation,
  createQueryTester,
} from 'sift';
import { momentFault, momentReading, readMoment } from '../../catalog/moment.js';
import { isRecord } from '../../platform/is-record.js';

/** Whether an item matches. */
export type Test = (item: unknown) => boolean;

/** A `where` that is not a query, or costs too much. `path` leads to the fault in it. */
export class WhereFault extends Error {
  override readonly name = 'WhereFault';
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

type Operators = NonNullable<NonNullable<Parameters<typeof createQueryTester>[1]>['operations']>;

/** MongoDB's operators without those that take code. Regular expressions are matched in linear time. */
const OPERATORS: Operators = {
  $all,
  $and,
  $elemMatch,
  $eq,
  $exists,
  $gt,
  $gte,
  $in,
  $lt,
  $lte,
  $mod,
  $ne,
  $nin,
  $nor,
  $not,
  // Flags for $regex, not an operation by itself.
  $options: $options as unknown as Operators[string],
  $or,
  $regex: (pattern, query, options) => createEqualsOperation(matcher(String(pattern), query?.$options), query, options),
  $size,
  $type,
};

const LISTS: ReadonlySet<string> = new Set(['$and', '$or', '$nor', '$in', '$nin', '$all']);
const COMPARISONS: ReadonlySet<string> = new Set(['$gt', '$gte', '$lt', '$lte']);

/** Testing one item is never interrupted: these limits keep it short. */
const DEEPEST = 8;
const MOST_CONDITIONS = 100;
const MOST_VALUES = 1_000;
const MOST_PATTERNS = 5;
const LONGEST_PATTERN = 200;
/** The most steps in a compiled pattern: each may be tried at each character. */
const MOST_STEPS = 1_000;
/** How much of a text is matched. */
const LONGEST_TEXT = 1_000;
const LONGEST_PATH = 200;
const UNSAFE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', 'toJSON', 'hasOwnProperty']);

/**
 * Reads a query in MongoDB's language.
 * @param moments is told the texts that were read as times
 * @throws WhereFault
 */
export function readWhere(query: unknown, at = 'where', moments: string[] = []): Test {
  const seen = { conditions: 0, values: 0, patterns: 0, moments };
  const checked = check(query, { path: at, key: undefined, depth: 0, seen });
  try {
    return createQueryTester(checked as object, { operations: { ...OPERATORS } });
  } catch (error) {
    if (error instanceof WhereFault) throw new WhereFault(at, error.message);
    throw new WhereFault(at, error instanceof Error ? error.message.slice(0, 200) : 'is no query');
  }
}

interface Place {
  readonly path: string;
  /** The property that a condition tests. */
  readonly key: string | undefined;
  readonly depth: number;
  readonly seen: { conditions: number; values: number; patterns: number; readonly moments: string[] };
}

/** The same query with its times in milliseconds. */
function check(value: unknown, place: Place): unknown {
  const { path, depth, seen } = place;
  if (depth > DEEPEST) throw new WhereFault(path, `nests more than ${DEEPEST} levels`);
  if (Array.isArray(value)) {
    return value.map((item, nth) => check(item, { ...place, path: `${path}.${nth}`, depth: depth + 1 }));
  }
  if (!isRecord(value)) {
    if (++seen.values > MOST_VALUES) throw new WhereFault(path, `has more than ${MOST_VALUES} values`);
    return value;
  }
  const entries = Object.entries(value).map(([name, member]) => {
    const below = `${path}.${name.slice(0, LONGEST_PATH)}`;
    if (++seen.conditions > MOST_CONDITIONS) throw new WhereFault(below, `has more than ${MOST_CONDITIONS} conditions`);
    if (name.length > LONGEST_PATH || name.split('.').some((part) => UNSAFE.has(part))) {
      throw new WhereFault(below, 'is not a path');
    }
    if (!name.startsWith('$')) return [name, check(member, { path: below, key: name, depth: depth + 1, seen })];
    return [name, checkOperator(name, member, { ...place, path: below, depth: depth + 1 })];
  });
  return Object.fromEntries(entries);
}

function checkOperator(name: string, value: unknown, place: Place): unknown {
  const { path, key, seen } = place;
  if (!Object.hasOwn(OPERATORS, name)) {
    throw new WhereFault(path, `no such operator. Known: ${Object.keys(OPERATORS).join(', ')}`);
  }
  if (LISTS.has(name) && !Array.isArray(value)) throw new WhereFault(path, 'expected a list');
  if (name === '$mod' && !(Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'number'))) {
    throw new WhereFault(path, 'expected [divisor, remainder]');
  }
  if (name === '$regex') {
    if (typeof value !== 'string') throw new WhereFault(path, 'expected a pattern as text');
    if (++seen.patterns > MOST_PATTERNS) throw new WhereFault(path, `more than ${MOST_PATTERNS} patterns`);
  }
  return COMPARISONS.has(name) && isTime(key) ? checkMoment(value, place) : check(value, place);
}

function checkMoment(value: unknown, place: Place): unknown {
  const fault = typeof value === 'number' ? momentFault(value) : undefined;
  if (fault !== undefined) throw new WhereFault(place.path, fault);
  const at = typeof value === 'string' ? readMoment(value) : undefined;
  if (at === undefined) return check(value, place);
  place.seen.moments.push(momentReading(place.path, String(value), at));
  return at;
}

/** Properties that hold times have similar names throughout the API. */
export const isTime = (key: string | undefined): boolean => key !== undefined && /(?:^|[._])(?:at|expiration)$/.test(key);

const FLAGS: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };

/** A function in place of a value: the comparison calls it. */
function matcher(pattern: string, options: unknown): (text: unknown) => boolean {
  if (pattern.length > LONGEST_PATTERN) throw new WhereFault('', `a pattern is longer than ${LONGEST_PATTERN} characters`);
  let flags = 0;
  for (const flag of typeof options === 'string' ? options : '') {
    const known = FLAGS[flag];
    if (known === undefined) throw new WhereFault('', `$options knows i, m and s, not ${flag}`);
    flags |= known;
  }
  const compiled = compile(pattern, flags);
  if (compiled.programSize() > MOST_STEPS) throw new WhereFault('', 'the pattern is too large');
  return (text) => typeof text === 'string' && compiled.test(text.slice(0, LONGEST_TEXT));
}

function compile(pattern: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    throw new WhereFault('', error instanceof Error ? error.message : 'is not a pattern');
  }
}
