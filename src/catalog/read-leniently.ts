import type * as z from 'zod';
import { type DensityLimits, excessOf } from '../platform/json-density.js';

/** Inputs that some hosts add to every call for their own use: Cline, Cursor, Gemini CLI, OpenHands, n8n. */
export const HOST_KEYS: ReadonlySet<string> = new Set([
  'task_progress',
  'random_string',
  'wait_for_previous',
  'security_risk',
  'toolCallId',
]);

/** With more faults than this, nothing is read differently. */
const MOST_READINGS = 1000;
/** How often values parsed from a text are themselves checked again. */
const MOST_ROUNDS = 3;
const MOST_NOTES = 10;
const LONGEST_PATH = 100;
/** Limits for a text that is read as a list or an object; the same as for a whole message. */
const TEXT_LIMITS: DensityLimits = { values: 300_000, levels: 200, names: 20_000 };
/** How much text within one call's arguments may be parsed, in characters. */
const MOST_TEXT = 1_000_000;

type Values = Record<string, unknown>;
type Key = string | number;

/** What was read, with notes on what was read differently from how it was sent: `limit: text read as number`. */
export interface Reading {
  readonly value: unknown;
  readonly notes: readonly string[];
}

/**
 * The arguments of a call, even where a host sent them as JSON text, as null for none, or wrapped in another `arguments`.
 * @param known the inputs that exist
 */
export function readWhole(given: unknown, known: { readonly has: (name: string) => boolean }): Reading {
  if (given === undefined || given === null) return { value: {}, notes: [] };
  if (typeof given === 'string') {
    const value = parsed(given, '{');
    return value === undefined ? { value: given, notes: [] } : { value, notes: ['arguments: text read as object'] };
  }
  const inner = isValues(given) && !known.has('arguments') && Object.keys(given).length === 1 ? given.arguments : undefined;
  if (inner === undefined || inner === null) return { value: given, notes: [] };
  const value = typeof inner === 'string' ? parsed(inner, '{') : isValues(inner) ? inner : undefined;
  if (value === undefined) return { value: given, notes: [] };
  // With such an input they come as text by way of the SDK, however they were sent. No operation takes it.
  if (isValues(value) && Object.hasOwn(value, '__proto__')) return { value, notes: [] };
  const how = typeof inner === 'string' ? 'text read as object' : 'read as the whole';
  return { value, notes: [`arguments: ${how}`] };
}

interface Lenient {
  readonly args: Values;
  /** The schema's verdict on them. */
  readonly result: z.ZodSafeParseResult<unknown>;
  readonly notes: readonly string[];
}

/**
 * Mends what hosts and models send instead of what a schema expects, but only where the schema complains. Null is left
 * out where null is not allowed, text becomes the number, boolean, list or object that it spells, and the host's own
 * inputs are dropped. Values that the schema accepts are never changed, and neither is the object that was given.
 *
 * @param check checks arguments against the schema; called once, and once more after each round of changes
 */
export function readLeniently(check: (args: Values) => z.ZodSafeParseResult<unknown>, given: Values): Lenient {
  const notes: string[] = [];
  let args = given;
  let result = check(args);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const issues = result.error?.issues ?? [];
    // So many faults do not come from a host's habits.
    if (issues.length > MOST_READINGS) break;
    const draft = new Draft(args);
    for (const issue of issues) notes.push(...mend(draft, issue));
    if (!draft.changed) break;
    args = draft.values;
    result = check(args);
  }
  return { args, result, notes: counted(notes) };
}

/** Keeps as many notes as are worth reading. */
export const counted = (notes: readonly string[]): string[] =>
  notes.length <= MOST_NOTES ? [...notes] : [...notes.slice(0, MOST_NOTES), `and ${notes.length - MOST_NOTES} more`];

/** Changes the value that the issue is about, if it can be read differently, and notes that. */
function mend(draft: Draft, issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    if (issue.path.length > 0) return [];
    return issue.keys.filter((key) => HOST_KEYS.has(key) && draft.remove([key])).map((key) => `${key}: dropped`);
  }
  const path = issue.path as Key[];
  const value = draft.at(path);
  const name = path.join('.').slice(0, LONGEST_PATH);
  if (value === null) return draft.remove(path) ? [`${name}: null read as not given`] : [];
  if (typeof value !== 'string') return [];
  for (const wanted of wantedBy(issue)) {
    const read = draft.takes(value) ? readText(value, wanted) : undefined;
    if (read !== undefined && draft.set(path, read)) return [`${name}: text read as ${kindOf(read)}`];
  }
  return [];
}

/** The types that would have been accepted instead of the value, and the accepted values that are not text. */
function wantedBy(issue: z.core.$ZodIssue | z.core.$ZodIssueBase): unknown[] {
  const { code, path, ...rest } = issue as z.core.$ZodIssue;
  if (code === 'invalid_type') return [(rest as { expected: string }).expected];
  if (code === 'invalid_value')
    return (rest as { values: unknown[] }).values.filter((value) => typeof value !== 'string').map((value) => ({ value }));
  if (code !== 'invalid_union') return [];
  const { errors } = rest as { errors: z.core.$ZodIssue[][] };
  return errors
    .flat()
    .filter((inner) => inner.path.length === 0)
    .flatMap(wantedBy);
}

/** Whether a number is written as JSON writes it, so that nothing is lost. */
const isPlainNumber = (text: string): boolean =>
  text.length <= 25 && String(Number(text)) === text && Number.isFinite(Number(text));

function readText(text: string, wanted: unknown): unknown {
  switch (wanted) {
    case 'number':
    case 'int':
      return isPlainNumber(text) ? Number(text) : undefined;
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
    case 'array':
      return parsed(text, '[');
    case 'object':
    case 'record':
      return parsed(text, '{');
    default:
      return isValues(wanted) && String(wanted.value) === text ? wanted.value : undefined;
  }
}

/** The list or object that a text spells, told by its first character. */
export function parsed(text: string, first: '[' | '{'): unknown {
  if (!text.trimStart().startsWith(first)) return undefined;
  try {
    return excessOf(Buffer.from(text), TEXT_LIMITS) === undefined ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

const isValues = (value: unknown): value is Values => value !== null && typeof value === 'object' && !Array.isArray(value);

type Container = Record<Key, unknown>;

/** A copy of the arguments that grows with the changes: unchanged parts are shared. */
class Draft {
  readonly values: Values;
  changed = false;
  readonly #own = new Set<unknown>();
  #room = MOST_TEXT;

  constructor(given: Values) {
    this.values = { ...given };
    this.#own.add(this.values);
  }

  at(path: readonly Key[]): unknown {
    return path.reduce<unknown>(
      (at, key) => (at !== null && typeof at === 'object' && Object.hasOwn(at, key) ? (at as Container)[key] : undefined),
      this.values,
    );
  }

  /** Whether this text may be read too. */
  takes({ length }: string): boolean {
    this.#room -= length;
    return this.#room >= 0;
  }

  set(path: readonly Key[], value: unknown): boolean {
    return this.#change(path, (container, key) => {
      container[key] = value;
    });
  }

  /** Removes a property. A list's item stays, since the others would move. */
  remove(path: readonly Key[]): boolean {
    if (Array.isArray(this.at(path.slice(0, -1)))) return false;
    return this.#change(path, (container, key) => {
      delete container[key];
    });
  }

  #change(path: readonly Key[], change: (container: Container, key: Key) => void): boolean {
    const last = path.at(-1);
    if (last === undefined || path.includes('__proto__')) return false;
    let container = this.values as Container;
    for (const key of path.slice(0, -1)) {
      const inner = container[key];
      if (inner === null || typeof inner !== 'object') return false;
      const own = this.#own.has(inner) ? inner : Array.isArray(inner) ? [...inner] : { ...inner };
      this.#own.add(own);
      container[key] = own;
      container = own as Container;
    }
    change(container, last);
    this.changed = true;
    return true;
  }
}
