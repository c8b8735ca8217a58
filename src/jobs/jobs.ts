import type { Calls } from '../call/call.js';
import type { Call, CallOutcome, JobCall } from '../call/call-types.js';
import type { Operation } from '../catalog/operation.js';
import type { Budget } from '../clerk/clerk-client.js';
import { UpstreamBudget, UpstreamBusyError, upstreamAllowance } from '../clerk/rate-budget.js';
import { MemoryCounterStore } from '../limits/counter-store.js';
import { UserError } from '../platform/user-error.js';
import type { Policy } from '../policy/policy.js';
import type { Instance } from '../policy/policy-types.js';
import type { Review } from '../policy/preview/review.js';
import type { Strength } from '../policy/strengths.js';
import type { LedgerState } from './apply/ledger.js';
import type { Batch } from './batch/plan-batch.js';
import type { Live } from './configuration/live.js';
import type { PlanWishes } from './configuration/plan-configuration.js';
import type { SectionName } from './configuration/sections.js';
import type { JobContext, JobLimits } from './job-tool.js';
import { JOB_TOOLS } from './job-tools.js';
import type { Plan } from './plan/plan.js';
import type { PlanServices } from './services.js';
import type { UndoOf } from './undo/undo-changes.js';
import type { Undoable } from './undo/undoable.js';

export interface JobsOptions {
  readonly calls: Pick<Calls, 'call'>;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly policy: Policy;
  readonly instance: Instance;
  /** Whether all requests wait for their turn already. Otherwise only those of jobs do, because there are many of them. */
  readonly isPaced: boolean;
  /** How many requests Clerk accepts from the instance in 10 s. Default: the usual number. */
  readonly clerkLimit?: number | undefined;
  readonly limits: JobLimits;
  readonly plans: PlanServices;
}

/** A plan that undoes changes, as a person has to see it. */
export interface PlannedUndo {
  readonly plan: Plan;
  /** Every call by name; the details say what is lost, left out or cannot be undone. */
  readonly review: Review;
  /** How it will be confirmed; undefined if it need not be. */
  readonly strength: Strength | undefined;
}

/** The calls of a batch as one plan, as a person has to see it. */
export interface PlannedBatch extends PlannedUndo {
  /** Whether it was begun before, and some of it may be done. */
  readonly isBegun: boolean;
  /** How many calls are still to be made. */
  readonly left: number;
  /** How many of them answer with a secret. */
  readonly secrets: number;
}

/** Makes the code that carries out jobs. */
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
    return (await tool.load())(args, this.#contextOf({ operation, confirm, call, signal }));
  }

  /**
   * What can be undone on this instance, the latest change first.
   * @param most how many to look at
   */
  async undoable(most?: number): Promise<readonly Undoable[]> {
    const { undoable } = await import('./undo/undoable.js');
    return undoable({ services: this.#options.plans, offered: this.#offered, most });
  }

  /**
   * Makes a plan that undoes what any caller has done, for a person with the rights of all callers. The plan belongs to the
   * call's own caller, whose call of `Jobs_applyPlan` with its id carries it out. Changes nothing.
   * @throws PlanFault if there is nothing to undo, or it would be refused; its message is for the person
   */
  async planUndo(of: UndoOf, call: Pick<Call, 'caller' | 'canAsk'>, signal: AbortSignal): Promise<PlannedUndo> {
    const { planUndo } = await import('./undo/undo-changes.js');
    const operation = this.#options.offered.get('Jobs_undoChanges');
    const apply = this.#options.offered.get('Jobs_applyPlan');
    if (operation === undefined || apply === undefined)
      throw new UserError('Jobs_undoChanges and Jobs_applyPlan are not offered by these settings');
    const made: Call = { ...call, name: operation.name, arguments: of };
    const context = this.#contextOf({ operation, confirm: undefined, call: made, signal });
    const { plan, list, strength } = await planUndo(of, context, 'everybody');
    return { plan, strength, review: await this.#options.policy.reviewOf(list, apply, call.caller) };
  }

  /**
   * Makes one plan of many calls, or finds the plan that was made of the same calls before, which `Jobs_applyPlan` then goes
   * on with. Changes nothing.
   * @throws PlanFault if a call would be refused; its message is for the person
   */
  async planBatch(batch: Batch, call: Pick<Call, 'caller' | 'canAsk'>, signal: AbortSignal): Promise<PlannedBatch> {
    const operation = this.#options.offered.get('Jobs_planChanges');
    const apply = this.#options.offered.get('Jobs_applyPlan');
    if (operation === undefined || apply === undefined)
      throw new UserError('--batch takes Jobs_planChanges and Jobs_applyPlan, which these settings leave out');
    const { planBatch } = await import('./batch/plan-batch.js');
    const made: Call = { ...call, name: operation.name, arguments: {} };
    const context = this.#contextOf({ operation, confirm: undefined, call: made, signal });
    const { plan, list, ...more } = await planBatch(batch, context);
    return { plan, ...more, review: await this.#options.policy.reviewOf(list, apply, call.caller) };
  }

  /** What became of each call of a plan; undefined if none was begun. */
  async ledgerOf(plan: string): Promise<LedgerState | undefined> {
    return this.#options.plans.ledgers.look(plan);
  }

  /** What the instance has of these sections, read as the caller may. @throws PlanFault */
  async readConfiguration(
    wanted: readonly SectionName[] | undefined,
    call: Pick<Call, 'caller' | 'canAsk'>,
    signal: AbortSignal,
  ): Promise<Live> {
    const { readConfiguration } = await import('./configuration/plan-configuration.js');
    return readConfiguration(this.#planning(call, signal), wanted);
  }

  /**
   * Makes a plan that brings the instance to a configuration, for a call of `Jobs_applyPlan` by the same caller. Changes nothing.
   * @throws PlanFault, ConfigurationFileError
   */
  async planConfiguration(wishes: PlanWishes, call: Pick<Call, 'caller' | 'canAsk'>, signal: AbortSignal): Promise<PlannedUndo> {
    const { planConfiguration } = await import('./configuration/plan-configuration.js');
    const { plan, list, strength } = await planConfiguration(wishes, this.#planning(call, signal));
    return { plan, strength, review: await this.#options.policy.reviewOf(list, this.#offeredJob('Jobs_applyPlan'), call.caller) };
  }

  /** Whether what is needed to undo a plan, or a call, is kept. */
  async isKept(of: UndoOf): Promise<boolean> {
    const { changes, instance } = this.#options.plans;
    const { keyOf } = await import('./undo/changes.js');
    const found = await changes.find(keyOf('plan' in of ? { plan: of.plan, item: 0 } : { record: of.call }));
    return found.some((change) => change.instance === instance.id);
  }

  /** The progress of any caller's plan, as `Jobs_applyPlan` gives it; undefined for one that is not known, or was not begun. */
  async progressOf(id: string): Promise<string | undefined> {
    const { store, ledgers, runs, instance } = this.#options.plans;
    const plan = await store.look(id);
    if (plan === undefined || plan.instance !== instance.id) return undefined;
    const run = runs.get(id);
    const state = run?.ledger ?? (await ledgers.look(id));
    if (state?.begun === undefined) return undefined;
    const { answerOf } = await import('./apply/answer.js');
    return answerOf(plan, state, { running: run !== undefined && !run.isEnded, stopped: run?.stopped });
  }

  #planning(call: Pick<Call, 'caller' | 'canAsk'>, signal: AbortSignal): JobContext {
    const operation = this.#offeredJob('Jobs_planChanges');
    return this.#contextOf({ operation, confirm: undefined, call: { ...call, name: operation.name, arguments: {} }, signal });
  }

  /** @throws UserError */
  #offeredJob(name: `Jobs_${string}`): Operation {
    const operation = this.#options.offered.get(name);
    if (operation === undefined) throw new UserError(`${name} is not offered by these settings`);
    return operation;
  }

  #contextOf({ operation, confirm, call, signal }: Omit<JobCall, 'args'>): JobContext {
    const { calls, policy, limits, plans } = this.#options;
    const { caller } = call;
    const makeAlone: JobContext['makeAlone'] = async (name, inner, how) => {
      await this.#turn(caller.name, how.signal);
      return calls.call({ ...how, name, arguments: inner, caller, canAsk: false, isPart: true });
    };
    return {
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
  }

  /** A job that has waited too long for its turn goes on anyway: Clerk enforces its own limit. */
  async #turn(caller: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#pace?.acquire(caller, signal, performance.now() + LONGEST_WAIT_MS);
    } catch (error) {
      if (!(error instanceof UpstreamBusyError) && !signal.aborted) throw error;
    }
  }
}

const LONGEST_WAIT_MS = 60_000;
