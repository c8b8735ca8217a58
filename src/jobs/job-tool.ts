import type { Call, CallOutcome } from '../call/call-types.js';
import type { Progress } from '../call/progress.js';
import type { GroupLoader } from '../catalog/declaration.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { Place } from '../policy/list-call.js';
import type { Policy } from '../policy/policy.js';
import type { PlanServices } from './services.js';

/**
 * A tool that is many calls. What is listed of it, how its arguments are checked, which rules, budgets and scopes it falls
 * under and what is put on record follow from its declaration, as for every other tool.
 */
export interface JobTool {
  /** A group with the one operation, which says `job: true`. Its `risk` is that of a call that the policy sees no more of. */
  readonly declaration: GroupLoader;
  /** Loads what carries it out. */
  readonly load: () => Promise<RunJobTool>;
}

/**
 * Carries out one call.
 * @param args as the declaration's schema lets them through
 * @throws nothing that a caller could mend: that is an outcome of kind `failed` or `refused`
 */
export type RunJobTool = (args: Arguments, context: JobContext) => Promise<CallOutcome>;

/** What a job may use. Its rights are those of the calls that it makes, each of them decided as if the caller had made it. */
export interface JobContext {
  /** The tool of the job itself. */
  readonly operation: Operation;
  /** The `confirm` input as it came. */
  readonly confirm: unknown;
  /** The call of the job itself: the caller, whether they can be asked, what they answered. */
  readonly call: Call;
  /** The operations that it may make calls of: those offered here, without the jobs. */
  readonly offered: ReadonlyMap<string, Operation>;
  /**
   * Makes one call by the road of all calls, for the same caller: scopes, arguments, rules, budgets, record, retries. An
   * outcome of kind `done` has the answer whole under `answer`. It waits for its turn where Clerk's limit is near.
   */
  readonly make: (name: string, args: Arguments) => Promise<CallOutcome>;
  /** The same for what goes on when the job's own call has been answered; what aborts it is given. */
  readonly makeAlone: (
    name: string,
    args: Arguments,
    how: { readonly place?: Place | undefined; readonly signal: AbortSignal },
  ) => Promise<CallOutcome>;
  readonly plans: PlanServices;
  readonly policy: Policy;
  /** Aborts when the caller cancels or the server stops. */
  readonly signal: AbortSignal;
  /** Tells the client how far it is, where it wants to know. */
  readonly tell: (progress: Progress) => void;
  readonly limits: JobLimits;
}

export interface JobLimits {
  /** What an answer may cost a model, in tokens. */
  readonly maxTokens: number;
  /** How times are given where a call does not say. */
  readonly times: 'iso' | 'unix';
  /** How long a job may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The folder for files; `undefined` where caller and server do not share the machine and none is set. */
  readonly filesDir: string | undefined;
}
