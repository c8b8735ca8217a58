import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { ClerkAnswerError, ClerkApiError, ClerkError } from '../clerk/errors.js';
import type { Abort } from '../platform/abort.js';
import { type Caller, type Delivered, type Grant, type Outcome, PolicyRefusal } from '../policy/policy-types.js';
import { withoutSecrets } from '../policy/secrets/answer-secrets.js';
import { withoutSecretTexts } from '../policy/secrets/secret-text.js';
import { exactJson } from '../response/exact.js';
import { readUserText } from '../response/user-text.js';
import { tracer } from '../telemetry/tracing.js';
import type { CallOutcome, CallsOptions, DecidedCall } from './call-types.js';
import { madeInputs, withMade } from './idempotency.js';
import type { Kept } from './keeper.js';
import type { Teller } from './tell.js';

/** Sends a granted call to Clerk or runs it as a job, and records it before and after. */
export class Sender {
  readonly #options: CallsOptions;
  readonly #teller: Teller;

  constructor(options: CallsOptions, teller: Teller) {
    this.#options = options;
    this.#teller = teller;
  }

  /** Sends exactly what was granted: operation and arguments come from the grant, with an idempotency key if they lack one. */
  async send(grant: Grant, decided: DecidedCall): Promise<CallOutcome> {
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
      const shown = { fields, readAs: said.readAs, made };
      const passing = call.isPart === true || !recorded.isCovered ? undefined : this.#teller.passing(operation, shown);
      const answer = await this.#options.clerk.send(operation, args, { signal: abort, caller: caller.name, passing, ...onRetry });
      progress?.end();
      if (answer.passed !== undefined) {
        await recorded.end({ status: answer.status, traceId: answer.traceId });
        return { kind: 'done', text: answer.passed };
      }
      await kept?.done(withoutSecrets(answer.value, operation));
      const { shown: visible, secretFile } = await recorded.deliver(answer.value);
      const delivered = withWhatIsShown(answer, visible);
      await recorded.end({ status: answer.status, traceId: answer.traceId });
      if (call.isPart === true) return { kind: 'done', text: '', answer: delivered, record: recorded.id, secretFile };
      return this.#teller.show(operation, args, delivered, { ...shown, secretFile });
    } catch (error) {
      await recorded.end(outcomeOf(error));
      if (error instanceof ClerkError) {
        // Clerk's own codes are Clerk's words.
        if (!(error instanceof ClerkApiError)) tracer()?.active?.set({ 'clerk_mcp.error.code': error.code });
        const { text } = this.#teller.tell('failed', withMade(marked(error), made), said);
        return { kind: 'failed', text: withoutSecretTexts(text) };
      }
      if (error instanceof PolicyRefusal) throw error;
      return this.#teller.broken(operation, error);
    }
  }

  /** Keeps the object as it is before the change, where that is kept. The parts of a job see to it themselves. */
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

  /** Runs a job: many calls instead of one request. A job that asks a person has not ended by doing so. */
  async #carryOut(grant: Grant, { call, confirm, abort }: DecidedCall): Promise<CallOutcome> {
    const { operation, args } = grant;
    const recorded = await this.#options.policy.begin(grant);
    try {
      const outcome = this.#teller.bounded(await this.#options.runJob({ operation, args, confirm, call, signal: abort.signal }));
      await recorded.end(outcome.kind === 'done' ? {} : { code: outcome.kind });
      return outcome;
    } catch (error) {
      await recorded.end(outcomeOf(error));
      return this.#teller.broken(operation, error);
    }
  }
}

/** Takes out of the raw text what was taken out of the value; the raw text keeps numbers as they were sent. */
function withWhatIsShown(answer: ClerkAnswer, shown: Delivered['shown']): ClerkAnswer {
  if (answer.kind !== 'json' || shown(answer.value) === answer.value) return answer;
  const exact = exactJson(answer);
  const raw = exact.write(shown(exact.value));
  return { ...answer, value: JSON.parse(raw), raw };
}

/** An error as a model reads it; where Clerk's own text quotes what reads like an order, that is said. */
function marked(error: ClerkError): Record<string, unknown> {
  const model = error.toModel();
  if (!(error instanceof ClerkApiError) || !error.fromClerk) return model;
  const { message, long_message, also } = model;
  const { untrusted } = readUserText([{ message, long_message, also }], undefined, false).note;
  return untrusted === undefined ? model : { ...model, _: { untrusted } };
}

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
