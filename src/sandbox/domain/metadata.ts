import { isRecord } from '../../platform/is-record.js';
import type { Metadata } from '../resources/shapes.js';
import { refuseParam } from '../sandbox-error.js';

/** Clerk keeps no more than this in one metadata field. */
const MOST_BYTES = 8 * 1024;

/** Objects are merged at every level, `null` removes a key, everything else replaces what was there. */
export function merge(held: Metadata, change: Metadata): Metadata {
  const merged = new Map(Object.entries(held));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else if (isRecord(value)) {
      const before = merged.get(key);
      merged.set(key, merge(isRecord(before) ? before : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

type Field = 'public_metadata' | 'private_metadata' | 'unsafe_metadata';
export type MetadataFields = { readonly [F in Field]?: Metadata | null | undefined };

function checked(field: Field, value: Metadata): Metadata {
  if (Buffer.byteLength(JSON.stringify(value)) > MOST_BYTES) {
    const why = `${field} can hold at most ${MOST_BYTES} bytes.`;
    throw refuseParam('form_param_exceeds_allowed_size', field, 'exceeds the allowed size', why);
  }
  return value;
}

/** A field that is set whole; empty when it is not given. */
export const metadataOf = (given: MetadataFields, field: Field): Metadata => checked(field, given[field] ?? {});

/** The given ones of `fields`, merged into what the row holds. */
export function mergedMetadata<F extends Field>(row: Readonly<Record<F, Metadata>>, given: MetadataFields, fields: readonly F[]) {
  const merged: Partial<Record<F, Metadata>> = {};
  for (const field of fields) {
    const change = given[field];
    if (change !== undefined && change !== null) merged[field] = checked(field, merge(row[field], change));
  }
  return merged;
}
