import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isSecretName } from '../../catalog/secret-names.js';
import { canonicalJson } from '../confirmation/canonical.js';
import { isSecretText } from './secret-text.js';

const MASK = '[secret]';
const LONGEST_STRING = 500;
const MOST_BYTES = 8_192;
const DEEPEST = 20;

/** The most inputs that are recorded one by one, and how much of each name. */
const MOST_INPUTS = 100;
const LONGEST_NAME = 100;

/** Replaces a secret. */
type Mask = (secret: unknown) => string;

function walk(value: unknown, mask: Mask, depth: number): unknown {
  if (typeof value === 'string') return isSecretText(value) ? mask(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEEPEST) return mask(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, mask, depth + 1));
  const entries = Object.entries(value).map(([name, member]) => [
    name,
    isSecretName(name) && canHide(member) ? mask(member) : walk(member, mask, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** Switches and counts reveal nothing: `{"password": true}` stays as it is. */
const canHide = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || (value !== null && typeof value === 'object');

/** The top level of the arguments, where the operation declares what is secret. */
function maskInputs(operation: Operation, args: Arguments, mask: Mask): [string, unknown][] {
  const declared = new Set(operation.spec.secrets);
  return Object.entries(args).map(([name, value]) => {
    const secret = (declared.has(name) || isSecretName(name)) && value !== null && value !== undefined;
    return [name, secret ? mask(value) : walk(value, mask, 0)];
  });
}

/**
 * The canonical form of arguments with a digest in place of each secret, so that a hash of it shows whether two
 * calls were the same but does not help to guess a password.
 * @throws TooDeepError
 */
export const canonicalWithoutSecrets = (operation: Operation, args: Arguments, digest: (secret: string) => string): string =>
  canonicalJson(Object.fromEntries(maskInputs(operation, args, (secret) => digest(canonicalJson(secret)))));

/** Arguments fit for the record: secrets masked, long values cut. */
export function maskArguments(operation: Operation, args: Arguments): Record<string, unknown> {
  const inputs = maskInputs(operation, args, () => MASK);
  const masked = inputs.slice(0, MOST_INPUTS).map(([name, value]) => [name.slice(0, LONGEST_NAME), shorten(value)] as const);
  if (inputs.length > MOST_INPUTS) masked.push(['…', `(${inputs.length - MOST_INPUTS} more inputs)`]);
  if (JSON.stringify(masked).length <= MOST_BYTES) return Object.fromEntries(masked);
  return Object.fromEntries(masked.map(([name, value]) => [name, summary(value)]));
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length <= LONGEST_STRING ? value : `${value.slice(0, LONGEST_STRING)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map(shorten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shorten(member)]));
}

function summary(value: unknown): unknown {
  const json = JSON.stringify(value) ?? 'null';
  return json.length <= LONGEST_STRING ? value : `(${json.length} bytes of JSON)`;
}
