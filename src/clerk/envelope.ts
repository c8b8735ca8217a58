import { isRecord } from '../platform/is-record.js';

/** One entry of Clerk's error body. */
export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  readonly longMessage?: string;
  /** The input the entry is about. */
  readonly paramName?: string;
}

export interface Envelope {
  readonly errors: readonly [ErrorEntry, ...ErrorEntry[]];
  /** How many more entries the body has. */
  readonly more: number;
  readonly traceId?: string;
}

/** Sanitizes text of an answer, which is untrusted, to at most `most` characters. */
export type Sanitize = (text: string, most: number) => string;

const MOST_ENTRIES = 20;

/**
 * Reads Clerk's error body: `{ errors: [{ code, message, long_message?, meta? }], clerk_trace_id? }`.
 * Undefined for anything else.
 */
export function readEnvelope(value: unknown, clean: Sanitize): Envelope | undefined {
  if (!isRecord(value) || !Array.isArray(value.errors)) return undefined;
  const [first, ...rest] = value.errors.slice(0, MOST_ENTRIES).flatMap((entry) => readEntry(entry, clean));
  if (first === undefined) return undefined;
  const more = Math.max(0, value.errors.length - MOST_ENTRIES);
  const traceId = text(value.clerk_trace_id, 100, clean);
  return { errors: [first, ...rest], more, ...(traceId === undefined ? {} : { traceId }) };
}

function readEntry(entry: unknown, clean: Sanitize): ErrorEntry[] {
  if (!isRecord(entry)) return [];
  const code = text(entry.code, 100, clean);
  const message = text(entry.message, 300, clean) ?? code;
  if (code === undefined || message === undefined) return [];
  const longMessage = text(entry.long_message, 500, clean);
  const meta = isRecord(entry.meta) ? entry.meta : {};
  const paramName = text(meta.param_name, 100, clean) ?? text(meta.name, 100, clean);
  return [
    { code, message, ...(longMessage === undefined ? {} : { longMessage }), ...(paramName === undefined ? {} : { paramName }) },
  ];
}

const text = (value: unknown, most: number, clean: Sanitize): string | undefined =>
  typeof value === 'string' && value !== '' ? clean(value, most) : undefined;
