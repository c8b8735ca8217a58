import type { Call, CallOutcome } from '../call/call-types.js';
import type { Progress } from '../call/progress.js';
import type { GroupLoader } from '../catalog/declaration.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { Place } from '../policy/list-call.js';
import type { Policy } from '../policy/policy.js';
import type { PlanServices } from './services.js';

/**
 * A tool that makes many calls. As for every other tool, its declaration decides how it is listed, how its arguments are
 * checked, which rules, budgets and scopes apply, and what goes on record.
 */
export interface JobTool {
  /** A group with a single operation that says `job: true`. Its `risk` counts while the policy sees only the job itself. */
  readonly declaration: GroupLoader;
  /** Loads the code that carries it out. */
  readonly load: () => Promise<RunJobTool>;
}

/**
 * Carries out one call.
 * @param args valid by the declaration's schema
 * @throws only faults of the program: whatever the caller can mend is an outcome of kind `failed` or `refused`
 */
export type RunJobTool = (args: Arguments, context: JobContext) => Promise<CallOutcome>;

/** What a job may use. It has no rights of its own: each of its calls is decided as if the caller had made it. */
export interface JobContext {
  /** The tool of the job itself. */
  readonly operation: Operation;
  /** The `confirm` input as it came. */
  readonly confirm: unknown;
  /** The call of the job itself: the caller, whether they can be asked, what they answered. */
  readonly call: Call;
  /** The operations that it may call: those offered here, without the jobs. */
  readonly offered: ReadonlyMap<string, Operation>;
  /**
   * Makes one call for the same caller, the way all calls go: scopes, arguments, rules, budgets, record, retries. An outcome
   * of kind `done` has the whole answer under `answer`. The call waits for its turn when Clerk's limit is near.
   */
  readonly make: (name: string, args: Arguments) => Promise<CallOutcome>;
  /** The same for work that goes on after the job's own call has been answered; takes its own abort signal. */
  readonly makeAlone: (
    name: string,
    args: Arguments,
    how: { readonly place?: Place | undefined; readonly signal: AbortSignal },
  ) => Promise<CallOutcome>;
  readonly plans: PlanServices;
  readonly policy: Policy;
  /** Aborts when the caller cancels or the server stops. */
  readonly signal: AbortSignal;
  /** Reports progress to a client that wants it. */
  readonly tell: (progress: Progress) => void;
  readonly limits: JobLimits;
}

export interface JobLimits {
  /** How many tokens an answer may cost a model. */
  readonly maxTokens: number;
  /** How times are given unless a call says otherwise. */
  readonly times: 'iso' | 'unix';
  /** How long a job may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The folder for files; `undefined` if none is set and the caller is on another machine. */
  readonly filesDir: string | undefined;
}
