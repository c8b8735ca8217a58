import { type DensityLimits, excessOf } from '../platform/json-density.js';

/** More than the arguments of any call hold, even those of a plan of 10,000 changes. */
const LIMITS: DensityLimits = { values: 300_000, levels: 200, names: 20_000 };

/** The most messages accepted at once. */
const MOST_IN_LIST = 1000;

export type ReadMessage =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'no json' }
  /** Refused; `message` says why. */
  | { readonly kind: 'excessive'; readonly message: string };

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a client's JSON, with or without a byte order mark, unless parsing it would cost far more than its size. */
export function readMessage(bytes: Uint8Array): ReadMessage {
  const excess = excessOf(bytes, LIMITS);
  if (excess !== undefined) return { kind: 'excessive', message: `The message ${excess}.` };
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch {
    return { kind: 'no json' };
  }
  if (!Array.isArray(value) || value.length <= MOST_IN_LIST) return { kind: 'json', value };
  return { kind: 'excessive', message: `The message is a list of more than ${MOST_IN_LIST}.` };
}
