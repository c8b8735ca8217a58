import type * as z from 'zod';
import { MOMENT_FORMS, momentFault, momentReading, readMoment } from './moment.js';
import { didYouMean } from './nearest.js';
import { IDEMPOTENCY_KEY, type Operation } from './operation.js';
import type { Arguments } from './operation-types.js';
import { readLeniently, readWhole, parsed as textAs } from './read-leniently.js';

/** One fault in the arguments. `path` is dotted: `invitations.0.role`; empty for the arguments as a whole. */
export interface Fault {
  readonly path: string;
  readonly expected: string;
}

export type Parsed =
  | {
      readonly ok: true;
      readonly args: Arguments;
      readonly confirm: unknown;
      readonly fields: readonly string[] | undefined;
      /** Notes on values that were read differently from how they were sent. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly notes: readonly string[] };

/**
 * Checks a call's arguments against the operation. The result is the caller's own object without `confirm` and `fields`,
 * never a copy rebuilt by a schema, so that the request carries exactly what was given. Only a value that would be
 * refused is first read as what it most likely means; `confirm` never is.
 *
 * @param takesConfirm whether it takes `confirm`; a rule can require it where the catalog does not.
 */
export async function parseArguments(
  operation: Operation,
  raw: unknown,
  takesConfirm: boolean = operation.gated,
): Promise<Parsed> {
  const whole = readWhole(raw, operation.places);
  const given = whole.value;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return { ok: false, faults: [{ path: '', expected: 'The arguments must be one JSON object' }], notes: [] };
  }
  const { confirm: confirmation, fields: paths, ...rest } = given as Record<string, unknown>;
  // Hosts that fill in every input send null for those that the model left out.
  const confirm = confirmation ?? undefined;
  const spelled = typeof paths === 'string' ? textAs(paths, '[') : undefined;
  const fields = spelled ?? paths ?? undefined;
  const sent: Record<string, unknown> = {
    ...rest,
    ...(takesConfirm || confirm === undefined ? {} : { confirm }),
    ...(operation.takesFields || fields === undefined ? {} : { fields }),
  };
  const faults: Fault[] = [];
  const schema = await operation.input();
  // Where the caller gives no idempotency key, one is made once the call is allowed.
  const keyed = (given: Record<string, unknown>): Record<string, unknown> =>
    operation.keyed && given[IDEMPOTENCY_KEY] === undefined ? { ...given, [IDEMPOTENCY_KEY]: '' } : given;
  const moments = readMoments(operation, sent);
  const read = readLeniently((values) => schema.safeParse(keyed(values)), moments.args);
  const { args, result } = read;
  const notes = [
    ...whole.notes,
    ...(spelled === undefined ? [] : ['fields: text read as list']),
    ...moments.notes,
    ...read.notes,
  ];
  if (!result.success) {
    for (const issue of result.error.issues) {
      if (faults.length > MOST_FAULTS) break;
      faults.push(...toFaults(issue, operation, args));
    }
  }
  faults.push(...pathFaults(operation, args), ...filterFaults(operation, args), ...togetherFaults(operation, args));
  faults.push(...momentFaults(operation, args));
  faults.push(...numberFaults(args));
  if (operation.takesFields && !isFields(fields)) {
    faults.push({ path: 'fields', expected: FIELDS_EXPECTED });
  }
  if (faults.length > 0) return { ok: false, faults: mostTelling(faults), notes };
  return { ok: true, args, confirm, fields: fields as string[] | undefined, notes };
}

/** Converts moments given as text to what Clerk expects, and notes what was read. */
export function readMoments(
  { moments }: Operation,
  given: Readonly<Record<string, unknown>>,
): { readonly args: Record<string, unknown>; readonly notes: readonly string[] } {
  const args = { ...given };
  const notes: string[] = [];
  for (const name of moments) {
    const text = args[name];
    const at = typeof text === 'string' ? readMoment(text) : undefined;
    if (at === undefined) continue;
    args[name] = at;
    notes.push(momentReading(name, String(text), at));
  }
  return { args, notes };
}

/** Seconds instead of milliseconds would filter nothing. */
const momentFaults = ({ moments }: Operation, args: Arguments): Fault[] =>
  [...moments].flatMap((path) => {
    const value = args[path];
    const expected = typeof value === 'number' ? momentFault(value) : undefined;
    return expected === undefined ? [] : [{ path, expected }];
  });

/** The most faults reported for one call: each may quote the name of an input that the caller made up. */
const MOST_FAULTS = 20;
const LONGEST_PATH = 100;

/** The first faults, and a note if there are more. */
export function mostTelling(faults: readonly Fault[]): Fault[] {
  const told = faults.slice(0, MOST_FAULTS).map(({ path, expected }) => ({ path: cut(path), expected }));
  if (faults.length > MOST_FAULTS) told.push({ path: '', expected: 'there are more faults: correct these first' });
  return told;
}

const cut = (path: string): string =>
  path.length <= LONGEST_PATH ? path : `${path.slice(0, LONGEST_PATH).replace(/[\uD800-\uDBFF]$/, '')}…`;

const MOST_FIELDS = 100;
/** Deeper and longer than any path of an answer. */
const DEEPEST_FIELD = 20;
const LONGEST_FIELD = 300;
const FIELDS_EXPECTED = `a list of paths, like ["id","email_addresses.email_address"], or ["*"] for all: at most ${MOST_FIELDS}, each of at most ${DEEPEST_FIELD} names and ${LONGEST_FIELD} characters`;

const isField = (path: unknown): boolean =>
  typeof path === 'string' && path !== '' && path.length <= LONGEST_FIELD && path.split('.').length <= DEEPEST_FIELD;

const isFields = (fields: unknown): boolean =>
  fields === undefined || (Array.isArray(fields) && fields.length <= MOST_FIELDS && fields.every(isField));

function toFaults(issue: z.core.$ZodIssue, operation: Operation, args: Arguments): Fault[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const names = path.length === 0 ? [...operation.places.keys()] : siblings(operation, path);
    const known = names.length > 0 ? ` Known: ${names.join(', ')}.` : ' There are none.';
    let isTold = false;
    return issue.keys.slice(0, MOST_FAULTS + 1).map((key) => {
      const meant = didYouMean(key, names);
      const hint = meant || (isTold ? '' : known);
      isTold ||= meant === '';
      return { path: [...path, key].join('.'), expected: `no such input.${hint}` };
    });
  }
  if (path.length === 1 && operation.moments.has(path[0] ?? '')) return [{ path: path.join('.'), expected: MOMENT_FORMS }];
  const missing = valueAt(args, issue.path) === undefined;
  return [{ path: path.join('.'), expected: missing ? `required${expectation(issue)}` : issue.message }];
}

const expectation = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type'
    ? `, ${issue.expected}`
    : issue.code === 'invalid_value'
      ? `, one of ${issue.values.map(String).join(', ')}`
      : '';

/** The value at a path of a JSON value; `undefined` where the path leads nowhere. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );

/** The names that the object at `path` may have, read from the operation's JSON Schema. */
function siblings(operation: Operation, path: readonly string[]): string[] {
  type Node = { properties?: Record<string, Node>; items?: Node; anyOf?: Node[] } | undefined;
  const below = (node: Node, key: string): Node =>
    node?.properties?.[key] ?? node?.items ?? firstOf(node?.anyOf, (branch) => below(branch, key));
  const node = path.reduce<Node>(below, operation.inputSchema as Node);
  const objects = [node, ...(node?.anyOf ?? [])];
  return objects.flatMap((object) => Object.keys(object?.properties ?? {}));
}

function firstOf<T, R>(all: readonly T[] = [], find: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/u;

/** Characters that lead elsewhere once a proxy on the way has decoded the path, and invisible ones. */
const LEADS_ELSEWHERE = /[/\\%?#\p{Cc}\u2028\u2029]/u;

/** Longer than any id, slug or key. */
const LONGEST_ID = 500;

/** Why a value cannot be an id in a path, as a person would put it; `undefined` when it can. */
export function idFault(value: string): string | undefined {
  if (value.length > LONGEST_ID) return `an id has at most ${LONGEST_ID} characters`;
  if (value.trim() === '') return 'must not be empty';
  if (value === '.' || value === '..') return `"${value}" is no id`;
  if (LEADS_ELSEWHERE.test(value))
    return 'an id holds no / \\ % ? # and no control characters: give the id alone, as a read shows it';
  return LONE_SURROGATE.test(value) ? 'is not well-formed Unicode' : undefined;
}

/** Faults that zod's `string` lets through but that no path segment may have. */
function pathFaults(operation: Operation, args: Arguments): Fault[] {
  return [...operation.places].flatMap(([path, place]) => {
    const value = args[path];
    const expected = place === 'path' && typeof value === 'string' ? idFault(value) : undefined;
    return expected === undefined ? [] : [{ path, expected }];
  });
}

/** JSON has no infinity: `1e400` would go out as null. */
function numberFaults(args: Arguments): Fault[] {
  const faults: Fault[] = [];
  const open: { readonly path: string; readonly value: unknown }[] = [{ path: '', value: args }];
  for (let next = open.pop(); next !== undefined && faults.length <= MOST_FAULTS; next = open.pop()) {
    const { path, value } = next;
    if (typeof value === 'number' && !Number.isFinite(value)) faults.push({ path, expected: 'a number that JSON can hold' });
    if (value === null || typeof value !== 'object') continue;
    for (const [key, inner] of Object.entries(value)) open.push({ path: path === '' ? key : `${path}.${key}`, value: inner });
  }
  return faults;
}

/** An empty list would be sent as no filter at all, so that a search for no users would return every user. */
function filterFaults(operation: Operation, args: Arguments): Fault[] {
  const expected = 'an empty list would ask for all: leave it out for that, or give what to look for';
  return [...operation.places]
    .filter(([name, place]) => place === 'query' && Array.isArray(args[name]) && args[name].length === 0)
    .map(([path]) => ({ path, expected }));
}

function togetherFaults(operation: Operation, args: Arguments): Fault[] {
  const { needsOneOf, image } = operation.spec;
  const faults: Fault[] = [];
  if (needsOneOf?.every((name) => args[name] === undefined)) {
    faults.push({ path: '', expected: `give ${needsOneOf.join(' or ')}` });
  }
  if (image !== undefined) {
    const given = ['file_path', 'file_base64'].filter((name) => args[name] !== undefined);
    if (given.length !== 1) faults.push({ path: '', expected: 'give either file_path or file_base64' });
    if (args.file_base64 !== undefined && args.media_type === undefined) {
      faults.push({ path: 'media_type', expected: 'required with file_base64' });
    }
  }
  return faults;
}
