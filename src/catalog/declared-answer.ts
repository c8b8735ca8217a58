import { type AnswerShapes, CLOSED, FREE, TIME, VALUE } from './answer-shapes.js';
import { knownAnswers } from './known-answers.js';
import type { ListRow, Secret } from './resources/marks.js';

/** One property as declared: the properties below it, and whether it may hold anything, a moment or a secret. */
export interface Declared {
  readonly free: boolean;
  /** It may hold anything, and not everyone may read it. */
  readonly closed?: true;
  /** Unix milliseconds. */
  readonly time?: true;
  readonly secret?: Secret;
  readonly properties: ReadonlyMap<string, Declared>;
}

const none: ReadonlyMap<string, Declared> = new Map();
const value: Declared = { free: false, properties: none };
const free: Declared = { free: true, properties: none };

/** Everything but objects, by the number that stands for it. */
const plain = new Map<number, Declared>([
  [VALUE, value],
  [FREE, free],
  [CLOSED, { ...free, closed: true }],
  [TIME, { ...value, time: true }],
]);

/** The properties of an answer, or of one of its rows. */
export interface Resource extends Partial<ListRow> {
  readonly shape: Declared;
}

/** By index, created on first use. */
const objects = new Map<number, Declared>();

function objectAt(place: number, known: AnswerShapes): Declared {
  const made = objects.get(place);
  if (made !== undefined) return made;
  const held = Object.entries(known.objects[place] ?? {});
  const declared = { free: false, properties: new Map(held.map(([key, below]) => [key, propertyOf(below, known)])) };
  objects.set(place, declared);
  return declared;
}

function propertyOf(held: number | Secret, known: AnswerShapes): Declared {
  if (typeof held === 'object') return { ...value, secret: held };
  return plain.get(held) ?? objectAt(held, known);
}

/** The resource of a value: by its `object`, or without one by the request that it answers. */
export function resourceOf(answer: unknown, request: string): Resource | undefined {
  const known = knownAnswers();
  const object = answer !== null && typeof answer === 'object' ? (answer as { object?: unknown }).object : undefined;
  const named = typeof object === 'string' && Object.hasOwn(known.byObject, object) ? known.byObject[object] : undefined;
  const found = known.resources[named ?? known.byRequest[request] ?? -1];
  return found && { ...found, shape: objectAt(found.shape, known) };
}

/** What is known about a path: it is declared, it leads into a value of any form, or nothing is known. */
export function lookUp(path: readonly string[], shape: Declared | undefined): 'declared' | 'free' | 'unknown' {
  let at = shape;
  for (const key of path) {
    if (at?.free === true) return 'free';
    at = at?.properties.get(key);
  }
  return at === undefined ? 'unknown' : 'declared';
}

/** Every declared path down to the third property, for suggestions. */
export function declaredPaths(shape: Declared | undefined, prefix = '', depth = 3): string[] {
  if (shape === undefined || depth === 0) return [];
  return [...shape.properties].flatMap(([key, below]) => [prefix + key, ...declaredPaths(below, `${prefix + key}.`, depth - 1)]);
}
