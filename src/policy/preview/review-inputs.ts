import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isSecretName } from '../../catalog/secret-names.js';
import { plain, quoted, shownValue, wholeValue } from '../../platform/plain-text.js';
import type { ReviewInput } from './review.js';
import { type Names, nameOf } from './target-names.js';

/** Inputs that give or take access, move money or lead people somewhere: shown first, and always whole. */
const GRAVE =
  /(?:^|[_.])(?:roles?|scopes?|permissions?|ur[il]s?|origins?|domains?|claims?|e?mails?|phone|password|secret|keys?|subject|owner|actor|sub|admin|verified|primary|active|enabled|public|consent|amount|price|currency|username|external_id|expires?|ttl|address|host|sender|from)(?=[_.]|$)/i;
const PLAIN_KEY = /^[\w-]{1,40}$/;
const SECRET = '(secret)';
const DEEPEST = 12;

/** Members that may be shown even in an input that also holds secrets. */
const OPEN_MEMBER = /(?:^|_)(?:id|name|scopes?|ur[il]|host|origin|enabled|pkce|mapping)$/i;

/** Switches and cleared values are never secrets, even if their name sounds like one. */
const canHide = (value: unknown): boolean => value !== null && value !== undefined && typeof value !== 'boolean';

/** Whether the value of an input is never shown. */
export const isSecretInput = (operation: Operation, name: string, value: unknown): boolean =>
  canHide(value) && (operation.spec.secrets?.includes(name) === true || isSecretName(name));

export interface InputsContext {
  readonly operation: Operation;
  readonly args: Arguments;
  /** Inputs that an effect already shows in full. */
  readonly shown: ReadonlySet<string>;
  /** Inputs that make the call as risky as it is. */
  readonly raising: ReadonlySet<string>;
  /** Ids that an effect already names. */
  readonly named: ReadonlySet<string>;
  readonly names: Names;
}

/** The inputs that the effects do not show, the important ones first, the others in the order of the declaration. */
export function reviewInputs(context: InputsContext): ReviewInput[] {
  const { operation, args, shown } = context;
  const order = [...operation.places.keys()];
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.keys(args)
    .filter((name) => args[name] !== undefined && !shown.has(name))
    .map((name) => ({ name, weight: weightOf(name, context) }))
    .sort((one, other) => one.weight - other.weight || place(one.name) - place(other.name))
    .map(({ name }) => reviewInput(name, context));
}

function weightOf(name: string, { operation, args, raising }: InputsContext): number {
  if (raising.has(name)) return 0;
  if (operation.spec.bulk === name) return 1;
  return Array.isArray(args[name]) || GRAVE.test(name) ? 2 : 3;
}

/** An input's value without what is secret in it. */
export function maskedInput(operation: Operation, name: string, value: unknown): unknown {
  if (!isSecretInput(operation, name, value)) return masked(value, 0);
  return isObject(value) ? openMembers(value) : SECRET;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

const openMembers = (value: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([member, held]) => {
      const isOpen = !canHide(held) || (OPEN_MEMBER.test(member) && !isSecretName(member));
      return [member, isOpen ? masked(held, 0) : SECRET];
    }),
  );

function reviewInput(name: string, context: InputsContext): ReviewInput {
  const { operation, args } = context;
  const value = args[name];
  const items = Array.isArray(value) ? value.length : undefined;
  if (isSecretInput(operation, name, value)) return secretInput(name, value, context);
  return { name, value: masked(value, 0), lines: linesOf(key(name), value, context.raising.has(name), context, 0), items };
}

/** A secret, or an object that holds one beside things that a person should see. */
function secretInput(name: string, value: unknown, context: InputsContext): ReviewInput {
  if (!isObject(value)) return { name, value: SECRET, lines: [`${key(name)}: ${SECRET}`], items: undefined };
  const shown = openMembers(value);
  return { name, value: shown, lines: linesOf(key(name), shown, true, context, 0), items: undefined };
}

/** @param whole whether nothing of it may be cut */
function linesOf(path: string, value: unknown, whole: boolean, context: InputsContext, depth: number): string[] {
  const everything = whole || GRAVE.test(path);
  if (Array.isArray(value) && value.length > 0) {
    return [`${path} (${value.length}):`, ...value.flatMap((item) => itemLines(item, context))];
  }
  if (isObject(value) && Object.keys(value).length > 0 && depth < DEEPEST) {
    return Object.entries(value).flatMap(([name, member]) => {
      const at = `${path}.${key(name)}`;
      return isSecretName(name) && canHide(member) ? [`${at}: ${SECRET}`] : linesOf(at, member, everything, context, depth + 1);
    });
  }
  if (value === SECRET) return [`${path}: ${SECRET}`];
  return idLines(`${path}: `, value, context) ?? [`${path}: ${everything ? wholeValue(value) : shownValue(value)}`];
}

/** Items of a list are never cut: what a call acts on is not a detail. */
function itemLines(item: unknown, context: InputsContext): string[] {
  const asId = idLines('- ', item, context);
  if (asId !== undefined) return asId;
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return [`- ${wholeValue(item)}`];
  const members = Object.entries(item).map(([name, member]) => {
    const secret = isSecretName(name) && canHide(member);
    const known = nameOf(member, context.names);
    return `${key(name)}: ${secret ? SECRET : known === undefined ? wholeValue(masked(member, 0)) : `${known} ${member}`}`;
  });
  return [`- ${members.join(', ') || 'nothing'}`];
}

/** The name behind an id and the id on a line of its own; `undefined` unless the value is an id that was looked up. */
function idLines(lead: string, value: unknown, { names, named }: InputsContext): string[] | undefined {
  const label = typeof value === 'string' ? names.get(value) : undefined;
  if (label === undefined || typeof value !== 'string') return undefined;
  if (label === 'missing') return [`${lead}${shownValue(value)} (does not exist)`];
  if (named.has(value) || label.name === value) return [`${lead}${shownValue(value)}`];
  return [`${lead}${label.name}`, `  ${shownValue(value)}`];
}

const key = (name: string): string => (PLAIN_KEY.test(name) ? name : quoted(plain(name)));

function masked(value: unknown, depth: number): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEEPEST) return '(nested too deeply)';
  if (Array.isArray(value)) return value.map((item) => masked(item, depth + 1));
  const entries = Object.entries(value).map(([name, member]) => [
    name,
    isSecretName(name) && canHide(member) ? SECRET : masked(member, depth + 1),
  ]);
  return Object.fromEntries(entries);
}
