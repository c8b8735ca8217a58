import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import { parseArguments } from '../catalog/parse.js';
import type { ClerkClient } from '../clerk/client.js';
import { ClerkApiError, ClerkError } from '../clerk/errors.js';
import type { Logger } from '../logger.js';
import type { Policy } from '../policy/policy.js';
import { type Caller, type Decision, type Grant, type Outcome, type PersonAnswer, PolicyRefusal } from '../policy/types.js';
import { answerText } from '../shape/result.js';

/** One call as a transport brings it. */
export interface Call {
  readonly name: string;
  readonly arguments: unknown;
  readonly caller: Caller;
  /** Whether the client can put a question to its person. */
  readonly canAsk: boolean;
  /** What the person answered, when this is the second entry after an `ask`. */
  readonly answer?: PersonAnswer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a call ended. `text` is what the model reads: compact JSON, or a page of text. */
export type CallOutcome =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }
  | ({ readonly kind: 'ask' } & Omit<Extract<Decision, { kind: 'ask' }>, 'kind'>);

/** The tool is unknown, or not offered here. */
export class UnknownToolError extends Error {
  override readonly name = 'UnknownToolError';
}

export interface CallsOptions {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly policy: Policy;
  readonly clerk: ClerkClient;
  readonly logger: Logger;
}

/** The road of every call, whatever transport it came by: find, parse, decide, record, send, shape. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #inFlight = new Map<Promise<unknown>, AbortController>();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /**
   * @throws UnknownToolError. Everything else that can go wrong is an outcome.
   */
  async call(call: Call): Promise<CallOutcome> {
    const operation = this.#find(call.name);
    const started = performance.now();
    const abort = follow(call.signal);
    const running = this.#run(operation, call, abort.signal);
    this.#inFlight.set(running, abort);
    try {
      const outcome = await running;
      this.#log(operation, call, outcome.kind, started);
      return outcome;
    } catch (error) {
      if (error instanceof PolicyRefusal) return { kind: 'refused', text: JSON.stringify(error.model) };
      this.#options.logger.error({ err: error, operation: operation.name }, 'call failed inside the server');
      return failed({ error: 'internal_error', message: 'The server failed on this call.', hint: 'Its log (stderr) says more.' });
    } finally {
      this.#inFlight.delete(running);
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

  #find(name: string): Operation {
    const operation = this.#options.offered.get(name);
    if (operation !== undefined) return operation;
    const { catalog } = this.#options;
    if (catalog.find(name) !== undefined) throw new UnknownToolError(`Tool ${name} is not offered by this server's settings.`);
    throw new UnknownToolError(`Unknown tool: ${name}.${catalog.suggest(name)}`);
  }

  async #run(operation: Operation, call: Call, signal: AbortSignal): Promise<CallOutcome> {
    const parsed = parseArguments(operation, call.arguments, this.#options.policy.mayConfirm(operation));
    if (!parsed.ok) {
      const hint = 'Correct the arguments and call again. Nothing was sent.';
      return failed({ error: 'invalid_arguments', operation: operation.name, faults: parsed.faults, hint });
    }
    const { args, confirm } = parsed;
    const decision = await this.#options.policy.decide({ ...call, operation, args, confirm, signal });
    switch (decision.kind) {
      case 'refuse':
        return { kind: 'refused', text: JSON.stringify(decision.model) };
      case 'ask':
        return decision;
      case 'allow':
        return this.#send(decision.grant, signal);
      default:
        return decision satisfies never;
    }
  }

  /** What was granted is what goes out: operation and arguments are the grant's own. */
  async #send(grant: Grant, signal: AbortSignal): Promise<CallOutcome> {
    const { operation, args } = grant;
    const recorded = await this.#options.policy.begin(grant);
    try {
      const answer = await this.#options.clerk.send(operation, args, { signal });
      const value = await recorded.deliver(answer.value);
      await recorded.end({ status: answer.status, traceId: answer.traceId });
      return { kind: 'done', text: answerText({ ...answer, value }) };
    } catch (error) {
      await recorded.end(outcomeOf(error));
      if (error instanceof ClerkError) return failed(error.toModel());
      throw error;
    }
  }

  /** Arguments by name only: their values may be anybody's secrets. */
  #log(operation: Operation, call: Call, outcome: CallOutcome['kind'], started: number): void {
    const inputs = call.arguments !== null && typeof call.arguments === 'object' ? Object.keys(call.arguments) : [];
    const known = inputs.filter((name) => operation.places.has(name) || name === 'confirm');
    const ms = Math.round(performance.now() - started);
    this.#options.logger.info({ operation: operation.name, caller: call.caller.name, inputs: known, outcome, ms }, 'call');
  }
}

/** A controller of the call's own: `AbortSignal.any` with a signal that outlives the call would keep every call. */
function follow(signal: AbortSignal | undefined): AbortController {
  const abort = new AbortController();
  if (signal?.aborted === true) abort.abort();
  else signal?.addEventListener('abort', () => abort.abort(), { once: true });
  return abort;
}

const failed = (model: object): CallOutcome => ({ kind: 'failed', text: JSON.stringify(model) });

function outcomeOf(error: unknown): Outcome {
  if (error instanceof ClerkApiError) {
    return { status: error.status, code: error.code, traceId: error.traceId, mayHaveHappened: error.mayHaveHappened };
  }
  if (error instanceof ClerkError) return { code: error.code, mayHaveHappened: error.mayHaveHappened };
  if (error instanceof PolicyRefusal) return { code: error.code, mayHaveHappened: true };
  return { code: 'internal_error', mayHaveHappened: true };
}
