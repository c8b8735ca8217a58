import { type DensityLimits, excessOf } from '../platform/json-density.js';

/** More than the arguments of any call hold, those of a plan of 10,000 changes among them. */
const LIMITS: DensityLimits = { values: 300_000, levels: 200, names: 20_000 };

/** The most messages that are taken at once. */
const MOST_IN_LIST = 1000;

export type ReadMessage =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'no json' }
  /** It is not taken; `message` says why. */
  | { readonly kind: 'excessive'; readonly message: string };

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the JSON that a client sent, which a byte-order mark may precede, unless that would cost more than its size. */
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
