import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/types.js';
import { plain, shownValue, typeable } from '../../platform/plain-text.js';
import { consequencesOf, itemCount, returnsSecret } from '../rules/risk.js';
import { isSecretName } from '../secrets/masking.js';
import type { Instance } from '../types.js';
import type { Label } from './label.js';
import { Lookup, type LookupOptions, type MayRead } from './lookup.js';

export interface PreviewOptions extends LookupOptions {
  readonly instance: Instance;
  readonly now: () => number;
  /** Whether secrets go to files instead of into the conversation. */
  readonly keepsSecrets: boolean;
}

export interface PreviewWish {
  /** What will happen, placeholders not yet filled in. Default: what the arguments alone tell. */
  readonly effects?: readonly string[] | undefined;
  /** Count the consequences and name the instance by its domain, beside looking the target up. */
  readonly counts: boolean;
  /** Which reads may be made for those who will see the answer. */
  readonly mayRead: MayRead;
  readonly signal?: AbortSignal | undefined;
  /** On whose behalf. */
  readonly caller?: string | undefined;
}

/** What is about to happen. Every text is safe to show to a person and to a model. */
export interface Preview {
  /** The target as a person would name it, or by its id; `undefined` where the operation has none. */
  readonly target: string | undefined;
  /** One sentence, the arguments and the target in it. */
  readonly effect: string;
  /** Further sentences: what was counted, other inputs, where a secret goes. */
  readonly details: readonly string[];
  /** `LIVE, example.com`. */
  readonly instance: string;
  /** What the person must type; `undefined` where a tick is enough. */
  readonly word: string | undefined;
}

/** An instance's domain changes about never; still nobody should read yesterday's. */
const DOMAIN_KEPT_MS = 60_000;
const MOST_INPUTS = 8;

/** Tells what a call would do, before it does it. */
export class Previewer {
  readonly #options: PreviewOptions;
  readonly #lookup: Lookup;
  #domain: { readonly name: string; readonly until: number } | undefined;

  constructor(options: PreviewOptions) {
    this.#options = options;
    this.#lookup = new Lookup(options);
  }

  /** The id by which the call names its target. */
  nameById(operation: Operation, args: Arguments): string | undefined {
    return this.#labelById(operation, args)?.text;
  }

  /** `missing` when the target does not exist. */
  async describe(operation: Operation, args: Arguments, wish: PreviewWish): Promise<Preview | 'missing'> {
    const consequences = wish.counts ? (operation.spec.consequences ?? []) : [];
    const [found, domain, ...counted] = await Promise.all([
      this.#lookup.target(operation, args, wish),
      wish.counts ? this.#instanceDomain(wish) : (this.#options.instance.label ?? this.#domain?.name),
      ...consequences.map((consequence) => this.#lookup.count(consequence, args, wish)),
    ]);
    if (found.kind === 'missing') return 'missing';
    const effects = wish.effects ?? consequencesOf(operation, args).effects;
    return this.#render(operation, args, effects, found.kind === 'found' ? found.label : undefined, domain, counted);
  }

  #render(
    operation: Operation,
    args: Arguments,
    effects: readonly string[],
    label: Label | undefined,
    domain: string | undefined,
    counted: readonly (string | undefined)[],
  ): Preview {
    const named = label ?? this.#labelById(operation, args);
    const kind = this.#options.instance.kind.toUpperCase();
    const template = effects.length === 0 ? undefined : effects.map(sentence).join(' ');
    const details = counted.filter((text) => text !== undefined).map(sentence);
    const items = itemCount(operation, args);
    if (items > 1) details.push(`${items} items in one call.`);
    const others = otherInputs(operation, args, template);
    if (others !== '') details.push(`With ${others}.`);
    if (returnsSecret(operation)) details.push(this.#secretNote());
    return {
      target: named?.text,
      effect: template ? sentence(this.#fill(template, operation, args, named)) : `${operation.spec.title || operation.name}.`,
      details,
      instance: domain === undefined ? kind : `${kind}, ${shownValue(domain)}`,
      word: typedWord(operation, args, named, domain ?? kind),
    };
  }

  /** For when nothing better is known. */
  #labelById(operation: Operation, args: Arguments): Label | undefined {
    const values = this.#lookup.targetInputs(operation).map((name) => args[name]);
    const id = values.find((value) => typeof value === 'string' && plain(value) !== '');
    return typeof id === 'string' ? { text: shownValue(id), word: typeable(id) } : undefined;
  }

  #secretNote(): string {
    return this.#options.keepsSecrets
      ? 'The answer holds a secret: it goes into a new file on the server and does not enter the conversation.'
      : 'The answer holds a secret: it will enter the conversation.';
  }

  #fill(template: string, operation: Operation, args: Arguments, label: Label | undefined): string {
    return template.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === 'target') return label?.text ?? 'what the arguments name';
      if (name === 'where') return this.#options.keepsSecrets ? 'in a file on the server' : 'in this conversation';
      return shownInput(operation, args, name);
    });
  }

  async #instanceDomain(wish: PreviewWish): Promise<string | undefined> {
    const { instance, now } = this.#options;
    if (instance.label !== undefined) return instance.label;
    if (this.#domain === undefined || this.#domain.until <= now()) {
      const name = await this.#lookup.domain(wish);
      this.#domain = name === undefined ? undefined : { name, until: now() + DOMAIN_KEPT_MS };
    }
    return this.#domain?.name;
  }
}

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

const isSecretInput = (operation: Operation, name: string): boolean =>
  operation.spec.secrets?.includes(name) === true || isSecretName(name);

function shownInput(operation: Operation, args: Arguments, name: string): string {
  const value = args[name];
  if (value === undefined && operation.method === 'PATCH') return 'unchanged';
  return value !== undefined && isSecretInput(operation, name) ? '(secret)' : shownValue(value);
}

/** The inputs that neither the effect nor the target shows, so that nobody agrees to more than they read. */
function otherInputs(operation: Operation, args: Arguments, template: string | undefined): string {
  const { target } = operation.spec;
  const shown = new Set<string>([target?.find, ...Object.values(target?.with ?? {})].filter((name) => name !== undefined));
  for (const [name, place] of operation.places) {
    const named = template?.includes(`{${name}}`) === true;
    if (named || (place === 'path' && template?.includes('{target}') === true)) shown.add(name);
  }
  const names = Object.keys(args).filter((name) => !shown.has(name) && args[name] !== undefined);
  const parts = names.slice(0, MOST_INPUTS).map((name) => `${plain(name)} ${shownInput(operation, args, name)}`);
  if (names.length > MOST_INPUTS) parts.push(`${names.length - MOST_INPUTS} more inputs`);
  return parts.join(', ');
}

function typedWord(operation: Operation, args: Arguments, label: Label | undefined, instance: string): string | undefined {
  const { typed } = operation.spec;
  if (typed === undefined) return undefined;
  const input = /^\{(\w+)\}$/.exec(typed)?.[1];
  const value = input === undefined ? undefined : args[input];
  const word = typed === 'target' ? label?.word : typeof value === 'string' ? typeable(value) : undefined;
  return word || typeable(instance);
}
