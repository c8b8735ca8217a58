import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOutcome } from '../../call/call-types.js';
import type { Keeper } from '../../call/keeper.js';
import type { Catalog } from '../../catalog/catalog.js';
import { isGated, type Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { withValue } from '../../policy/confirmation/passes.js';
import type { Judged, Place } from '../../policy/list-call.js';
import { labelOf } from '../../policy/preview/label.js';
import { listOf } from '../../policy/preview/lookup.js';
import { targetInputsOf, targetReadOf } from '../../policy/preview/target-read.js';
import { withoutSecrets } from '../../policy/secrets/answer-secrets.js';
import { labelIn, type Plan, type PlanItem } from '../plan/plan.js';
import { at } from '../plan/references.js';
import { digestOf, objectIn } from '../undo/object-read.js';
import type { ItemEntry, Ledger } from './ledger.js';
import { type Sent, sentOf } from './outcome.js';

/** One call to be made, with its place in the confirmed list. */
export interface Due {
  readonly nth: number;
  readonly item: PlanItem;
  readonly operation: Operation;
  readonly judged: Judged;
  readonly place: Place;
}

export interface RunOptions {
  readonly plan: Plan;
  readonly due: readonly Due[];
  readonly ledger: Ledger;
  readonly catalog: Catalog;
  readonly onError: 'stop' | 'continue';
  /** Makes one call for the plan's caller, the way all calls go. */
  readonly make: (
    name: string,
    args: Arguments,
    how: { readonly place?: Place; readonly signal: AbortSignal },
  ) => Promise<CallOutcome>;
  /** Lets the call at this place be made again: it was not carried out, or is safe to repeat. */
  readonly giveBack: (place: Place) => void;
  /** Keeps what is needed to undo calls; undefined if that is switched off. */
  readonly keeper: Keeper | undefined;
  /** How many calls are under way at once. */
  readonly atOnce: number;
}

/** How often to try a call that Clerk turns away unprocessed. */
const MOST_TRIES = 6;
const LONGEST_WAIT_MS = 60_000;

/** Why no further call is made. */
export type Stopped = 'error' | 'cancelled' | 'held_back' | 'ledger';

/** Carries out the due calls of a plan, step by step, a few at a time. */
export class Run {
  readonly #options: RunOptions;
  readonly #abort = new AbortController();
  /** The ids that each step gave to later ones. */
  readonly #gave = new Map<string, Readonly<Record<string, unknown>>>();
  /** New names, by id, that calls of this plan gave to things: later calls expect them instead of the names that were shown. */
  readonly #called = new Map<string, string>();
  /** Items for which a call was not carried out: the later calls for them are left out. */
  readonly #spoilt = new Set<string>();
  #stopped: { readonly why: Stopped; readonly message?: string | undefined } | undefined;
  /** The latest call for each object: calls for the same object are made in the order of the plan. */
  readonly #turns = new Map<string, Promise<void>>();
  #done = 0;
  /** Answers with secrets, which cannot be read again. */
  readonly #secrets: { readonly item: number; readonly answer: unknown }[] = [];
  #changed: (() => void)[] = [];
  readonly ended: Promise<void>;
  isEnded = false;

  constructor(options: RunOptions) {
    this.#options = options;
    for (const [nth, entry] of options.ledger.items) {
      const item = options.plan.items[nth];
      if (item !== undefined && entry.kind === 'done' && entry.gave !== undefined) this.#gave.set(item.step, entry.gave);
    }
    this.ended = this.#run().finally(async () => {
      this.isEnded = true;
      await options.ledger.close();
      this.#tell();
    });
  }

  get ledger(): Ledger {
    return this.#options.ledger;
  }

  /** Can be taken once: nothing is kept after the caller got it. */
  takeSecrets(): readonly { readonly item: number; readonly answer: unknown }[] {
    return this.#secrets.splice(0);
  }

  get stopped(): { readonly why: Stopped; readonly message?: string | undefined } | undefined {
    return this.#stopped;
  }

  get total(): number {
    return this.#options.due.length;
  }

  /** How many of the due calls have an outcome. */
  get done(): number {
    return this.#done;
  }

  /** Begins no further call; those under way finish. */
  stop(why: Stopped = 'cancelled', message?: string): void {
    this.#stopped ??= { why, message };
    this.#abort.abort();
  }

  /** Resolves at the next outcome, or at the end. */
  changed(): Promise<void> {
    if (this.isEnded) return Promise.resolve();
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  /** A step begins when all calls of the previous one have ended. */
  async #run(): Promise<void> {
    const { due } = this.#options;
    for (let start = 0; start < due.length && this.#stopped === undefined; ) {
      const step = due[start]?.item.step;
      let end = start;
      while (end < due.length && due[end]?.item.step === step) end++;
      let next = start;
      const turn = async (): Promise<void> => {
        while (next < end && this.#stopped === undefined) {
          const one = due[next++];
          if (one !== undefined) await this.#inTurn(one);
        }
      };
      await Promise.all(Array.from({ length: Math.min(this.#options.atOnce, end - start) }, turn));
      start = end;
    }
  }

  #inTurn(one: Due): Promise<void> {
    const key = objectOf(one);
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(() => this.#take(one));
    this.#turns.set(key, turn);
    return turn;
  }

  async #take(one: Due): Promise<void> {
    if (this.#stopped !== undefined) return;
    try {
      const entry = await this.#carryOut(one);
      if (entry !== undefined) await this.#settle(one, entry);
    } catch (error) {
      // A call that cannot be written down is not made; the calls under way keep their intent as the last entry.
      this.stop('ledger', error instanceof Error ? error.message : String(error));
    }
  }

  async #settle({ item }: Due, entry: ItemEntry): Promise<void> {
    await this.#options.ledger.write(entry);
    this.#done++;
    if (entry.kind === 'done') {
      if (entry.gave !== undefined) this.#gave.set(item.step, entry.gave);
    } else {
      if (item.item !== undefined) this.#spoilt.add(item.item);
      if (entry.kind !== 'left_out' && this.#options.onError === 'stop') this.stop('error');
    }
    this.#tell();
  }

  /** The outcome of one call; undefined if it was given back to be made another time. */
  async #carryOut({ nth, item, operation, judged, place }: Due): Promise<ItemEntry | undefined> {
    const { ledger, keeper } = this.#options;
    const leftOut = (why: string): ItemEntry => ({ kind: 'left_out', item: nth, why });
    if (item.item !== undefined && this.#spoilt.has(item.item))
      return leftOut('an earlier call for the same item was not carried out');
    const args = this.#filled(item);
    if (args === undefined) return leftOut('an earlier step did not give what it needs');
    const why = await this.#changedSince(item, operation, judged, args);
    if (why !== undefined) return leftOut(why);
    const { plan } = this.#options;
    const kept = await keeper?.before({
      operation,
      args,
      caller: plan.caller,
      made: { plan: plan.id, item: nth },
      read: (name, given) => this.#read(name, given),
    });
    if (this.#stopped !== undefined) return undefined;
    await ledger.write({ kind: 'intent', item: nth });
    const sent = await this.#send(operation, args, place);
    switch (sent.kind) {
      case 'done': {
        const open = withoutSecrets(sent.value, operation);
        await kept?.done(open);
        this.#noteName(sent.value);
        if (judged.risks.includes('credential')) this.#secrets.push({ item: nth, answer: sent.answer });
        return {
          kind: 'done',
          item: nth,
          record: sent.record,
          gave: this.#gift(item, sent.value),
          ...(plan.keepsAnswers === true
            ? { answer: JSON.stringify(sent.secretFile === undefined ? open : { secret_file: sent.secretFile, answer: open }) }
            : {}),
        };
      }
      case 'unknown':
        return { kind: 'unknown', item: nth, error: sent.error, checkWith: sent.checkWith ?? operation.spec.target?.read };
      case 'left_out':
        return leftOut(sent.why);
      case 'held_back':
        this.stop('held_back', sent.message ?? sent.error);
        return { kind: 'failed', item: nth, error: sent.error, message: sent.message };
      case 'failed':
        // After so many tries it is not this call that Clerk turns away.
        if (sent.againMs !== undefined) this.stop('held_back', sent.message ?? sent.error);
        return { kind: 'failed', item: nth, error: sent.error, message: sent.message };
    }
  }

  /** Repeats calls that Clerk turned away unprocessed, and calls that are safe to repeat. */
  async #send(operation: Operation, args: Arguments, place: Place): Promise<Sent> {
    // Stopping the run does not cut the call short, so that its outcome is known.
    const { signal } = new AbortController();
    for (let tries = 1; ; tries++) {
      const sent = sentOf(await this.#options.make(operation.name, args, { place, signal }));
      const waitMs = sent.kind === 'failed' ? sent.againMs : sent.kind === 'unknown' && operation.idempotent ? 0 : undefined;
      if (waitMs === undefined || tries >= MOST_TRIES || this.#stopped !== undefined) return sent;
      await sleep(Math.min(LONGEST_WAIT_MS, waitMs + 250 * tries), undefined, { signal: this.#abort.signal }).catch(() => {});
      if (this.#stopped !== undefined) return sent;
      this.#options.giveBack(place);
    }
  }

  #filled(item: PlanItem): Arguments | undefined {
    let args: unknown = item.args;
    for (const { to, step, path } of item.later) {
      const id = this.#gave.get(step)?.[path.join('.')];
      if (id === undefined) return undefined;
      args = withValue(args, to, id);
    }
    return args as Arguments;
  }

  /** The ids that later calls take from an answer. */
  #gift({ step }: PlanItem, value: unknown): Readonly<Record<string, unknown>> | undefined {
    const wanted = this.#options.plan.items.flatMap(({ later }) => later.filter((each) => each.step === step));
    if (wanted.length === 0) return undefined;
    return Object.fromEntries(wanted.map(({ path }) => [path.join('.'), at(value, path)]));
  }

  /** Why the call must not be made: its target differs from what was shown. */
  async #changedSince(item: PlanItem, operation: Operation, judged: Judged, args: Arguments): Promise<string | undefined> {
    const { catalog, plan } = this.#options;
    if (item.unless !== undefined) {
      const found = await this.#read(item.unless.read, item.unless.args);
      if (digestOf(objectIn(found, item.unless), item.unless.watch) !== item.unless.sha256) return 'it has changed since';
    }
    if (!judged.risks.some(isGated)) return undefined;
    const target = targetReadOf(catalog, operation, args);
    if (target === undefined) return undefined;
    const id = targetInputsOf(catalog, operation)
      .map((input) => args[input])
      .find((value) => typeof value === 'string');
    const shown = labelIn(plan, String(id));
    const found = await this.#read(target.reader.name, target.args);
    if (found === 'missing') return 'it is gone';
    if (shown === undefined) return undefined;
    if (found === undefined) return 'it cannot be read';
    const { find } = operation.spec.target ?? {};
    const value = find === undefined ? found : listOf(found)?.find((each) => isRecord(each) && each.id === id);
    const label = labelOf(value);
    if (label === undefined) return 'it is gone';
    return label.text === (this.#called.get(String(id)) ?? shown.text) ? undefined : `it is called ${label.text} now`;
  }

  /** @param value a call's answer: an object of the plan under its new name, or anything else */
  #noteName(value: unknown): void {
    const id = isRecord(value) ? value.id : undefined;
    if (typeof id !== 'string' || labelIn(this.#options.plan, id) === undefined) return;
    const label = labelOf(value);
    if (label !== undefined) this.#called.set(id, label.text);
  }

  /** `missing` if it does not exist, undefined if it cannot be read. */
  async #read(name: string, args: Arguments): Promise<unknown> {
    const outcome = await this.#options.make(name, args, { signal: this.#abort.signal });
    if (outcome.kind === 'done') return outcome.answer?.value;
    const sent = sentOf(outcome);
    return sent.kind === 'failed' && /not_found$/.test(sent.error) ? 'missing' : undefined;
  }
}

/** The object that a call changes, by the values in its path; an object that it creates is its own. */
function objectOf({ nth, operation, item: { args } }: Due): string {
  if (operation.method === 'POST' && !operation.idempotent) return `new ${nth}`;
  const path = [...operation.places].filter(([, place]) => place === 'path');
  return canonicalJson([operation.group, ...path.map(([name]) => args[name])]);
}
