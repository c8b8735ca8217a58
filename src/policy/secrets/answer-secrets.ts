import { type Declared, resourceOf } from '../../catalog/declared-answer.js';
import type { Operation } from '../../catalog/operation.js';
import type { Secret } from '../../catalog/resources/marks.js';
import { isSecretName } from '../../catalog/secret-names.js';
import { standInFor } from '../../catalog/stand-ins.js';
import { isRecord } from '../../platform/is-record.js';
import { isSecretText } from './secret-text.js';

/** An answer without its secrets. If it has none, `value` is the answer itself and not a copy. */
export interface Covered {
  readonly value: unknown;
  /** How many secrets there were. */
  readonly hidden: number;
  /** Whether the form of the whole answer is known. */
  readonly known: boolean;
}

export interface CoverOptions {
  /** The text in place of a secret; `undefined` stands for one that no resource declares but that sounds like a secret. */
  readonly mark: (secret: Secret | undefined) => string;
  /** Whether the answer exists to hand out a secret: then every undeclared address in it may be one. */
  readonly handsOut: boolean;
}

/** Replaces a secret in an answer that was not confirmed as `credential`. */
export const withheld = (secret: Secret | undefined): string => (secret === undefined ? '[secret]' : standInFor(secret));

const WITHHELD = /^\[secret(?: [^\]]*)?\]$/;

/** Whether a value, or something in it, stands for a secret that was withheld. */
export const holdsWithheld = (value: unknown): boolean =>
  typeof value === 'string'
    ? WITHHELD.test(value)
    : value !== null && typeof value === 'object' && Object.values(value).some(holdsWithheld);

const DEEPEST = 20;
const ADDRESS = /(?:^|_)(?:url|link)$/;

/**
 * The answer with a mark in place of each secret: whatever the resources declare as secret, wherever they are in the answer,
 * and whatever is undeclared and looks secret. What is declared as open is shown, and so is what owners wrote themselves.
 */
export function coverSecrets(answer: unknown, { spec }: Operation, options: CoverOptions): Covered {
  const cover = new Cover(spec.request, options);
  const value = cover.whole(answer);
  return { value, hidden: cover.hidden, known: cover.known };
}

/** The answer as callers get it without a confirmation. */
export const withoutSecrets = (answer: unknown, operation: Operation): unknown =>
  coverSecrets(answer, operation, { mark: withheld, handsOut: false }).value;

class Cover {
  hidden = 0;
  known = true;
  readonly #request: string;
  readonly #options: CoverOptions;

  constructor(request: string, options: CoverOptions) {
    this.#request = request;
    this.#options = options;
  }

  whole(answer: unknown): unknown {
    if (Array.isArray(answer)) return mapped(answer, (row) => this.#row(row));
    if (!isRecord(answer) || !Object.hasOwn(answer, 'total_count') || Object.hasOwn(answer, 'object')) return this.#row(answer);
    return replaced(answer, (key, member) =>
      Array.isArray(member) ? mapped(member, (row) => this.#row(row)) : this.#undeclared(key, member, 1),
    );
  }

  #row(row: unknown): unknown {
    const resource = resourceOf(row, this.#request);
    if (isRecord(row)) return this.#object(row, resource?.shape, 0);
    return this.#undeclared('', row, 0);
  }

  #object(object: object, shape: Declared | undefined, depth: number): unknown {
    return replaced(object, (key, member) => {
      const declared = shape?.properties.get(key);
      return declared === undefined ? this.#undeclared(key, member, depth + 1) : this.#declared(key, member, declared, depth + 1);
    });
  }

  #declared(key: string, value: unknown, declared: Declared, depth: number): unknown {
    if (declared.secret !== undefined) return this.#hide(value, declared.secret);
    if (declared.free || value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return mapped(value, (item) => this.#declared(key, item, declared, depth));
    return declared.properties.size > 0 ? this.#object(value, declared, depth) : this.#undeclared(key, value, depth);
  }

  /** Properties that Clerk sends and no resource declares. */
  #undeclared(key: string, value: unknown, depth: number): unknown {
    if (value !== '' && (typeof value === 'string' || isFilled(value))) this.known = false;
    if (isSecretName(key) || (this.#options.handsOut && ADDRESS.test(key))) return this.#hide(value, undefined);
    if (typeof value === 'string') return isSecretText(value) ? this.#hide(value, undefined) : value;
    if (value === null || typeof value !== 'object') return value;
    if (depth >= DEEPEST) return this.#hide(value, undefined);
    if (Array.isArray(value)) return mapped(value, (item) => this.#undeclared('', item, depth + 1));
    return this.#object(value, resourceOf(value, '')?.shape, depth);
  }

  /** Empty values and switches reveal nothing; neither do counts if only the name sounds secret. */
  #hide(value: unknown, secret: Secret | undefined): unknown {
    if (Array.isArray(value)) return mapped(value, (item) => this.#hide(item, secret));
    if (value === null || value === '' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && secret === undefined) return value;
    this.hidden++;
    return this.#options.mark(secret);
  }
}

const isFilled = (value: unknown): boolean => value !== null && typeof value === 'object' && Object.keys(value).length > 0;

/** The list with its items replaced; the same list if none changed, as in nearly all answers. */
function mapped(list: readonly unknown[], change: (item: unknown) => unknown): unknown {
  let items: unknown[] | undefined;
  for (const [index, item] of list.entries()) {
    const now = change(item);
    if (items === undefined && now !== item) items = list.slice(0, index);
    items?.push(now);
  }
  return items ?? list;
}

/** The object with its members replaced; the same object if none changed, as in nearly all answers. */
function replaced(object: object, change: (key: string, member: unknown) => unknown): unknown {
  let changed: Map<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const member: unknown = Reflect.get(object, key);
    const now = change(key, member);
    if (now === member) continue;
    changed ??= new Map(Object.entries(object));
    changed.set(key, now);
  }
  return changed === undefined ? object : Object.fromEntries(changed);
}
