import { nameReadAs } from '../catalog/aliases.js';
import { howToOffer } from '../catalog/exposure.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { parseArguments } from '../catalog/parse-arguments.js';
import { Abort, type AbortLike } from '../platform/abort.js';
import { afterwards, doWaiting } from '../platform/afterwards.js';
import { isRecord } from '../platform/is-record.js';
import { plain } from '../platform/plain-text.js';
import { scrub } from '../platform/scrub.js';
import { type Decision, type PersonAnswer, PolicyRefusal, type Waiting } from '../policy/policy-types.js';
import { asksForFields, itemCount } from '../policy/rules/risk.js';
import { tracer } from '../telemetry/tracing.js';
import {
  type Call,
  type CallEvent,
  type CallOutcome,
  type CallsOptions,
  type DecidedCall,
  type Question,
  type Said,
  UnknownToolError,
} from './call-types.js';
import { CallProgress } from './progress.js';
import { Sender } from './send.js';
import { Teller } from './tell.js';
import { tracedDecision } from './traced.js';

/**
 * The road of every call, over any transport. Here its operation is found, its arguments are parsed and the policy
 * decides; {@link Sender} records and sends it, {@link Teller} shapes the outcome.
 */
export class Calls {
  readonly #options: CallsOptions;
  readonly #teller: Teller;
  readonly #sender: Sender;
  readonly #inFlight = new Map<Promise<unknown>, Abort>();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#teller = new Teller(options.answers ?? {}, options.logger);
    this.#sender = new Sender(options, this.#teller);
  }

  /**
   * @throws UnknownToolError. Everything else that can go wrong is an outcome.
   */
  async call(call: Call): Promise<CallOutcome> {
    const started = performance.now();
    const operation = this.#find(call, started);
    const answer = (): Promise<CallOutcome> =>
      this.#answer(operation, call, started, (abort, said) => this.#run(operation, call, abort, said));
    const tracing = call.isPart === true ? tracer() : undefined;
    if (tracing === undefined) return answer();
    return tracing.within({ span: 'part', attributes: { 'clerk_mcp.operation': operation.name } }, answer);
  }

  /** Runs a call, or the rest of one, to its outcome. It counts as in flight until then, and is then logged and counted. */
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
    tracer()?.active?.set({ 'clerk_mcp.operation': operation.name, 'clerk_mcp.risk': operation.risk });
    const [abort, release] = follow(call.signal);
    const running = run(abort, said);
    this.#inFlight.set(running, abort);
    let result: CallEvent['result'] = 'failed';
    try {
      const outcome = await running;
      result = outcome.kind === 'failed' && abort.aborted ? 'cancelled' : outcome.kind;
      return outcome;
    } catch (error) {
      if (error instanceof PolicyRefusal) {
        result = 'refused';
        said.code = error.code;
        return this.#teller.tell('refused', error.model, said);
      }
      return this.#teller.brokenBefore(operation, error);
    } finally {
      release();
      this.#inFlight.delete(running);
      this.#log(operation, call, result, performance.now() - started);
      this.#observe(operation.name, result, said, started);
    }
  }

  /** Writes what did not come from Clerk as a model reads it. */
  write(model: object, readAs: readonly string[] = []): string {
    return this.#teller.write(model, readAs);
  }

  /** Lets calls in flight finish for `graceMs`, then aborts the rest and waits until each has been answered. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const abort of this.#inFlight.values()) abort.abort();
    }, graceMs);
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight.keys());
    clearTimeout(timer);
    doWaiting();
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
    const refused = call.caller.scopes === undefined ? undefined : await this.#outOfScope(operation, call, said);
    if (refused !== undefined) return refused;
    const parsed = await parseArguments(operation, call.arguments, this.#options.policy.mayConfirm(operation));
    said.readAs = [...said.readAs, ...parsed.notes];
    if (!parsed.ok) {
      tracer()?.active?.set({ 'clerk_mcp.error.code': 'invalid_arguments' });
      const hint = 'Correct the arguments and call again. Nothing was sent.';
      return this.#teller.tell(
        'failed',
        { error: 'invalid_arguments', operation: operation.name, faults: parsed.faults, hint },
        said,
      );
    }
    const { confirm, fields } = parsed;
    const args = withFields(operation, parsed.args, fields);
    const progress = progressOf(call, operation, args);
    const decided: DecidedCall = { operation, args, confirm, call, fields, abort, said, progress };
    const decision = await this.#decided(progress, () =>
      this.#options.policy.decide({
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
      }),
    );
    return this.#follow(decision, decided);
  }

  /**
   * Refuses a call beyond the caller's scopes without looking at the rest of its arguments. The attempt goes on record.
   */
  async #outOfScope(operation: Operation, call: Call, said: Said): Promise<CallOutcome | undefined> {
    const given = isRecord(call.arguments) ? call.arguments : {};
    const lacking = await this.#options.policy.missingScope(operation, given, call.caller);
    if (lacking === undefined) return undefined;
    const { confirm, fields, ...inputs } = given;
    const args = withFields(operation, inputs, fields);
    const decision = await this.#options.policy.decide({ operation, args, confirm, caller: call.caller, canAsk: false });
    return decision.kind === 'refuse' ? this.#teller.refused(decision, said, lacking) : undefined;
  }

  async #follow(decision: Decision, decided: DecidedCall): Promise<CallOutcome> {
    const { operation, args, call, said } = decided;
    said.decision = decision.kind;
    switch (decision.kind) {
      case 'refuse':
        return this.#teller.refused(
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
        return this.#sender.send(decision.grant, decided);
      default:
        return decision satisfies never;
    }
  }

  #resume(question: Question, answer: PersonAnswer, decided: DecidedCall): Promise<CallOutcome> {
    const { operation, call } = decided;
    return this.#answer(operation, call, performance.now(), async (abort, said) => {
      const { progress } = decided;
      said.readAs = decided.said.readAs;
      const decision = await this.#decided(progress, () =>
        this.#options.policy.decideAnswer(question, answer, {
          get signal() {
            return abort.signal;
          },
          onWaiting: (waiting) => tellWaiting(call, progress, waiting),
          onDecided: call.onDecided,
        }),
      );
      return this.#follow(decision, { ...decided, abort, said });
    });
  }

  async #decided(progress: CallProgress | undefined, decide: () => Promise<Decision>): Promise<Decision> {
    try {
      return await tracedDecision(decide);
    } finally {
      progress?.decided();
    }
  }

  #observe(tool: string, result: CallEvent['result'], { decision, code }: Said, started: number): void {
    tracer()?.active?.set({ 'clerk_mcp.outcome': result, 'clerk_mcp.policy.decision': decision, 'clerk_mcp.error.code': code });
    this.#options.observe?.({ tool, result, decision, code, seconds: (performance.now() - started) / 1000 });
  }

  /** Logs arguments by name only, since their values may be secrets. */
  #log(operation: Operation, call: Call, outcome: CallEvent['result'], ms: number): void {
    const log = (): void => {
      const inputs = isRecord(call.arguments) ? Object.keys(call.arguments) : [];
      const known = inputs.filter((name) => operation.places.has(name) || name === 'confirm' || name === 'fields');
      const facts = { operation: operation.name, caller: call.caller.name, inputs: known, outcome, ms: Math.round(ms) };
      this.#options.logger.info(facts, 'call');
    };
    // The line names the span around it, which is gone by then.
    if (tracer() === undefined) afterwards(log);
    else log();
  }
}

/** What the policy decides on: the inputs, and `fields` where it may ask for a secret. No request carries `fields`. */
const withFields = (operation: Operation, args: Arguments, fields: unknown): Arguments =>
  fields === undefined || !asksForFields(operation) ? args : { ...args, fields };

const progressOf = ({ onProgress }: Call, operation: Operation, args: Arguments): CallProgress | undefined =>
  onProgress && new CallProgress(onProgress, operation.spec.bulk === undefined ? undefined : itemCount(operation, args));

function tellWaiting({ onWaiting }: Call, progress: CallProgress | undefined, waiting: Waiting): void {
  progress?.awaitsPerson(waiting);
  onWaiting?.(waiting);
}

/** A controller for this call alone: `AbortSignal.any` with a signal that outlives the call would retain every call. */
function follow(signal: AbortLike | undefined): readonly [abort: Abort, release: () => void] {
  const abort = new Abort();
  const end = (): void => abort.abort();
  if (signal?.aborted === true) end();
  else signal?.addEventListener('abort', end);
  // A job makes thousands of calls under one signal, so listeners must not pile up.
  return [abort, () => signal?.removeEventListener('abort', end)];
}
