import type { Done } from '../platform/in-steps.js';
import { type Key, type Row, type Setting, type Table, tableNamed } from './table.js';

/** What the store asks of its surroundings. */
export interface Surroundings {
  now(): number;
  id(prefix: string, at: number): string;
}

/** Is told what happened to a store, right after it happened. */
export interface StoreWatcher {
  /** A row came or changed. @param before What it held before; undefined for a new one. */
  put(resource: string, row: Row, before: Row | undefined): void;
  /** A row is about to go. What belongs to it goes first, and is told after it. */
  dropping(resource: string, row: Row): void;
  set(setting: string, value: object): void;
}

/** All that a store keeps, by resource and by setting. */
export interface StoreContent {
  /** In the order in which they came. */
  readonly rows: Iterable<readonly [resource: string, rows: Iterable<Row>]>;
  readonly settings: Iterable<readonly [setting: string, value: object]>;
}

/** What a new row is made of; id and times are filled in unless given. */
export type Draft<R extends Row> = Omit<R, keyof Row> & Partial<Row>;

type KeyOf<R> = (row: R) => Key;

/** A unique key that is already taken. Handlers look before they insert, so this is a mistake in a handler or a seed. */
export class DuplicateKeyError extends Error {
  readonly resource: string;
  readonly index: string;

  constructor(resource: string, index: string, key: string) {
    super(`${resource}: another row already has ${index} ${key}`);
    this.name = 'DuplicateKeyError';
    this.resource = resource;
    this.index = index;
  }
}

/** A row that was deleted while a handler was still working on it. */
export class RowGoneError extends Error {
  readonly resource: string;
  readonly id: string;

  constructor(resource: string, id: string) {
    super(`${resource} ${id} is gone`);
    this.name = 'RowGoneError';
    this.resource = resource;
    this.id = id;
  }
}

/** What a collection tells its store. */
type StoreHooks = Pick<StoreWatcher, 'put' | 'dropping'>;

/** The rows of one resource, with their indices. Reading by id or key costs the same at any size. */
export class Collection<R extends Row, Unique extends string = string, Lookup extends string = string> {
  readonly resource: Table<R, Unique, Lookup>;
  readonly #surroundings: Surroundings;
  readonly #byId = new Map<string, R>();
  readonly #unique: [name: string, keyOf: KeyOf<R>, rows: Map<string, R>][];
  readonly #lookup: [name: string, keyOf: KeyOf<R>, rows: Map<string, R[]>][];
  /** The same indices by name. */
  readonly #oneBy: ReadonlyMap<string, Map<string, R>>;
  readonly #manyBy: ReadonlyMap<string, Map<string, R[]>>;
  /** Of the unique indices, then of the lookups. */
  readonly #keys: readonly KeyOf<R>[];
  readonly #told: StoreHooks;
  /** Oldest first. Rows of the same time keep the order in which they came. */
  #byTime: R[] = [];
  #sorted = true;

  constructor(resource: Table<R, Unique, Lookup>, surroundings: Surroundings, told: StoreHooks) {
    this.resource = resource;
    this.#surroundings = surroundings;
    this.#told = told;
    this.#unique = Object.entries(resource.unique).map(([name, keyOf]) => [name, keyOf as KeyOf<R>, new Map()]);
    this.#lookup = Object.entries(resource.lookup).map(([name, keyOf]) => [name, keyOf as KeyOf<R>, new Map()]);
    this.#oneBy = new Map(this.#unique.map(([name, , rows]) => [name, rows]));
    this.#manyBy = new Map(this.#lookup.map(([name, , rows]) => [name, rows]));
    this.#keys = [...this.#unique, ...this.#lookup].map(([, keyOf]) => keyOf);
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): R | undefined {
    return this.#byId.get(id);
  }

  /** The row with this unique key. */
  one(index: Unique, key: string): R | undefined {
    return this.#oneBy.get(index)?.get(key);
  }

  /** The rows with this key, oldest insertion first. */
  many(index: Lookup, key: string): readonly R[] {
    return this.#manyBy.get(index)?.get(key) ?? [];
  }

  /** All rows, oldest first. Not to be kept across a change. */
  oldestFirst(): readonly R[] {
    if (!this.#sorted) {
      this.#byTime.sort((a, b) => a.created_at - b.created_at);
      this.#sorted = true;
    }
    return this.#byTime;
  }

  /** All rows in the order in which they came. */
  asInserted(): Iterable<R> {
    return this.#byId.values();
  }

  /** Where the row is in {@link oldestFirst}. */
  position(row: R): number {
    const rows = this.oldestFirst();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle] as R).created_at < row.created_at) low = middle + 1;
      else high = middle;
    }
    return rows.indexOf(row, low);
  }

  /** @throws DuplicateKeyError, with nothing inserted. */
  insert(draft: Draft<R>): R {
    const created = draft.created_at ?? this.#surroundings.now();
    const row = {
      id: this.#surroundings.id(this.resource.prefix, created),
      ...draft,
      created_at: created,
      updated_at: draft.updated_at ?? created,
    } as unknown as R;
    if (this.#byId.has(row.id)) throw new DuplicateKeyError(this.resource.name, 'id', row.id);
    const keys = this.#keysOf(row);
    this.#refuseTaken(row, [], keys);
    this.#byId.set(row.id, row);
    this.#reindex(row, [], keys);
    this.#append(row);
    this.#told.put(this.resource.name, row, undefined);
    return row;
  }

  /** Changes the row in place and stamps `updated_at`. @throws DuplicateKeyError or RowGoneError, with nothing changed. */
  update(row: R, patch: Partial<Omit<R, 'id'>>): R {
    if (this.#byId.get(row.id) !== row) throw new RowGoneError(this.resource.title, row.id);
    const before = this.#keysOf(row);
    const was = { ...row };
    Object.assign(row, { updated_at: this.#surroundings.now() }, patch);
    const after = this.#keysOf(row);
    try {
      this.#refuseTaken(row, before, after);
    } catch (error) {
      Object.assign(row, was);
      throw error;
    }
    this.#reindex(row, before, after);
    if (row.created_at !== was.created_at) this.#sorted = false;
    this.#told.put(this.resource.name, row, was);
    return row;
  }

  /** Removes the row and everything that belongs to it. */
  delete(row: R): void {
    if (this.#byId.get(row.id) !== row) return;
    this.#told.dropping(this.resource.name, row);
    const at = this.position(row);
    this.#byTime.splice(at, 1);
    this.#byId.delete(row.id);
    this.#reindex(row, this.#keysOf(row), []);
  }

  #append(row: R): void {
    const last = this.#byTime.at(-1);
    if (last !== undefined && last.created_at > row.created_at) this.#sorted = false;
    this.#byTime.push(row);
  }

  #refuseTaken(row: R, before: readonly Key[], after: readonly Key[]): void {
    this.#unique.forEach(([name, , rows], at) => {
      const key = after[at];
      if (!isKey(key) || key === before[at]) return;
      const holder = rows.get(key);
      if (holder !== undefined && holder !== row) throw new DuplicateKeyError(this.resource.name, name, key);
    });
  }

  #keysOf(row: R): Key[] {
    return this.#keys.map((keyOf) => keyOf(row));
  }

  #reindex(row: R, before: readonly Key[], after: readonly Key[]): void {
    this.#unique.forEach(([, , rows], at) => {
      if (before[at] === after[at]) return;
      if (isKey(before[at])) rows.delete(before[at]);
      if (isKey(after[at])) rows.set(after[at], row);
    });
    this.#lookup.forEach(([, , rows], nth) => {
      const at = this.#unique.length + nth;
      if (before[at] === after[at]) return;
      if (isKey(before[at])) drop(rows, before[at], row);
      if (isKey(after[at])) put(rows, after[at], row);
    });
  }
}

const isKey = (key: Key): key is string => key !== null && key !== undefined;

function put<R>(rows: Map<string, R[]>, key: string, row: R): void {
  const held = rows.get(key);
  if (held === undefined) rows.set(key, [row]);
  else held.push(row);
}

function drop<R>(rows: Map<string, R[]>, key: string, row: R): void {
  const held = rows.get(key) ?? [];
  if (held.length <= 1) rows.delete(key);
  else held.splice(held.indexOf(row), 1);
}

/** Everything that an instance keeps. Collections come into being when first asked for. */
export class Store {
  readonly #surroundings: Surroundings;
  readonly #collections = new Map<string, Collection<Row>>();
  readonly #settings = new Map<string, object>();
  readonly #watchers: StoreWatcher[] = [];

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  of<R extends Row, Unique extends string, Lookup extends string>(
    resource: Table<R, Unique, Lookup>,
  ): Collection<R, Unique, Lookup> {
    const held = this.#collections.get(resource.name);
    if (held !== undefined) return held as unknown as Collection<R, Unique, Lookup>;
    const made = new Collection(resource, this.#surroundings, {
      put: (name, row, before) => {
        for (const watcher of this.#watchers) watcher.put(name, row, before);
      },
      dropping: (name, row) => {
        for (const watcher of this.#watchers) watcher.dropping(name, row);
        this.#removeOwned(name, row.id);
      },
    });
    this.#collections.set(resource.name, made as unknown as Collection<Row>);
    return made;
  }

  setting<T extends object>(setting: Setting<T>): Readonly<T> {
    const held = this.#settings.get(setting.name);
    if (held !== undefined) return held as T;
    const initial = setting.initial();
    this.#settings.set(setting.name, initial);
    return initial;
  }

  set<T extends object>(setting: Setting<T>, patch: Partial<T>): Readonly<T> {
    const next = { ...this.setting(setting), ...patch };
    this.#settings.set(setting.name, next);
    for (const watcher of this.#watchers) watcher.set(setting.name, next);
    return next;
  }

  /** From now on every change is told. */
  watch(watcher: StoreWatcher): void {
    this.#watchers.push(watcher);
  }

  get content(): StoreContent {
    return {
      rows: [...this.#collections].map(([name, held]) => [name, held.asInserted()] as const),
      settings: this.#settings,
    };
  }

  /** Puts back what {@link content} gave, row by row. @throws DuplicateKeyError, or Error for a resource that there is none of. */
  *restore({ rows, settings }: StoreContent): Generator<Done> {
    const tables = [...rows].map(([name, kept]) => [name, [...kept]] as const);
    const total = tables.reduce((sum, [, kept]) => sum + kept.length, 0);
    let progress = 0;
    for (const [name, kept] of tables) {
      const resource = tableNamed(name);
      if (resource === undefined) throw new Error(`there is no resource ${name}`);
      for (const row of kept) {
        this.of(resource).insert(row);
        yield { progress: ++progress, total };
      }
    }
    for (const [name, value] of settings) this.#settings.set(name, value);
  }

  #removeOwned(owner: string, id: string): void {
    for (const collection of this.#collections.values()) {
      const index = collection.resource.owners[owner];
      if (index === undefined) continue;
      for (const row of [...collection.many(index, id)]) collection.delete(row);
    }
  }
}
