import type { PlanReport, Undo, UndoableChanges, UndoBegun } from '../approvals/undo.js';
import { writeUsedBy } from '../approvals/undo.js';
import type { Calls } from '../call/call.js';
import type { CallOutcome } from '../call/call-types.js';
import { planReport } from '../jobs/apply/report.js';
import type { Jobs } from '../jobs/jobs.js';
import { PlanFault } from '../jobs/plan/fault.js';
import type { Logger } from '../platform/logger.js';
import { UserError } from '../platform/user-error.js';
import type { Approvals, UsedBy } from '../policy/confirmation/approvals.js';
import type { Caller } from '../policy/policy-types.js';

export interface UndoOnPageOptions {
  readonly jobs: Pick<Jobs, 'undoable' | 'isKept' | 'planUndo' | 'progressOf'>;
  readonly calls: Pick<Calls, 'call'>;
  readonly approvals: Pick<Approvals, 'wait'>;
  readonly logger: Logger;
}

/** Long, since planning reads every object concerned. */
const PLANNING_MS = 120_000;
/** How long to wait for a person before checking whether the call still waits. */
const WAIT_MS = 3_600_000;

/** One request to take something back, from the click on. */
interface Wish {
  readonly begun: Promise<UndoBegun>;
  /** The id of the approval that waits now. It changes when what was shown has changed. */
  approval?: string;
}

/**
 * Takes back what people ask for on the approvals page: makes the plan, lets it wait as an approval of its own, and
 * carries it out once a person has approved it. The caller is the approver who asks, over the transport `page`, for
 * which the policy always requires a person.
 */
export class UndoOnPage implements Undo {
  readonly #options: UndoOnPageOptions;
  readonly #wishes = new Map<string, Wish>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: UndoOnPageOptions) {
    this.#options = options;
  }

  list(): Promise<readonly UndoableChanges[]> {
    return this.#options.jobs.undoable();
  }

  isKept(of: UsedBy): Promise<boolean> {
    return this.#options.jobs.isKept(of);
  }

  async report(plan: string): Promise<PlanReport | undefined> {
    const answer = await this.#options.jobs.progressOf(plan);
    if (answer === undefined) return undefined;
    const { state } = JSON.parse(answer) as { state?: unknown };
    return { isRunning: state === 'running', lines: planReport(answer, 'Carried out').lines };
  }

  /** A second request for the same thing leads to the approval of the first. */
  async begin(of: UsedBy, approver: string): Promise<UndoBegun> {
    const key = writeUsedBy(of);
    const known = this.#wishes.get(key);
    if (known !== undefined) return known.approval === undefined ? known.begun : { kind: 'asked', approval: known.approval };
    let tell: (begun: UndoBegun) => void = () => {};
    let fail: (error: unknown) => void = () => {};
    const wish: Wish = {
      begun: new Promise((resolve, reject) => {
        tell = resolve;
        fail = reject;
      }),
    };
    this.#wishes.set(key, wish);
    const caller: Caller = { name: approver, transport: 'page' };
    const asked = (approval: string): void => {
      wish.approval = approval;
      tell({ kind: 'asked', approval });
    };
    const run = this.#run(of, caller, asked).then(tell, (error: unknown) => {
      if (wish.approval === undefined) fail(error);
      else this.#options.logger.error({ err: error }, 'an undo');
    });
    this.#underWay.add(run);
    void run.finally(() => {
      this.#wishes.delete(key);
      this.#underWay.delete(run);
    });
    return wish.begun;
  }

  /** Drops what waits for people; a plan being carried out stops between two calls. */
  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#underWay);
  }

  /** Resolves when all is over. The result counts only if no approval was put before people. */
  async #run(of: UsedBy, caller: Caller, asked: (approval: string) => void): Promise<UndoBegun> {
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(PLANNING_MS)]);
    try {
      const { plan, review } = await this.#options.jobs.planUndo(of, { caller, canAsk: false }, signal);
      if (plan.items.length === 0) return { kind: 'nothing', lines: review.details };
      const outcome = await this.#carryOut(plan.id, caller, asked);
      this.#options.logger.info({ plan: plan.id, undoes: of, by: caller.name, outcome: outcome.kind }, 'an undo has ended');
      return { kind: 'refused', message: String(modelOf(outcome).message ?? 'It was not carried out.') };
    } catch (error) {
      if (error instanceof PlanFault) return { kind: 'refused', message: String(error.model.message) };
      if (error instanceof UserError) return { kind: 'refused', message: error.message };
      throw error;
    }
  }

  /** The call waits for a while, and is repeated once a person has decided. */
  async #carryOut(plan: string, caller: Caller, asked: (approval: string) => void): Promise<CallOutcome> {
    const { calls, approvals } = this.#options;
    const { signal } = this.#abort;
    for (let confirm: string | undefined; ; ) {
      const outcome = await calls.call({
        name: 'Jobs_applyPlan',
        arguments: { plan, on_error: 'continue', ...(confirm === undefined ? {} : { confirm }) },
        caller,
        canAsk: false,
        signal,
        onWaiting: ({ id }) => asked(id),
      });
      const { error, approval } = modelOf(outcome);
      if (error !== 'approval_pending' || approval === undefined || signal.aborted) return outcome;
      confirm = approval;
      await approvals.wait(approval, WAIT_MS, signal);
    }
  }
}

interface Model {
  readonly error?: string;
  readonly approval?: string;
  readonly message?: string;
}

const modelOf = (outcome: CallOutcome): Model => ('text' in outcome ? (JSON.parse(outcome.text) as Model) : {});
