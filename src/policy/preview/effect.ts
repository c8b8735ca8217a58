import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { wholeValue } from '../../platform/plain-text.js';
import { isSecretInput } from './review-inputs.js';
import { idsIn, listInWords, type Names, nameOf } from './target-names.js';

/** The longest value within a sentence; longer ones are listed below it. */
const LONGEST_IN_SENTENCE = 60;
const BELOW = '(see below)';

export interface EffectContext {
  readonly operation: Operation;
  readonly args: Arguments;
  /** What the target is called in a sentence. `input` is the input that holds it. */
  readonly target: { readonly text: string | undefined; readonly input?: string | undefined };
  readonly names: Names;
  /** Whether secrets go to files instead of into the conversation. */
  readonly keepsSecrets: boolean;
}

/** A sentence with the call's values in it, and the inputs whose whole value it shows. */
export interface Effect {
  readonly text: string;
  readonly shown: ReadonlySet<string>;
}

/** Fills in the sentence about what will happen, without the parts about inputs that were not given. */
export function fillEffect(template: string, context: EffectContext): Effect {
  const { operation, args, target, keepsSecrets } = context;
  const shown = new Set<string>();
  const isUnset = (name: string): boolean => name !== 'target' && name !== 'where' && args[name] === undefined;
  const text = withoutUnset(template, isUnset).replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'target') {
      if (target.text === undefined) return 'what the inputs name';
      if (target.input !== undefined) shown.add(target.input);
      return target.text;
    }
    if (name === 'where') return keepsSecrets ? 'in a file on the server' : 'in this conversation';
    if (isSecretInput(operation, name, args[name])) {
      shown.add(name);
      return '(secret)';
    }
    const { words, whole } = inWords(args[name], context.names);
    if (whole) shown.add(name);
    return words;
  });
  return { text: sentence(text), shown };
}

/** A value within a sentence, and whether that is all of it. */
function inWords(value: unknown, names: Names): { readonly words: string; readonly whole: boolean } {
  const name = nameOf(value, names);
  if (name !== undefined) return { words: name, whole: false };
  const text = wholeValue(value);
  if (Array.isArray(value)) {
    const isShort = value.every((item) => item === null || typeof item !== 'object') && text.length <= LONGEST_IN_SENTENCE;
    return isShort && idsIn({ value }).length === 0
      ? { words: text, whole: true }
      : { words: listInWords(value, names), whole: false };
  }
  if (value !== null && typeof value === 'object') {
    const [id, ...others] = idsIn({ value });
    const only = others.length === 0 ? nameOf(id, names) : undefined;
    return { words: only ?? BELOW, whole: false };
  }
  return text.length <= LONGEST_IN_SENTENCE ? { words: text, whole: true } : { words: BELOW, whole: false };
}

const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * A template without its parts about inputs that are not set: members of a list in brackets or after a colon, and the
 * brackets or the colon too if nothing is left of the list.
 */
export function withoutUnset(template: string, isUnset: (input: string) => boolean): string {
  const isGone = (part: string): boolean => [...part.matchAll(PLACEHOLDER)].some(([, name = '']) => isUnset(name));
  const rest = (list: string): string =>
    list
      .split(', ')
      .filter((part) => !isGone(part))
      .join(', ');
  return template
    .replace(/ \(([^()]*)\)/g, (_, inner: string) => (rest(inner) === '' ? '' : ` (${rest(inner)})`))
    .replace(/,? (?:and )?[\w ]{1,30}: \{(\w+)\}(?=[,;])/g, (part, name: string) => (isUnset(name) ? '' : part))
    .replace(/(; [^:;.]*)?: ([^;.]*\{\w+\}[^;.]*)/g, (part, clause: string | undefined, list: string) => {
      const left = rest(list);
      if (left !== '') return `${clause ?? ''}: ${left}`;
      return isGone(part) ? '' : part;
    });
}

export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
