import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isSecretName } from '../../catalog/secret-names.js';
import { scrub } from '../../platform/scrub.js';
import { canonicalJson } from '../confirmation/canonical.js';
import { returnsSecret } from '../rules/risk.js';

const MASK = '[secret]';
const LONGEST_STRING = 500;
const MOST_BYTES = 8_192;
const DEEPEST = 20;

/** In the answers of operations that return credentials, such addresses sign in anyone who has them. */
const SECRET_ADDRESS = /(?:^|_)(?:url|link)$/;
/** A parameter of an address with a value. */
const PARAMETER = /[?&#;]([\w.[\]-]{1,64})=[^&#\s]/g;
/** Names of parameters that are secret besides those of inputs. */
const SECRET_PARAMETERS = new Set(['key', 'code', 'sig', 'signature']);
/** A user with a password before the host of an address. */
const SIGNED_IN = /:\/\/[^\s/?#@:]*:[^\s/?#@]+@/;
const TOKEN_RUN = /[\w.-]+/g;
const TOKEN_HEAD = /\beyJ[\w-]{8}/;
const LEAST_TOKEN_BODY = 8;

/** The most inputs that are recorded one by one, and the longest name of one. */
const MOST_INPUTS = 100;
const LONGEST_NAME = 100;

const isSecretText = (text: string): boolean =>
  scrub(text) !== text || hasToken(text) || (text.includes('://') && (SIGNED_IN.test(text) || hasSecretParameter(text)));

function hasSecretParameter(text: string): boolean {
  for (const [, name = ''] of text.matchAll(PARAMETER)) {
    // Of `user[password]` each part.
    const parts = name.split(/[[\].]/);
    if (parts.some((part) => SECRET_PARAMETERS.has(part.toLowerCase()) || isSecretName(part))) return true;
  }
  return false;
}

/** Whether a JSON Web Token stands in the text. Every run of its letters is looked at once: one pattern would look again from each start. */
function hasToken(text: string): boolean {
  if (!text.includes('eyJ')) return false;
  for (const [run] of text.matchAll(TOKEN_RUN)) {
    const parts = run.split('.');
    for (const [index, head] of parts.entries()) {
      const isFollowed = index + 2 < parts.length && (parts[index + 1]?.length ?? 0) >= LEAST_TOKEN_BODY;
      if (isFollowed && TOKEN_HEAD.test(head)) return true;
    }
  }
  return false;
}

interface Masker {
  /** What stands in the place of a secret. */
  readonly mask: (secret: unknown) => string;
  readonly isSecret: (name: string) => boolean;
  hidden: number;
}

/** `value` without what is secret in it, and how many secrets there were. */
export interface Redacted {
  readonly value: unknown;
  readonly hidden: number;
}

/** An answer with its secrets replaced by `mask`. The whole of it is replaced where it nests too deeply to be judged. */
export function redactSecrets(value: unknown, operation: Operation, mask = MASK): Redacted {
  const strict = returnsSecret(operation);
  const masker: Masker = {
    mask: () => mask,
    isSecret: (name) => isSecretName(name) || (strict && SECRET_ADDRESS.test(name)),
    hidden: 0,
  };
  return { value: walk(value, masker, 0), hidden: masker.hidden };
}

function walk(value: unknown, masker: Masker, depth: number): unknown {
  if (typeof value === 'string') return isSecretText(value) ? hide(value, masker) : value;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEEPEST) return hide(value, masker);
  if (Array.isArray(value)) return value.map((item) => walk(item, masker, depth + 1));
  const entries = Object.entries(value).map(([name, member]) => [
    name,
    masker.isSecret(name) && canHide(member) ? hide(member, masker) : walk(member, masker, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** Switches and counts tell nothing: `{"password": true}` stays as it is. */
const canHide = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || (value !== null && typeof value === 'object');

function hide(secret: unknown, masker: Masker): string {
  masker.hidden++;
  return masker.mask(secret);
}

/** The top level of arguments, where the operation says itself what is secret. */
function maskInputs(operation: Operation, args: Arguments, mask: (secret: unknown) => string): [string, unknown][] {
  const declared = new Set(operation.spec.secrets);
  const masker: Masker = { mask, isSecret: isSecretName, hidden: 0 };
  return Object.entries(args).map(([name, value]) => {
    const secret = (declared.has(name) || isSecretName(name)) && value !== null && value !== undefined;
    return [name, secret ? mask(value) : walk(value, masker, 0)];
  });
}

/**
 * The canonical form of arguments with a digest in the place of each secret, so that a hash of it says
 * whether two calls were the same without being a way to guess a password.
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
