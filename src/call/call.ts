import { nameReadAs } from '../catalog/aliases.js';
import type { Catalog } from '../catalog/catalog.js';
import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import { howToOffer } from '../catalog/exposure.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { parseArguments } from '../catalog/parse-arguments.js';
import type { ClerkClient } from '../clerk/clerk-client.js';
import { ClerkAnswerError, ClerkApiError, ClerkError } from '../clerk/errors.js';
import { Abort } from '../platform/abort.js';
import { isRecord } from '../platform/is-record.js';
import type { Logger } from '../platform/logger.js';
import { plain } from '../platform/plain-text.js';
import { scrub } from '../platform/scrub.js';
import type { Place } from '../policy/list-call.js';
import type { Policy } from '../policy/policy.js';
import {
  type Caller,
  type Decision,
  type Delivered,
  type Grant,
  type LinkTiming,
  type Outcome,
  type PersonAnswer,
  PolicyRefusal,
  type Waiting,
} from '../policy/policy-types.js';
import { asksForFields, itemCount } from '../policy/rules/risk.js';
import type { Scope } from '../policy/rules/scopes.js';
import { withoutSecrets } from '../policy/secrets/answer-secrets.js';
import { withoutSecretTexts } from '../policy/secrets/secret-text.js';
import { exactJson } from '../response/exact.js';
import { type ShapedAnswer, type ShapeOptions, shapeAnswer, shapeError } from '../response/shape-answer.js';
import { madeInputs, withMade } from './idempotency.js';
import type { Keeper, Kept } from './keeper.js';
import { CallProgress, type Progress } from './progress.js';

/** One call as a transport brings it. */
export interface Call {
  readonly name: string;
  readonly arguments: unknown;
  readonly caller: Caller;
  /** Whether the client can put a question to its person. */
  readonly canAsk: boolean;
  /** Whether that is this program's own terminal, with a person at it. Default: it is not. */
  readonly atTerminal?: boolean | undefined;
  /** Whether it is one of the many calls of a job, which gets its answer whole and has no limit of tokens. Default: it is not. */
  readonly isPart?: boolean;
  /** Its place in a list of calls that was confirmed as a whole. */
  readonly place?: Place | undefined;
  /** What the person answered, when this is the second entry after an `ask`. */
  readonly answer?: PersonAnswer | undefined;
  /** How the client can be given a link for its person to open. Default: it cannot. */
  readonly takesLink?: LinkTiming | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how a call goes that takes long. Must not throw. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told when the call waits for a person who is not at the client. Must not throw. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
  /** Told when a call that waited for them does so no longer. Must not throw. */
  readonly onDecided?: ((id: string) => void) | undefined;
  /** What was read as something else than was sent before it came here. */
  readonly readAs?: readonly string[] | undefined;
}

/** How a call ended. `text` is what the model reads: compact JSON, or a page of text. */
export type CallOutcome =
  | {
      readonly kind: 'done';
      readonly text: string;
      readonly structured?: unknown;
      /** In the place of `text`, which is empty then, where the call is a part of a job. */
      readonly answer?: ClerkAnswer;
      /** Of a part: what the call is found by on record. */
      readonly record?: string;
      /** Of a part: where its secret was put. */
      readonly secretFile?: string | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly text: string;
      /** The scope for want of which it was refused, if that was why. */
      readonly missingScope?: Scope | undefined;
    }
  | { readonly kind: 'failed'; readonly text: string }
  | Extract<Decision, { kind: 'link' }>
  | (Question & {
      /** Goes on with the call by what the person answered while it waited: nothing is parsed or decided again. */
      readonly resume: (answer: PersonAnswer) => Promise<CallOutcome>;
    });

type Question = Extract<Decision, { kind: 'ask' }>;

/** A call of a job that has been parsed, allowed and put on record. */
export interface JobCall {
  readonly operation: Operation;
  readonly args: Arguments;
  /** The `confirm` input as it came; of a job that is confirmed for all of its calls at once. */
  readonly confirm: unknown;
  /** Who makes it, and how they are told of it and asked. */
  readonly call: Call;
  /** Aborts when the caller cancels or the server stops. */
  readonly signal: AbortSignal;
}

/** The tool is unknown, or not offered here. */
export class UnknownToolError extends Error {
  override readonly name = 'UnknownToolError';
}

/** How a call went, for those who count. Holds nothing that a caller made up but the tool's name. */
export interface CallEvent {
  readonly tool: string;
  readonly result: CallOutcome['kind'] | 'unknown_tool' | 'cancelled';
  readonly decision: Decision['kind'] | 'none';
  /** Of a refusal. */
  readonly code: string | undefined;
  readonly seconds: number;
}

/** What the policy said, where it was asked, and what was read as something else than was sent. */
interface Said {
  decision: CallEvent['decision'];
  code: string | undefined;
  readAs: readonly string[];
}

/** A call whose arguments have been parsed, on its way through the policy. */
interface DecidedCall {
  readonly operation: Operation;
  readonly args: Arguments;
  readonly call: Call;
  readonly confirm: unknown;
  /** What the caller wants of the answer. */
  readonly fields: readonly string[] | undefined;
  readonly abort: Abort;
  readonly said: Said;
  readonly progress: CallProgress | undefined;
}

/** What the caller wants of the answer, and what is said beside it. */
type Shown = Pick<ShapeOptions, 'fields' | 'made' | 'readAs' | 'secretFile'>;

export interface CallsOptions {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly policy: Policy;
  readonly clerk: ClerkClient;
  /** Keeps what is needed to take calls back. Default: nothing is kept. */
  readonly keeper?: Keeper | undefined;
  /** Carries out the operations that are jobs. */
  readonly runJob: (job: JobCall) => Promise<CallOutcome>;
  readonly logger: Logger;
  /** How answers are given. Default: short, at most 25,000 tokens. */
  readonly answers?: Partial<Pick<ShapeOptions, 'results' | 'maxTokens' | 'structured'>>;
  /** Told of every call once it has been answered. */
  readonly observe?: ((event: CallEvent) => void) | undefined;
}

/** What an answer may cost a model where no setting says otherwise. */
export const MOST_TOKENS = 25_000;

/** The road of every call, whatever transport it came by: find, check scopes, parse, decide, record, send, shape. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #inFlight = new Map<Promise<unknown>, Abort>();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /**
   * @throws UnknownToolError. Everything else that can go wrong is an outcome.
   */
  async call(call: Call): Promise<CallOutcome> {
    const started = performance.now();
    const operation = this.#find(call, started);
    return this.#answer(operation, call, started, (abort, said) => this.#run(operation, call, abort, said));
  }

  /** Runs a call, or the rest of one, to its outcome: in flight meanwhile, then logged and counted. */
  async #answer(
    operation: Operation,
    call: Call,
    started: number,
    run: (abort: Abort, said: Said) => Promise<CallOutcome>,
  ): Promise<CallOutcome> {
    const said: Said = {
      decision: 'none',
      code: undefined,
      readAs: [...(call.readAs ?? []), ...nameReadAs(operation, call.name)],
    };
    const [abort, release] = follow(call.signal);
    const running = run(abort, said);
    this.#inFlight.set(running, abort);
    let result: CallEvent['result'] = 'failed';
    try {
      const outcome = await running;
      result = outcome.kind === 'failed' && abort.aborted ? 'cancelled' : outcome.kind;
      this.#log(operation, call, outcome.kind, started);
      return outcome;
    } catch (error) {
      if (error instanceof PolicyRefusal) {
        result = 'refused';
        said.code = error.code;
        return this.#tell('refused', error.model, said);
      }
      this.#options.logger.error({ err: error, operation: operation.name }, 'call failed inside the server');
      return failed({ error: 'internal_error', message: 'The server failed on this call.', hint: 'Its log (stderr) says more.' });
    } finally {
      release();
      this.#inFlight.delete(running);
      this.#observe(call.name, result, said, started);
    }
  }

  /** Lets calls in flight end for `graceMs`, then aborts the rest and waits until each has been answered. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const abort of this.#inFlight.values()) abort.abort();
    }, graceMs);
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight.keys());
    clearTimeout(timer);
  }

  #find({ name }: Call, started: number): Operation {
    const { catalog, offered } = this.#options;
    const known = catalog.find(name) ?? catalog.meant(name);
    const operation = known && offered.get(known.name);
    if (operation !== undefined) return operation;
    this.#observe(name, 'unknown_tool', { decision: 'none', code: undefined, readAs: [] }, started);
    if (known === undefined) throw new UnknownToolError(`Unknown tool: ${plain(scrub(name))}.${catalog.suggest(name)}`);
    const how = howToOffer(catalog, offered.values(), known);
    throw new UnknownToolError(`Tool ${known.name} is not offered by this server's settings. ${how}`);
  }

  async #run(operation: Operation, call: Call, abort: Abort, said: Said): Promise<CallOutcome> {
    const refused = await this.#outOfScope(operation, call, said);
    if (refused !== undefined) return refused;
    const parsed = await parseArguments(operation, call.arguments, this.#options.policy.mayConfirm(operation));
    said.readAs = [...said.readAs, ...parsed.notes];
    if (!parsed.ok) {
      const hint = 'Correct the arguments and call again. Nothing was sent.';
      return this.#tell('failed', { error: 'invalid_arguments', operation: operation.name, faults: parsed.faults, hint }, said);
    }
    const { confirm, fields } = parsed;
    const args = withFields(operation, parsed.args, fields);
    const progress = progressOf(call, operation, args);
    const decided: DecidedCall = { operation, args, confirm, call, fields, abort, said, progress };
    const deciding = this.#options.policy.decide({
      operation,
      args,
      confirm,
      caller: call.caller,
      canAsk: call.canAsk,
      atTerminal: call.atTerminal,
      answer: call.answer,
      takesLink: call.takesLink,
      place: call.place,
      onDecided: call.onDecided,
      onWaiting: (waiting) => tellWaiting(call, progress, waiting),
      get signal() {
        return abort.signal;
      },
    });
    return this.#follow(await deciding.finally(() => progress?.decided()), decided);
  }

  /**
   * The refusal of a call beyond the caller's scopes, which needs no look at the rest of its arguments. The attempt is
   * put on record.
   */
  async #outOfScope(operation: Operation, call: Call, said: Said): Promise<CallOutcome | undefined> {
    const given = isRecord(call.arguments) ? call.arguments : {};
    const lacking = await this.#options.policy.missingScope(operation, given, call.caller);
    if (lacking === undefined) return undefined;
    const { confirm, fields, ...inputs } = given;
    const args = withFields(operation, inputs, fields);
    const decision = await this.#options.policy.decide({ operation, args, confirm, caller: call.caller, canAsk: false });
    return decision.kind === 'refuse' ? this.#refused(decision, said, lacking) : undefined;
  }

  async #follow(decision: Decision, decided: DecidedCall): Promise<CallOutcome> {
    const { operation, args, call, said } = decided;
    said.decision = decision.kind;
    switch (decision.kind) {
      case 'refuse':
        return this.#refused(
          decision,
          said,
          decision.code === 'insufficient_scope'
            ? await this.#options.policy.missingScope(operation, args, call.caller)
            : undefined,
        );
      case 'ask':
        return { ...decision, resume: (answer) => this.#resume(decision, answer, decided) };
      case 'link':
        return decision;
      case 'allow':
        return this.#send(decision.grant, decided);
      default:
        return decision satisfies never;
    }
  }

  #resume(question: Question, answer: PersonAnswer, decided: DecidedCall): Promise<CallOutcome> {
    const { operation, call } = decided;
    return this.#answer(operation, call, performance.now(), async (abort, said) => {
      const { progress } = decided;
      said.readAs = decided.said.readAs;
      const deciding = this.#options.policy.decideAnswer(question, answer, {
        get signal() {
          return abort.signal;
        },
        onWaiting: (waiting) => tellWaiting(call, progress, waiting),
        onDecided: call.onDecided,
      });
      const decision = await deciding.finally(() => progress?.decided());
      return this.#follow(decision, { ...decided, abort, said });
    });
  }

  /** What was granted is what goes out: operation and arguments are the grant's own, and a key where they lack one. */
  async #send(grant: Grant, decided: DecidedCall): Promise<CallOutcome> {
    const { call, fields, abort, said, progress } = decided;
    const { caller } = call;
    const { operation } = grant;
    if (operation.isJob) return this.#carryOut(grant, decided);
    const made = madeInputs(operation, grant.args);
    const args = made === undefined ? grant.args : { ...grant.args, ...made };
    const recorded = await this.#options.policy.begin(grant);
    const kept = call.isPart === true ? undefined : await this.#keep(operation, args, caller, recorded.id, abort);
    try {
      progress?.begin();
      const onRetry = progress && { onRetry: progress.waits.bind(progress) };
      const answer = await this.#options.clerk.send(operation, args, { signal: abort, caller: caller.name, ...onRetry });
      progress?.end();
      await kept?.done(withoutSecrets(answer.value, operation));
      const { shown, secretFile } = await recorded.deliver(answer.value);
      const delivered = withWhatIsShown(answer, shown);
      await recorded.end({ status: answer.status, traceId: answer.traceId });
      if (call.isPart === true) return { kind: 'done', text: '', answer: delivered, record: recorded.id, secretFile };
      return this.#show(operation, args, delivered, { fields, readAs: said.readAs, made, secretFile });
    } catch (error) {
      await recorded.end(outcomeOf(error));
      if (error instanceof ClerkError) {
        const { text } = this.#tell('failed', withMade(error.toModel(), made), said);
        return { kind: 'failed', text: withoutSecretTexts(text) };
      }
      if (error instanceof PolicyRefusal) throw error;
      return this.#broken(operation, error);
    }
  }

  /** The present form of what is about to be changed, where it is kept. The parts of a job see to it themselves. */
  async #keep(operation: Operation, args: Arguments, caller: Caller, record: string, abort: Abort): Promise<Kept | undefined> {
    const { clerk, catalog, keeper } = this.#options;
    if (operation.risk === 'read') return undefined;
    return keeper?.before({
      operation,
      args,
      caller: caller.name,
      made: { record },
      read: async (name, given) => {
        try {
          const reader = catalog.get(name);
          return withoutSecrets((await clerk.send(reader, given, { signal: abort, caller: caller.name })).value, reader);
        } catch (error) {
          return error instanceof ClerkApiError && error.status === 404 ? 'missing' : undefined;
        }
      },
    });
  }

  /** Many calls in the place of one request. A job that asks a person has not ended yet when it does. */
  async #carryOut(grant: Grant, { call, confirm, abort }: DecidedCall): Promise<CallOutcome> {
    const { operation, args } = grant;
    const recorded = await this.#options.policy.begin(grant);
    try {
      const outcome = await this.#options.runJob({ operation, args, confirm, call, signal: abort.signal });
      await recorded.end(outcome.kind === 'done' ? {} : { code: outcome.kind });
      return outcome;
    } catch (error) {
      await recorded.end(outcomeOf(error));
      return this.#broken(operation, error);
    }
  }

  /** Clerk has answered: an answer that cannot be shown must not read as a call that was not carried out. */
  #show(operation: Operation, args: Arguments, answer: ClerkAnswer, asked: Shown): CallOutcome {
    try {
      return { kind: 'done', ...this.#shape(operation, args, answer, asked) };
    } catch (error) {
      return this.#broken(operation, error, answer.status);
    }
  }

  /** @param status of Clerk's answer, where one came */
  #broken(operation: Operation, error: unknown, status?: number): CallOutcome {
    this.#options.logger.error({ err: error, operation: operation.name }, 'call failed inside the server');
    const changes = operation.risk !== 'read';
    if (status !== undefined && changes) {
      const hint = 'Clerk has carried this out; its answer cannot be shown. Do not call again: look with a read.';
      return failed({ error: 'answer_not_shown', status, hint });
    }
    const hint = changes
      ? 'It may have been carried out: look with a read before calling again.'
      : "The server's log (stderr) says more.";
    const message = 'The server failed on this call.';
    return failed({ error: 'internal_error', message, hint, ...(changes ? { may_have_happened: true } : {}) });
  }

  #shape(operation: Operation, args: Arguments, answer: ClerkAnswer, asked: Shown): ShapedAnswer {
    const { results = 'short', maxTokens = MOST_TOKENS, structured } = this.#options.answers ?? {};
    return shapeAnswer(operation, answer, { args, ...asked, results, maxTokens, structured });
  }

  /** What is no answer of Clerk's as a model reads it: without secrets, and at no more than an answer may cost. */
  write(model: object, readAs: readonly string[] = []): string {
    const told = readAs.length === 0 ? model : { ...model, read_as: readAs };
    return scrub(shapeError(told, this.#options.answers?.maxTokens ?? MOST_TOKENS));
  }

  #tell<K extends 'failed' | 'refused'>(kind: K, model: object, { readAs }: Said): { readonly kind: K; readonly text: string } {
    return { kind, text: this.write(model, readAs) };
  }

  #refused({ code, model }: Extract<Decision, { kind: 'refuse' }>, said: Said, lacking: Scope | undefined): CallOutcome {
    said.decision = 'refuse';
    said.code = code;
    return { ...this.#tell('refused', model, said), ...(lacking !== undefined && { missingScope: lacking }) };
  }

  #observe(tool: string, result: CallEvent['result'], { decision, code }: Said, started: number): void {
    this.#options.observe?.({ tool, result, decision, code, seconds: (performance.now() - started) / 1000 });
  }

  /** Arguments by name only: their values may be secrets. */
  #log(operation: Operation, call: Call, outcome: CallOutcome['kind'], started: number): void {
    const inputs = call.arguments !== null && typeof call.arguments === 'object' ? Object.keys(call.arguments) : [];
    const known = inputs.filter((name) => operation.places.has(name) || name === 'confirm' || name === 'fields');
    const ms = Math.round(performance.now() - started);
    this.#options.logger.info({ operation: operation.name, caller: call.caller.name, inputs: known, outcome, ms }, 'call');
  }
}

/** What is decided on: the inputs, and beside them what the caller wants to see, where that can be a secret. No request holds it. */
const withFields = (operation: Operation, args: Arguments, fields: unknown): Arguments =>
  fields === undefined || !asksForFields(operation) ? args : { ...args, fields };

const progressOf = ({ onProgress }: Call, operation: Operation, args: Arguments): CallProgress | undefined =>
  onProgress && new CallProgress(onProgress, operation.spec.bulk === undefined ? undefined : itemCount(operation, args));

function tellWaiting({ onWaiting }: Call, progress: CallProgress | undefined, waiting: Waiting): void {
  progress?.awaitsPerson(waiting);
  onWaiting?.(waiting);
}

/** What is taken out of the value is taken out of its text, too, which keeps its numbers. */
function withWhatIsShown(answer: ClerkAnswer, shown: Delivered['shown']): ClerkAnswer {
  if (answer.kind !== 'json' || shown(answer.value) === answer.value) return answer;
  const exact = exactJson(answer);
  const raw = exact.write(shown(exact.value));
  return { ...answer, value: JSON.parse(raw), raw };
}

/** A controller of the call's own: `AbortSignal.any` with a signal that outlives the call would keep every call. */
function follow(signal: AbortSignal | undefined): readonly [abort: Abort, release: () => void] {
  const abort = new Abort();
  const end = (): void => abort.abort();
  if (signal?.aborted === true) end();
  else signal?.addEventListener('abort', end, { once: true });
  // A job makes thousands of calls under one signal.
  return [abort, () => signal?.removeEventListener('abort', end)];
}

const failed = (model: object): CallOutcome => ({ kind: 'failed', text: JSON.stringify(model) });

function outcomeOf(error: unknown): Outcome {
  if (error instanceof ClerkApiError) {
    return { status: error.status, code: error.code, traceId: error.traceId, mayHaveHappened: error.mayHaveHappened };
  }
  if (error instanceof ClerkError) {
    const status = error instanceof ClerkAnswerError ? error.status : undefined;
    return { status, code: error.code, mayHaveHappened: error.mayHaveHappened };
  }
  if (error instanceof PolicyRefusal) return { code: error.code, mayHaveHappened: true };
  return { code: 'internal_error', mayHaveHappened: true };
}
