import { put } from './put.js';

/** A property that some path goes through or ends at. */
interface Step {
  readonly below: Map<string, Step>;
  ends: boolean;
  /** An item had it. */
  met: boolean;
  /** An item had null or an empty array on the way to it. */
  blocked: boolean;
}

const step = (): Step => ({ below: new Map(), ends: false, met: false, blocked: false });

/**
 * Picks the properties that paths such as `email_addresses.email_address` name. What is picked keeps its place in the
 * item's own structure, and a path goes through arrays element by element:
 * `{"email_addresses":[{"email_address":"…"}]}`. A key that has dots in itself is found too.
 */
export class Selection {
  readonly #root = step();

  constructor(paths: Iterable<string>) {
    for (const path of paths) this.#find(path, true).ends = true;
  }

  pick(item: unknown): unknown {
    return pick(item, this.#root);
  }

  /** Whether some item that was picked from had this path of the selection. */
  met(path: string): boolean {
    return this.#find(path).met;
  }

  /** Whether some item had null or an empty array above this path. */
  blocked(path: string): boolean {
    return this.#find(path).blocked;
  }

  #find(path: string, add = false): Step {
    let at = this.#root;
    for (const key of path.split('.')) {
      const next = at.below.get(key) ?? step();
      if (add) at.below.set(key, next);
      at = next;
    }
    return at;
  }
}

function pick(value: unknown, at: Step): unknown {
  if (at.ends) {
    at.met = true;
    for (const [key, next] of at.below) pickProperty(value, key, next, {});
    return value;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) block(at);
    return value.map((element) => pick(element, at)).filter((picked) => picked !== undefined);
  }
  if (value === null) {
    block(at);
    return null;
  }
  if (typeof value !== 'object') return undefined;
  const picked: Record<string, unknown> = {};
  for (const [key, next] of at.below) pickProperty(value, key, next, picked);
  return picked;
}

function pickProperty(value: unknown, key: string, at: Step, into: Record<string, unknown>): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const element of value) pickProperty(element, key, at, into);
  } else if (Object.hasOwn(value, key)) {
    const picked = pick((value as Record<string, unknown>)[key], at);
    if (picked !== undefined) put(into, key, picked);
  } else {
    for (const [rest, next] of at.below) pickProperty(value, `${key}.${rest}`, next, into);
  }
}

function block(at: Step): void {
  for (const next of at.below.values()) {
    next.blocked = true;
    block(next);
  }
}
