import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import type { CodedError } from '../catalog/error-codes.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { Passing } from '../clerk/answer.js';
import type { Logger } from '../platform/logger.js';
import { scrub } from '../platform/scrub.js';
import type { Decision } from '../policy/policy-types.js';
import type { Scope } from '../policy/rules/scopes.js';
import { repeatable, restOfEmpty } from '../response/note.js';
import { shapeAnswer, shapeError } from '../response/shape-answer.js';
import type { ShapeOptions } from '../response/shape-options.js';
import { fits } from '../response/token-count.js';
import type { AnswerOptions, CallOutcome, Said } from './call-types.js';
import { quickTrim } from './quick-trim.js';

/** The most tokens that an answer may cost a model, unless a setting says otherwise. */
export const MOST_TOKENS = 25_000;

/** The parts of the answer that the caller wants, and what is said beside it. */
type Shown = Pick<ShapeOptions, 'fields' | 'made' | 'readAs' | 'secretFile'>;

/** Shapes every outcome into the text that a model reads. */
export class Teller {
  readonly #answers: AnswerOptions;
  readonly #logger: Logger;

  constructor(answers: AnswerOptions, logger: Logger) {
    this.#answers = answers;
    this.#logger = logger;
  }

  /** Clerk has answered, so failing to show the answer must not look as if the call was not carried out. */
  show(operation: Operation, args: Arguments, answer: ClerkAnswer, asked: Shown): CallOutcome {
    const { results = 'short', maxTokens = MOST_TOKENS, ...how } = this.#answers;
    try {
      return { kind: 'done', ...shapeAnswer(operation, answer, { ...how, args, ...asked, results, maxTokens }) };
    } catch (error) {
      return this.broken(operation, error, answer.status);
    }
  }

  /** How an answer is shown without being parsed, where that is how it is shown; undefined for calls that need more. */
  passing(operation: Operation, { fields, made, readAs = [] }: Shown): Passing | undefined {
    const { results = 'short', times, structured, maxTokens = MOST_TOKENS } = this.#answers;
    const { leaves = [], answers, request } = operation.spec;
    const isUsual = results === 'short' && times !== 'iso' && structured !== true && answers !== 'text' && leaves.length === 0;
    if (!isUsual || fields?.length || made !== undefined || readAs.length > 0 || !repeatable(operation)) return undefined;
    return (json) => {
      const trimmed = quickTrim(json, request);
      if (trimmed === undefined) return undefined;
      const { text, isShorter } = trimmed;
      const shown = isShorter ? `{"_":{"rest":${JSON.stringify(restOfEmpty(operation))}},${text.slice(1)}` : text;
      return fits(shown, maxTokens) ? shown : undefined;
    };
  }

  /** @param status of Clerk's answer, where one came */
  broken(operation: Operation, error: unknown, status?: number): CallOutcome {
    this.#logger.error({ err: error, operation: operation.name }, 'call failed inside the server');
    const changes = operation.risk !== 'read';
    if (status !== undefined && changes) {
      const hint = 'Clerk has carried this out; its answer cannot be shown. Do not call again: look with a read.';
      return failed({ error: 'answer_not_shown', status, hint });
    }
    const hint = changes
      ? 'It may have been carried out: look with a read before calling again.'
      : "The server's log (stderr) says more.";
    return failed({ ...FAULT_OF_OURS, hint, ...(changes ? { may_have_happened: true } : {}) });
  }

  /** A fault of the program before anything was sent. */
  brokenBefore(operation: Operation, error: unknown): CallOutcome {
    this.#logger.error({ err: error, operation: operation.name }, 'call failed inside the server');
    return failed({ ...FAULT_OF_OURS, hint: 'Its log (stderr) says more.' });
  }

  /** Writes what did not come from Clerk as a model reads it: without secrets, and within an answer's token limit. */
  write(model: object, readAs: readonly string[] = []): string {
    const told = readAs.length === 0 ? model : { ...model, read_as: readAs };
    return scrub(shapeError(told, this.#answers.maxTokens ?? MOST_TOKENS));
  }

  /** Why a job failed, within an answer's token limit. */
  bounded(outcome: CallOutcome): CallOutcome {
    if (outcome.kind !== 'failed' && outcome.kind !== 'refused') return outcome;
    return { ...outcome, text: this.write(JSON.parse(outcome.text)) };
  }

  tell<K extends 'failed' | 'refused'>(kind: K, model: object, { readAs }: Said): { readonly kind: K; readonly text: string } {
    return { kind, text: this.write(model, readAs) };
  }

  refused({ code, model }: Extract<Decision, { kind: 'refuse' }>, said: Said, lacking: Scope | undefined): CallOutcome {
    said.decision = 'refuse';
    said.code = code;
    return { ...this.tell('refused', model, said), ...(lacking !== undefined && { missingScope: lacking }) };
  }
}

const FAULT_OF_OURS = { error: 'internal_error', message: 'The server failed on this call.' } as const;

const failed = (model: CodedError): CallOutcome => ({ kind: 'failed', text: JSON.stringify(model) });
