import { isRecord } from '../../platform/is-record.js';

/**
 * A text that stands for a value known elsewhere. `$` is the current item of `for_each`, `$.path` something in it,
 * `$steps.NAME.path` what an earlier step answered, `$inputs.NAME` an input of a named plan. A path is names and numbers
 * with dots between them; `*` stands for every item of a list, and lists in lists become one. With `?` at its end, the
 * argument is left out if there is no value, or null. A text that begins with `$` is written with `$$`. Within a text,
 * `${inputs.NAME}` stands for an input that is text.
 */
export interface Reference {
  readonly from: 'item' | 'steps' | 'inputs';
  /** The name of a step or an input. */
  readonly name: string;
  readonly path: readonly string[];
  readonly optional: boolean;
}

/** A text that looks like a reference but is not one, or leads nowhere. */
export class BadReferenceError extends Error {
  override readonly name = 'BadReferenceError';
}

/** A value known only after an earlier step has been carried out. */
export interface Deferred {
  /** Where it goes in the arguments. */
  readonly to: readonly string[];
  readonly step: string;
  /** Where it is in the answer. */
  readonly path: readonly string[];
}

/** What references lead to. */
export interface Scope {
  /** The current item, in a list so that there may be none. */
  readonly item: readonly [unknown] | undefined;
  /** Answers by step. A step that changes something has none yet. */
  readonly steps: ReadonlyMap<string, unknown>;
  /** Steps whose answers are known only after they have been carried out. */
  readonly pending: ReadonlySet<string>;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Resolved {
  readonly value: unknown;
  readonly deferred: readonly Deferred[];
}

const FORM = /^\$(?:(?<from>steps|inputs)\.(?<name>[\w-]+))?(?<path>(?:\.(?:[\w-]+|\*))*)(?<optional>\?)?$/;
const DEEPEST = 12;
/** Longer than any path into an answer. */
const LONGEST = 300;
const MOST_NAMES = 20;
/** Far more than a plan can need. */
const MOST_COLLECTED = 100_000;

/**
 * How much text references may still expand to, in characters: a short text can stand for a long list, many times over.
 * Values written out in full count too.
 */
export class Room {
  #left: number;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** @throws BadReferenceError when there is no more room */
  take(value: unknown): void {
    const open: unknown[] = [value];
    while (open.length > 0) {
      const next = open.pop();
      this.#left -= typeof next === 'string' ? next.length + 1 : 1;
      if (this.#left < 0) throw new BadReferenceError(`it all comes to more than ${this.#most} characters: make several smaller`);
      if (next === null || typeof next !== 'object') continue;
      for (const [key, member] of Object.entries(next)) {
        if (!Array.isArray(next)) this.#left -= key.length;
        open.push(member);
      }
    }
  }
}

/** @throws BadReferenceError for a text that begins with `$` but is not a reference */
export function readReference(text: string): Reference | undefined {
  if (!text.startsWith('$') || text.startsWith('$$')) return undefined;
  const form = text.length > LONGEST ? null : FORM.exec(text);
  const { from = 'item', name = '', path = '', optional } = form?.groups ?? {};
  const names = path === '' ? [] : path.slice(1).split('.');
  if (form === null || names.length > MOST_NAMES) {
    throw new BadReferenceError(
      `a reference is $, $.path, $steps.NAME.path or $inputs.NAME, with at most ${MOST_NAMES} names and ${LONGEST} characters; text that begins with $ is written with $$`,
    );
  }
  return {
    from: from as Reference['from'],
    name,
    path: names,
    optional: optional !== undefined,
  };
}

/**
 * A value with all its references replaced by what they lead to. References to values not known yet stay as written, and
 * are listed.
 * @throws BadReferenceError
 */
export function resolve(value: unknown, scope: Scope, room: Room): Resolved {
  const deferred: Deferred[] = [];
  const walk = (at: unknown, to: readonly string[]): unknown => {
    if (to.length > DEEPEST) {
      room.take(at);
      return at;
    }
    if (typeof at === 'string') {
      const found = follow(at, to);
      room.take(found);
      return found;
    }
    room.take(null);
    if (Array.isArray(at)) return at.map((item, nth) => walk(item, [...to, String(nth)]));
    if (!isRecord(at)) return at;
    return Object.fromEntries(
      Object.entries(at)
        .map(([key, member]) => [key, walk(member, [...to, key])] as const)
        .filter(([, member]) => member !== undefined),
    );
  };
  const follow = (at: string, to: readonly string[]): unknown => {
    const text = withInputs(at, scope.inputs);
    if (text !== at) return text;
    const reference = readReference(at);
    if (reference === undefined) return at.startsWith('$$') ? at.slice(1) : at;
    if (isPending(reference, scope)) {
      deferred.push(deferredOf(reference, at, to));
      return at;
    }
    const found = lookUp(reference, scope);
    if (found === undefined && !reference.optional) throw new BadReferenceError(`${at} leads to nothing`);
    return found === null && reference.optional ? undefined : found;
  };
  return { value: walk(value, []), deferred };
}

/** What a single reference leads to; `undefined` for nothing. @throws BadReferenceError */
export function resolveText(text: string, scope: Scope): unknown {
  const reference = readReference(text);
  if (reference === undefined) throw new BadReferenceError(`${JSON.stringify(text.slice(0, 60))} is not a reference`);
  if (isPending(reference, scope))
    throw new BadReferenceError(`${text} is known only once step ${reference.name} has been carried out`);
  return lookUp(reference, scope);
}

const WITHIN = /\$\{inputs\.(\w{1,100})\}/g;

function withInputs(text: string, inputs: Scope['inputs']): string {
  return text.replace(WITHIN, (written, name: string) => {
    const value = own(inputs, name);
    if (typeof value !== 'string') throw new BadReferenceError(`${written} does not lead to text`);
    return value;
  });
}

const isPending = ({ from, name }: Reference, { pending }: Scope): boolean => from === 'steps' && pending.has(name);

/** From answers not known yet only ids may be taken: people must not approve anything else unseen. */
function deferredOf({ name, path }: Reference, text: string, to: readonly string[]): Deferred {
  const last = path.at(-1) ?? '';
  if (!/(?:^|_)id$/.test(last) || path.includes('*')) {
    throw new BadReferenceError(
      `${text}: only ids can be used from a step that is still to be carried out, as in $steps.${name}.id`,
    );
  }
  return { to, step: name, path };
}

function lookUp({ from, name, path }: Reference, { item, steps, inputs }: Scope): unknown {
  switch (from) {
    case 'item':
      if (item === undefined) throw new BadReferenceError('$ is the current item of for_each, and there is no for_each');
      return at(item[0], path);
    case 'inputs':
      return at(own(inputs, name), path);
    case 'steps':
      if (!steps.has(name)) throw new BadReferenceError(`no step before this one is named ${name}`);
      return at(steps.get(name), path);
  }
}

/** The value at a path. `data` of a bare list is the list itself, since some of the API's lists are bare and others are not. */
export function at(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    if (key === '*') return collect(value, rest);
    return at(key === 'data' ? value : value[Number(key)], rest);
  }
  return isRecord(value) ? at(own(value, key), rest) : undefined;
}

/** The values at the path in all items, without the items that have none. */
function collect(list: readonly unknown[], rest: readonly string[]): unknown[] {
  const found: unknown[] = [];
  for (const item of list) {
    const inner = at(item, rest);
    if (inner === undefined) continue;
    if (Array.isArray(inner)) for (const each of inner) found.push(each);
    else found.push(inner);
    if (found.length > MOST_COLLECTED) throw new BadReferenceError(`a list of more than ${MOST_COLLECTED} items`);
  }
  return found;
}

const own = (value: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;
