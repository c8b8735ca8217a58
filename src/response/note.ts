import { type Declared, declaredPaths, lookUp } from '../catalog/declared-answer.js';
import { didYouMean } from '../catalog/nearest.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { Selection } from './selection.js';
import { estimateTokens } from './token-count.js';

/** What the server has to add to an answer: under `_`, and only when there is something to add. */
export interface Note {
  /** What the default shape left out, and how to get it. */
  rest?: string;
  /** Paths in `fields` that the resource does not have. */
  unknown_fields?: string[];
  /** Paths in `fields` that exist, though no item has them here. */
  absent_fields?: string[];
  /** Items of this page that did not fit. */
  missing?: number;
  /** Arguments to change in the next call, which then goes on after the last item returned. */
  next?: Arguments;
  /** What was asked for, where nothing was found; only the names of the arguments where that is long. */
  none_for?: Arguments | readonly string[];
  /** Arguments that were read differently from how they were sent. */
  read_as?: readonly string[];
  /** Inputs that the caller left out and the server made. */
  made?: Arguments;
  /** What the call left behind, each with the operation that removes it. */
  left?: readonly string[];
  /** What cut values look like. */
  cut?: string;
  /** How many invisible characters were taken out, or are written as escapes. */
  invisible?: string;
  /** Where the answer has users' text that reads as if it were addressed to the model. */
  untrusted?: string;
}

export const CUT_VALUES = '…[+n] stands for n more characters or entries';

/** Whether calling again only reads. */
export const repeatable = (operation: Operation): boolean => operation.method === 'GET' || operation.risk === 'read';

/** For list items in their short form. */
export const REST_OF_SHORT = 'short; fields:["*"] gives all';

/** For what a change answers. */
export const REST_OF_CHANGE = 'what changed; a read gives all';

/** For values without their empty properties. */
export const restOfEmpty = (operation: Operation): string =>
  repeatable(operation) ? 'null and empty left out; fields:["*"] gives all' : 'null and empty left out';

/** More reports than this, or longer paths, would be noise. */
const REPORTS = 10;
const REPORTS_TOKENS = 400;
const PATH_LENGTH = 100;

/** Reports the paths that no item had. */
export function reportFields(
  paths: readonly string[],
  selection: Selection,
  shape: Declared | undefined,
  items: readonly unknown[],
): Pick<Note, 'unknown_fields' | 'absent_fields'> {
  const unknown: string[] = [];
  const absent: string[] = [];
  for (const path of new Set(paths)) {
    if (selection.met(path)) continue;
    const found = lookUp(path.split('.'), shape);
    const blocked = selection.blocked(path);
    if (found === 'unknown' && !(blocked && shape === undefined)) unknown.push(path);
    else if (items.length > 0 && !(blocked && found === 'declared')) absent.push(path);
  }
  return {
    ...(unknown.length === 0 ? {} : { unknown_fields: listed(unknown, describer(shape, items[0])) }),
    ...(absent.length === 0 ? {} : { absent_fields: listed(absent, (path) => path.slice(0, PATH_LENGTH)) }),
  };
}

/** Lists as many as are worth reading. */
function listed(paths: readonly string[], describe: (path: string) => string): string[] {
  const described: string[] = [];
  let left = REPORTS_TOKENS;
  for (const path of paths.slice(0, REPORTS)) {
    const description = describe(path);
    left -= estimateTokens(JSON.stringify(description));
    if (left < 0) break;
    described.push(description);
  }
  return described.length < paths.length ? [...described, `and ${paths.length - described.length} more`] : described;
}

/** Suggests the nearest known path. Where none is near, lists the known ones, once per object. */
function describer(shape: Declared | undefined, item: unknown): (path: string) => string {
  const told = new Set<Declared | undefined>();
  return (path) => {
    const short = path.slice(0, PATH_LENGTH);
    const keys = short.split('.');
    let known = 0;
    let at = shape;
    while (known < keys.length - 1 && lookUp(keys.slice(0, known + 1), shape) === 'declared') {
      at = at?.properties.get(keys[known] as string);
      known++;
    }
    const names = at === undefined ? keysOf(item) : [...at.properties.keys()];
    const like = didYouMean(keys[known] as string, names) || (known === 0 ? didYouMean(short, declaredPaths(shape)) : '');
    const list = like !== '' || names.length === 0 || told.has(at) ? '' : ` Known: ${names.slice(0, KNOWN).join(', ')}.`;
    if (list !== '') told.add(at);
    return `${short}: no such path.${like || list}`;
  };
}

/** Enough for every resource's own properties. */
const KNOWN = 60;

const keysOf = (item: unknown): string[] =>
  item !== null && typeof item === 'object' && !Array.isArray(item)
    ? Object.keys(item).map((key) => key.slice(0, PATH_LENGTH))
    : [];
