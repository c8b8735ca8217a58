import type { Instance } from './instance.js';

/** What a filter does to a list: names the only rows that can stay (from an index), or tests each one. */
export type Narrowing<R> = { readonly rows: readonly R[] } | { readonly test: (row: R) => boolean };

/** A query parameter that makes a list smaller. `value` is what the operation's schema let through. */
export type Filter<R, V = never> = (value: V, instance: Instance) => Narrowing<R>;

/** `+a` keeps, `-b` drops, `a` keeps. */
export function signed(values: readonly string[]): { keep: string[]; drop: string[] } {
  const keep: string[] = [];
  const drop: string[] = [];
  for (const value of values) {
    if (value.startsWith('-')) drop.push(value.slice(1));
    else keep.push(/^[+ ]/.test(value) ? value.slice(1) : value);
  }
  return { keep, drop };
}

/** An exact filter whose values find rows by index and may carry a sign. */
export const bySigned =
  <R>(find: (key: string, instance: Instance) => readonly R[]): Filter<R, readonly string[]> =>
  (values, instance) => {
    const { keep, drop } = signed(values);
    if (drop.length === 0) return { rows: keep.flatMap((key) => find(key, instance)) };
    const dropped = new Set(drop.flatMap((key) => find(key, instance)));
    if (keep.length === 0) return { test: (row) => !dropped.has(row) };
    return { rows: keep.flatMap((key) => find(key, instance)).filter((row) => !dropped.has(row)) };
  };

/** An exact filter whose values find rows by index. */
export const byKey =
  <R>(find: (key: string, instance: Instance) => readonly R[]): Filter<R, readonly string[]> =>
  (values, instance) => ({ rows: values.flatMap((key) => find(key, instance)) });

/** Whether a text holds what was asked for. */
export type Has = (text: string | null) => boolean;

/** A case-insensitive partial match in any of the texts that `match` tries. */
export const containing =
  <R>(match: (row: R, has: Has, instance: Instance) => boolean): Filter<R, string> =>
  (value, instance) => {
    const wanted = value.toLowerCase();
    const has: Has = (text) => text?.toLowerCase().includes(wanted) ?? false;
    return { test: (row) => match(row, has, instance) };
  };

/** Times strictly before, or strictly after, a time in Unix milliseconds. Rows without the time are left out. */
export const before =
  <R>(at: (row: R, instance: Instance) => number | null): Filter<R, number> =>
  (value, instance) => ({ test: (row) => isBetween(at(row, instance), Number.NEGATIVE_INFINITY, value) });
export const later =
  <R>(at: (row: R, instance: Instance) => number | null): Filter<R, number> =>
  (value, instance) => ({ test: (row) => isBetween(at(row, instance), value, Number.POSITIVE_INFINITY) });

const isBetween = (time: number | null, low: number, high: number): boolean => time !== null && time > low && time < high;

/** Equality with a value computed from the row. */
export const equal =
  <R, V>(of: (row: R, instance: Instance) => V): Filter<R, V> =>
  (value, instance) => ({ test: (row) => of(row, instance) === value });
