import type { Row } from './each.js';
import { compareValues, split, valueAt } from './paths.js';

export interface SortKey {
  readonly path: readonly string[];
  readonly descends: boolean;
}

/** A value computed for each group: the minimum, the maximum or the sum of the values at a path. */
export interface Measure {
  readonly of: 'min' | 'max' | 'sum';
  /** Its name in the group: `sum:amount`. */
  readonly name: string;
  readonly path: readonly string[];
}

export const bySort =
  (keys: readonly SortKey[]) =>
  (a: Row, b: Row): number => {
    for (const { path, descends } of keys) {
      const order = compareValues(valueAt(a, path), valueAt(b, path));
      if (order !== 0) return descends ? -order : order;
    }
    return 0;
  };

/** The first rows in an order. Holds never many more than are wanted while all rows go by. */
export class FirstRows {
  readonly #most: number;
  readonly #compare: ((a: Row, b: Row) => number) | undefined;
  #rows: Row[] = [];

  constructor(most: number, sort: readonly SortKey[]) {
    this.#most = most;
    this.#compare = sort.length === 0 ? undefined : bySort(sort);
  }

  add(row: Row): void {
    if (this.#compare === undefined && this.#rows.length >= this.#most) return;
    this.#rows.push(row);
    if (this.#rows.length > 2 * this.#most + 100) this.#cut();
  }

  get rows(): readonly Row[] {
    this.#cut();
    return this.#rows;
  }

  #cut(): void {
    if (this.#compare !== undefined) this.#rows.sort(this.#compare);
    this.#rows = this.#rows.slice(0, this.#most);
  }
}

interface Group {
  count: number;
  readonly values: Row;
  readonly measured: Map<Measure, number | string>;
}

const MOST_GROUPS = 20_000;

/** Groups rows by the values at paths, and counts and measures each group. */
export class Groups {
  readonly #paths: readonly string[];
  readonly #measures: readonly Measure[];
  readonly #groups = new Map<string, Group>();
  /** The number of rows in groups for which there was no room. */
  #others = 0;

  constructor(paths: readonly string[], measures: readonly Measure[]) {
    this.#paths = paths;
    this.#measures = measures;
  }

  get others(): number {
    return this.#others;
  }

  add(row: Row): void {
    const values = this.#paths.map((path) => valueAt(row, split(path)) ?? null);
    const key = JSON.stringify(values);
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= MOST_GROUPS) {
        this.#others++;
        return;
      }
      const named = Object.fromEntries(this.#paths.map((path, nth) => [path, values[nth]]));
      group = { count: 0, values: named, measured: new Map() };
      this.#groups.set(key, group);
    }
    group.count++;
    for (const measure of this.#measures) measureIn(group, measure, valueAt(row, measure.path));
  }

  /** One row per group, the largest group first. */
  get rows(): readonly Row[] {
    return [...this.#groups.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ count, values, measured }) => ({
        ...values,
        count,
        ...Object.fromEntries(this.#measures.map((measure) => [measure.name, measured.get(measure) ?? null])),
      }));
  }
}

function measureIn({ measured }: Group, measure: Measure, value: unknown): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    if (typeof one !== 'number' && (typeof one !== 'string' || measure.of === 'sum')) continue;
    const before = measured.get(measure);
    if (before === undefined) measured.set(measure, one);
    else if (measure.of === 'sum') measured.set(measure, Number(before) + Number(one));
    else if (measure.of === 'min' ? compareValues(one, before) < 0 : compareValues(one, before) > 0) measured.set(measure, one);
  }
}
