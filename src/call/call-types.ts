import type { Catalog } from '../catalog/catalog.js';
import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { ClerkClient } from '../clerk/clerk-client.js';
import type { Abort, AbortLike } from '../platform/abort.js';
import type { Logger } from '../platform/logger.js';
import type { Place } from '../policy/list-call.js';
import type { Policy } from '../policy/policy.js';
import type { Caller, Decision, LinkTiming, PersonAnswer, Waiting } from '../policy/policy-types.js';
import type { Scope } from '../policy/rules/scopes.js';
import type { ShapeOptions } from '../response/shape-options.js';
import type { Keeper } from './keeper.js';
import type { CallProgress, Progress } from './progress.js';

/** One call as a transport brings it. */
export interface Call {
  readonly name: string;
  readonly arguments: unknown;
  readonly caller: Caller;
  /** Whether the client can put a question to its user. */
  readonly canAsk: boolean;
  /** Whether the client is this program's own terminal, with a person at it. Default: false. */
  readonly atTerminal?: boolean | undefined;
  /** Whether it is one of the many calls of a job. Such a call gets the whole answer, without a token limit. Default: false. */
  readonly isPart?: boolean;
  /** Its place in a list of calls that was confirmed as a whole. */
  readonly place?: Place | undefined;
  /** What the person answered, when the call comes back after an `ask`. */
  readonly answer?: PersonAnswer | undefined;
  /** How the client can be given a link for its user to open. Default: it cannot. */
  readonly takesLink?: LinkTiming | undefined;
  readonly signal?: AbortLike | undefined;
  /** Told how a long call is getting on. Must not throw. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told when the call waits for a person who is not at the client. Must not throw. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
  /** Told when the call no longer waits for that person. Must not throw. */
  readonly onDecided?: ((id: string) => void) | undefined;
  /** Values that were read differently from how they were sent, before the call came here. */
  readonly readAs?: readonly string[] | undefined;
}

/** How a call ended. `text` is what the model reads: compact JSON, or a page of text. */
export type CallOutcome =
  | {
      readonly kind: 'done';
      readonly text: string;
      readonly structured?: unknown;
      /** Instead of `text`, which is then empty, where the call is part of a job. */
      readonly answer?: ClerkAnswer;
      /** For a part: identifies the call on record. */
      readonly record?: string;
      /** For a part: the file that holds its secret. */
      readonly secretFile?: string | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly text: string;
      /** The missing scope, if that was why it was refused. */
      readonly missingScope?: Scope | undefined;
    }
  | { readonly kind: 'failed'; readonly text: string }
  | Extract<Decision, { kind: 'link' }>
  | (Question & {
      /** Continues the call with the person's answer, without parsing or deciding it again. */
      readonly resume: (answer: PersonAnswer) => Promise<CallOutcome>;
    });

export type Question = Extract<Decision, { kind: 'ask' }>;

/** A call of a job that has been parsed, allowed and put on record. */
export interface JobCall {
  readonly operation: Operation;
  readonly args: Arguments;
  /** The `confirm` input as it came, for a job that is confirmed for all of its calls at once. */
  readonly confirm: unknown;
  /** Who makes it, and how they are asked and kept informed. */
  readonly call: Call;
  /** Aborts when the caller cancels or the server stops. */
  readonly signal: AbortSignal;
}

/** The tool is unknown, or not offered here. */
export class UnknownToolError extends Error {
  override readonly name = 'UnknownToolError';
}

/** How a call went, for metrics. The only thing in it that a caller may have made up is the tool's name. */
export interface CallEvent {
  readonly tool: string;
  readonly result: CallOutcome['kind'] | 'unknown_tool' | 'cancelled';
  readonly decision: Decision['kind'] | 'none';
  /** Of a refusal. */
  readonly code: string | undefined;
  readonly seconds: number;
}

/** What the policy said, where it was asked, and which values were read differently from how they were sent. */
export interface Said {
  decision: CallEvent['decision'];
  code: string | undefined;
  readAs: readonly string[];
}

/** A call whose arguments have been parsed, on its way through the policy. */
export interface DecidedCall {
  readonly operation: Operation;
  readonly args: Arguments;
  readonly call: Call;
  readonly confirm: unknown;
  /** The parts of the answer that the caller wants. */
  readonly fields: readonly string[] | undefined;
  readonly abort: Abort;
  readonly said: Said;
  readonly progress: CallProgress | undefined;
}

/** How answers are shaped, for all calls alike. */
export type AnswerOptions = Partial<Pick<ShapeOptions, 'results' | 'times' | 'maxTokens' | 'structured'>>;

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
  /** How answers are shaped. Default: short, at most 25,000 tokens. */
  readonly answers?: AnswerOptions;
  /** Told of every call once it has been answered. */
  readonly observe?: ((event: CallEvent) => void) | undefined;
}
