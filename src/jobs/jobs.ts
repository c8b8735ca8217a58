import type { CallOutcome, Calls, JobCall } from '../call/call.js';
import type { Operation } from '../catalog/operation.js';
import type { Budget } from '../clerk/clerk-client.js';
import { UpstreamBudget, UpstreamBusyError, upstreamAllowance } from '../clerk/rate-budget.js';
import { MemoryCounterStore } from '../limits/counter-store.js';
import type { Policy } from '../policy/policy.js';
import type { Instance } from '../policy/policy-types.js';
import type { JobContext, JobLimits } from './job-tool.js';
import { JOB_TOOLS } from './job-tools.js';
import type { PlanServices } from './services.js';

export interface JobsOptions {
  readonly calls: Pick<Calls, 'call'>;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly policy: Policy;
  readonly instance: Instance;
  /** Whether every request waits for its turn already. Otherwise those of jobs do: they alone are many. */
  readonly isPaced: boolean;
  /** Requests that Clerk takes from the instance in 10 s. Default: the usual number. */
  readonly clerkLimit?: number | undefined;
  readonly limits: JobLimits;
  readonly plans: PlanServices;
}

/** Makes what carries out the tools that are many calls. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #offered: ReadonlyMap<string, Operation>;
  readonly #pace: Budget | undefined;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#offered = new Map([...options.offered].filter(([, operation]) => !operation.isJob));
    const { instance, isPaced, clerkLimit } = options;
    this.#pace =
      isPaced || instance.kind === 'sandbox'
        ? undefined
        : new UpstreamBudget({
            counter: new MemoryCounterStore(),
            instance: instance.id,
            max: upstreamAllowance(instance.kind, clerkLimit),
          });
  }

  async run({ operation, args, confirm, call, signal }: JobCall): Promise<CallOutcome> {
    const tool = JOB_TOOLS[operation.name as keyof typeof JOB_TOOLS];
    if (tool === undefined) throw new Error(`no job is named ${operation.name}`);
    const { calls, policy, limits, plans } = this.#options;
    const { caller } = call;
    const makeAlone: JobContext['makeAlone'] = async (name, inner, how) => {
      await this.#turn(caller.name, how.signal);
      return calls.call({ ...how, name, arguments: inner, caller, canAsk: false, isPart: true });
    };
    const context: JobContext = {
      operation,
      confirm,
      call,
      plans,
      makeAlone,
      offered: this.#offered,
      policy,
      signal,
      limits,
      tell: call.onProgress ?? (() => {}),
      make: (name, inner) => makeAlone(name, inner, { signal }),
    };
    return (await tool.load())(args, context);
  }

  /** A job that has waited too long for its turn goes on: Clerk keeps its own limit. */
  async #turn(caller: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#pace?.acquire(caller, signal, performance.now() + LONGEST_WAIT_MS);
    } catch (error) {
      if (!(error instanceof UpstreamBusyError) && !signal.aborted) throw error;
    }
  }
}

const LONGEST_WAIT_MS = 60_000;
