import type { ErrorCode } from '../catalog/error-codes.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { CallList, Place } from './list-call.js';

export const INSTANCE_KINDS = ['test', 'live', 'sandbox'] as const;
export type InstanceKind = (typeof INSTANCE_KINDS)[number];

/** The Clerk instance that calls go to. */
export interface Instance {
  readonly kind: InstanceKind;
  /** What it is called beside others that the same program serves. */
  readonly name?: string | undefined;
  /** Stable name that confirmations and records are bound to: a hash of address and key, never the key. */
  readonly id: string;
  /** The instance's domain, for people. Looked up when absent and a person is about to read it. */
  readonly label?: string | undefined;
}

/** Who makes a call. `name` is what rules, budgets, confirmations and the record know them by. */
export interface Caller {
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
  /** The operations that may be called at most, by name; jobs are calls of these. Default: all. */
  readonly tools?: ReadonlySet<string> | undefined;
  readonly clientName?: string | undefined;
  readonly clientVersion?: string | undefined;
  /** `page`: a person signed in on the page of approvals; their calls wait for a person even if less would do. */
  readonly transport: 'stdio' | 'http' | 'cli' | 'page';
}

/** What came back after an `ask`. */
export interface PersonAnswer {
  /**
   * What the person did, by the form. `failed`: the client sent an error, or something that is not an answer.
   * `unanswered`: nothing came back in time.
   */
  readonly action: 'accept' | 'decline' | 'cancel' | 'failed' | 'unanswered';
  readonly content?: Readonly<Record<string, unknown>> | undefined;
  /** The `state` of the question, as the client returned it. */
  readonly state: string | undefined;
}

/** A call whose arguments have been parsed. */
export interface PolicyCall {
  readonly operation: Operation;
  readonly args: Arguments;
  /** The `confirm` input as it came, of any type. */
  readonly confirm: unknown;
  readonly caller: Caller;
  /** Whether the client can put a form to its person. */
  readonly canAsk: boolean;
  /** Whether it is put to a person at this program's own terminal, which shows all of it and never answers by itself. */
  readonly atTerminal?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly answer?: PersonAnswer | undefined;
  /** How the client can be given a link for its person to open. Default: it cannot. */
  readonly takesLink?: LinkTiming | undefined;
  /** Told when the call waits for a person who is not at the client. Must not throw. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
  /** Told when a call stops waiting, because it was decided or its time is over. Must not throw. */
  readonly onDecided?: ((id: string) => void) | undefined;
  /** The calls that this one carries out, if there are many: it is decided and confirmed by all of them. */
  readonly list?: CallList | undefined;
  /** Its place in a list that was confirmed. */
  readonly place?: Place | undefined;
}

/** `meanwhile`: while its call waits. `first`: as the answer to its call, which then comes again. */
export type LinkTiming = 'meanwhile' | 'first';

/** A call that waits for a person's word. */
export interface Waiting {
  /** Of the approval. */
  readonly id: string;
  /** Where people can approve. Holds the id, but nothing that signs its reader in. */
  readonly link: string | undefined;
  /** What the link is for, with nothing personal. */
  readonly message: string;
  /** Says that the client's person will not open the link, so the call need not wait. It is not a decision. */
  readonly notOpened: () => void;
  /** Resolves when it waits no longer, or the signal is aborted. Rejects when that cannot be known. */
  readonly decided: (signal: AbortSignal) => Promise<void>;
}

/** Ways to put a call to a person: a form in their client, or a page of their own. */
export const WAYS = ['client', 'page'] as const;
export type Way = (typeof WAYS)[number];

type Field =
  | { type: 'boolean'; title: string; description?: string; default?: boolean }
  | { type: 'string'; title: string; description?: string; maxLength?: number };

/** A form in the subset of JSON Schema that MCP elicitation takes. */
export interface AskSchema {
  type: 'object';
  properties: Record<string, Field>;
  required: string[];
}

declare const issued: unique symbol;

/** Leave to send one request, once. Only a `Policy` makes one, and only that policy's `begin` takes it. */
export interface Grant {
  readonly [issued]?: never;
  readonly operation: Operation;
  readonly args: Arguments;
}

export type Decision =
  | { readonly kind: 'allow'; readonly grant: Grant }
  /** `model` is one short JSON object: `error` (= `code`), `operation`, `message`, and what else helps. */
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly model: Readonly<Record<string, unknown>> }
  | { readonly kind: 'ask'; readonly message: string; readonly schema: AskSchema; readonly state: string }
  /** The call waits, and comes again once the client has shown the link, with the id as the answer's `state`. */
  | { readonly kind: 'link'; readonly waiting: Waiting & { readonly link: string } };

/** How a request that was sent (or not) ended. Never holds an argument's or a result's value. */
export interface Outcome {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly traceId?: string | undefined;
  readonly mayHaveHappened?: boolean | undefined;
}

/** An answer on its way to the caller. */
export interface Delivered {
  /** The answer, or the same one parsed differently, as the caller may see it; the same object if nothing is taken out. */
  readonly shown: (answer: unknown) => unknown;
  /** The file that holds what was taken out. */
  readonly secretFile?: string | undefined;
}

/** The record of one call under way. */
export interface Recorded {
  /** Joins the lines of the call on record. */
  readonly id: string;
  /** Whether secrets are only taken out of the answer, and neither kept nor shown. */
  readonly isCovered: boolean;
  /**
   * What the caller may see of the answer. Where secrets are kept in files, they are stored now.
   * @throws PolicyRefusal (`secret_not_stored`) when Clerk has acted but the secret could not be kept.
   */
  deliver(result: unknown): Promise<Delivered>;
  /** Writes the outcome. Never throws: what was sent cannot be undone. */
  end(outcome: Outcome): Promise<void>;
}

/** Reads something to show a person what is meant. Resolves with the answer's JSON; an error's `status` is HTTP's. */
export type Read = (
  operationName: string,
  args: Arguments,
  signal: AbortSignal,
  /** On whose behalf. */
  caller: string | undefined,
) => Promise<unknown>;

/** A refusal found only when the call was about to begin. `model` is what to answer. */
export class PolicyRefusal extends Error {
  override readonly name = 'PolicyRefusal';
  readonly code: ErrorCode;
  readonly model: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, model: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.model = model;
  }
}
