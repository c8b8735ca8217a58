import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { plain, quoted, shownValue, typeable } from '../../platform/plain-text.js';
import type { CallList } from '../list-call.js';
import type { Caller, Instance } from '../policy-types.js';
import { consequencesOf, itemCount, raisingInputs } from '../rules/risk.js';
import { fillEffect, sentence } from './effect.js';
import type { Label } from './label.js';
import { leftSentence } from './left-words.js';
import { listReview } from './list-review.js';
import { Lookup, type LookupContext, type LookupOptions, type LookupResult, type MayRead } from './lookup.js';
import type { Review } from './review.js';
import { reviewInputs } from './review-inputs.js';
import { idsIn, type Names, nameOf } from './target-names.js';
import { undoSentence, undoWords } from './undo-words.js';

export interface PreviewOptions extends LookupOptions {
  readonly instance: Instance;
  readonly now: () => number;
  /** Whether secrets go to files instead of into the conversation. */
  readonly keepsSecrets: boolean;
  /** Whether the state before a single call is kept. */
  readonly keepsFormer: boolean;
}

export interface PreviewWish {
  /** What will happen, placeholders not yet filled in. Default: what the arguments alone tell. */
  readonly effects?: readonly string[] | undefined;
  /** Which reads may be made on behalf of the caller. */
  readonly mayRead: MayRead;
  readonly signal?: AbortSignal | undefined;
  readonly caller: Pick<Caller, 'name' | 'clientName'>;
}

/** An instance's domain hardly ever changes; still, yesterday's must not be shown. */
const DOMAIN_KEPT_MS = 60_000;
const SAYS_FOR_GOOD = /\bfor good\b|\bcannot be (?:undone|recovered|brought back)\b/;
/** Said on a line of its own instead. */
const CANNOT_BE_UNDONE = /(?:[;,.]|, and) ?(?:this|it) cannot be undone(?=\.)/i;

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
    const id = this.#targetId(operation, args);
    return id && shownValue(id);
  }

  /** `missing` when the target does not exist. */
  async review(operation: Operation, args: Arguments, wish: PreviewWish): Promise<Review | 'missing'> {
    const context: LookupContext = { mayRead: wish.mayRead, signal: wish.signal, caller: wish.caller.name };
    const own = this.#lookup.targetIds(operation, args);
    const ids = idsIn(args);
    const [found, domain, named, ...counted] = await Promise.all([
      this.#lookup.target(operation, args, context),
      this.#instanceDomain(context),
      this.#lookup.names(
        ids.filter((id) => !own.includes(id)),
        context,
      ),
      ...(operation.spec.consequences ?? []).map((consequence) => this.#lookup.count(consequence, args, context)),
    ]);
    if (found.kind === 'missing') return 'missing';
    const names = new Map(named);
    if (found.kind === 'found') for (const id of found.about) if (typeof id === 'string') names.set(id, found.label);
    const owner = await this.#ownerOf(found, names, context);
    const effects = wish.effects ?? consequencesOf(operation, args).effects;
    return this.#render({ operation, args, effects, found, owner, domain, names, counted, caller: wish.caller });
  }

  /** Many calls at once. Whom they are about has been looked up. */
  async reviewList(operation: Operation, list: CallList, { mayRead, signal, caller }: PreviewWish): Promise<Review> {
    return listReview({
      operation,
      list,
      targetInputs: (listed) => this.#lookup.targetInputs(listed),
      keepsSecrets: this.#options.keepsSecrets,
      instance: this.#instanceShown(await this.#instanceDomain({ mayRead, signal, caller: caller.name })),
      caller: shownCaller(caller),
    });
  }

  #instanceShown(domain: string | undefined): Review['instance'] {
    const { kind, name } = this.#options.instance;
    const words = name === undefined ? kind.toUpperCase() : `${name} (${kind.toUpperCase()})`;
    return { kind, domain, text: domain === undefined ? words : `${words}, ${shownValue(domain)}` };
  }

  /** What the target belongs to, by name. */
  async #ownerOf(found: LookupResult, names: Names, context: LookupContext): Promise<string | undefined> {
    if (found.kind !== 'found') return undefined;
    const { owner } = found.label;
    if (owner === undefined) return (await this.#lookup.holder(found.value, context))?.name;
    const known = names.has(owner) ? names : await this.#lookup.names([owner], context);
    return nameOf(owner, known) ?? shownValue(owner);
  }

  #render(known: {
    readonly operation: Operation;
    readonly args: Arguments;
    readonly effects: readonly string[];
    readonly found: LookupResult;
    readonly owner: string | undefined;
    readonly domain: string | undefined;
    readonly names: Names;
    readonly counted: readonly (string | undefined)[];
    readonly caller: PreviewWish['caller'];
  }): Review {
    const { operation, args, found, owner, domain, names, caller } = known;
    const { keepsSecrets, instance } = this.#options;
    const label = found.kind === 'found' ? found.label : undefined;
    const targetId = this.#targetId(operation, args);
    const title = operation.reviewed
      ? operation.spec.title || operation.name
      : quoted(plain(operation.spec.title || operation.name));
    const templates = known.effects.length === 0 ? [`${title}.`] : known.effects;
    const context = {
      operation,
      args,
      target:
        label === undefined
          ? { text: targetId && shownValue(targetId), input: this.#targetInput(operation, args) }
          : { text: withOwner(label, owner) },
      names,
      keepsSecrets,
    };
    const effects = templates.map((template) => fillEffect(template.replace(CANNOT_BE_UNDONE, ''), context));
    const text = effects.map((effect) => effect.text).join(' ');
    const kind = instance.kind.toUpperCase();
    const undo = undoWords(operation, args, this.#options.keepsFormer);
    const named = new Set(idsIn(args).filter((id) => isNamedIn(text, id, names)));
    return {
      operation: operation.name,
      title,
      target: label?.text ?? (targetId && shownValue(targetId)),
      effects: effects.map((effect) => effect.text),
      irreversible: undo === undefined ? SAYS_FOR_GOOD.test(templates.join(' ')) : undo.can === 'never',
      undo: undoSentence(undo, operation),
      details: this.#details(operation, args, known.counted),
      parties: idsIn(args).map((id) => ({ id, name: nameOf(id, names) })),
      inputs: reviewInputs({
        operation,
        args,
        shown: new Set(effects.flatMap(({ shown }) => [...shown])),
        raising: raisingInputs(operation, args),
        named,
        names,
      }),
      instance: this.#instanceShown(domain),
      caller: shownCaller(caller),
      question: `${title}?`,
      word: typedWord(operation, args, label?.word ?? (targetId && typeable(targetId)), domain ?? kind),
    };
  }

  #details(operation: Operation, args: Arguments, counted: readonly (string | undefined)[]): string[] {
    const details = counted
      .filter((text) => text !== undefined)
      .map((text) => sentence(text.replace(/^[a-z]/, (first) => first.toUpperCase())));
    const items = itemCount(operation, args);
    if (items > 1) details.push(`${items} items in one call.`);
    if (consequencesOf(operation, args).risks.includes('credential')) {
      details.push(
        this.#options.keepsSecrets
          ? 'The answer holds a secret: it goes into a new file on the server and does not enter the conversation.'
          : 'The answer holds a secret: it will enter the conversation.',
      );
    }
    const left = leftSentence(operation);
    return left === undefined ? details : [...details, left];
  }

  /** The input that names the target, for when nothing better is known. */
  #targetInput(operation: Operation, args: Arguments): string | undefined {
    return this.#lookup.targetInputs(operation).find((name) => typeof args[name] === 'string' && plain(args[name]) !== '');
  }

  #targetId(operation: Operation, args: Arguments): string | undefined {
    const input = this.#targetInput(operation, args);
    const id = input === undefined ? undefined : args[input];
    return typeof id === 'string' ? id : undefined;
  }

  async #instanceDomain(context: LookupContext): Promise<string | undefined> {
    const { instance, now } = this.#options;
    if (instance.label !== undefined) return instance.label;
    if (this.#domain === undefined || this.#domain.until <= now()) {
      const name = await this.#lookup.domain(context);
      // Not kept: another caller may be allowed to read it.
      if (name === undefined) return undefined;
      this.#domain = { name, until: now() + DOMAIN_KEPT_MS };
    }
    return this.#lookup.mayReadDomain(context) ? this.#domain.name : undefined;
  }
}

const shownCaller = ({ name, clientName }: PreviewWish['caller']): Review['caller'] => ({
  name: plain(name),
  client: clientName && plain(clientName),
});

function withOwner({ name, text }: Label, owner: string | undefined): string {
  if (owner === undefined) return name;
  // If only the id is known, the owner says more than the id.
  return name === text ? `of ${owner}` : `${name} of ${owner}`;
}

const isNamedIn = (text: string, id: string, names: Names): boolean => {
  const name = nameOf(id, names);
  return name !== undefined && text.includes(name);
};

function typedWord(operation: Operation, args: Arguments, target: string | undefined, instance: string): string | undefined {
  const { typed } = operation.spec;
  if (typed === undefined) return undefined;
  const input = /^\{(\w+)\}$/.exec(typed)?.[1];
  const value = input === undefined ? undefined : args[input];
  const word = typed === 'target' ? target : typeof value === 'string' ? typeable(value) : undefined;
  return word || typeable(instance) || 'yes';
}
