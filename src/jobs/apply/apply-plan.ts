import type { CallOutcome } from '../../call/call-types.js';
import { Catalog } from '../../catalog/catalog.js';
import { FileLockedError } from '../../platform/file-lock.js';
import type { CallList, ListPass } from '../../policy/list-call.js';
import type { Decision, InstanceKind, PersonAnswer } from '../../policy/policy-types.js';
import type { JobContext, RunJobTool } from '../job-tool.js';
import { PlanFault } from '../plan/fault.js';
import type { Plan } from '../plan/plan.js';
import { judge, listOf } from '../plan/settle.js';
import { answerOf } from './answer.js';
import { isAgreed, leftOf } from './left.js';
import { type Due, Run } from './run.js';

/** How long a call waits for a plan to finish before it is answered with the progress so far. */
const FOLLOW_MS = 45_000;

/**
 * How many calls are under way at once: as many as Clerk's limit lets through, at the time that an answer usually takes. The
 * pace itself is kept by the budget of requests.
 */
const AT_ONCE: Readonly<Record<InstanceKind, number>> = { test: 4, live: 24, sandbox: 8 };

/** Carries out a plan, or continues one. */
export const applyPlan: RunJobTool = async (args, context) => {
  try {
    return await new Application(String(args.plan), args.on_error === 'continue' ? 'continue' : 'stop', context).run();
  } catch (error) {
    if (error instanceof PlanFault) return error.outcome;
    throw error;
  }
};

class Application {
  readonly #id: string;
  readonly #onError: 'stop' | 'continue';
  readonly #context: JobContext;

  constructor(id: string, onError: 'stop' | 'continue', context: JobContext) {
    this.#id = id;
    this.#onError = onError;
    this.#context = context;
  }

  async run(): Promise<CallOutcome> {
    const { plans, call } = this.#context;
    const plan = await this.#find();
    const running = plans.runs.get(plan.id);
    if (running !== undefined) return this.#follow(plan, running);
    const state = await plans.ledgers.look(plan.id);
    const left = leftOf(plan, state);
    if (left.length === 0) return { kind: 'done', text: answerOf(plan, state, { running: false }) };
    const items = left.map((nth) => plan.items[nth]).filter((item) => item !== undefined);
    const list = listOf(plan, items, await judge(items, this.#context), this.#context);
    if (isAgreed(plan, state?.begun)) {
      const pass = this.#context.policy.passAgain(list, call.caller, state?.begun?.confirmed ?? '');
      return this.#begin(plan, left, list, pass, undefined);
    }
    const decision = await this.#context.policy.decide({
      operation: this.#context.operation,
      args: { plan: plan.id, sha256: plan.sha256, calls: left.length, on_error: this.#onError },
      confirm: this.#context.confirm,
      caller: call.caller,
      canAsk: call.canAsk,
      atTerminal: call.atTerminal,
      answer: call.answer,
      signal: this.#context.signal,
      takesLink: call.takesLink,
      onWaiting: call.onWaiting,
      onDecided: call.onDecided,
      list,
    });
    return this.#arrive(decision, plan, left, list);
  }

  /** @throws PlanFault */
  async #find(): Promise<Plan> {
    const { plans, call } = this.#context;
    const plan = await plans.store.find(this.#id, { caller: call.caller.name, instance: plans.instance.id });
    if (plan !== undefined) return plan;
    throw new PlanFault(
      'plan_not_found',
      'There is no plan with this id: it is too old, is from before a restart, or was made by another caller. Make it again with Jobs_planChanges.',
    );
  }

  async #arrive(decision: Decision, plan: Plan, left: readonly number[], list: CallList): Promise<CallOutcome> {
    const { policy, signal, call } = this.#context;
    switch (decision.kind) {
      case 'refuse':
        return { kind: 'refused', text: JSON.stringify(decision.model) };
      case 'link':
        return decision;
      case 'ask':
        return {
          ...decision,
          resume: async (answer: PersonAnswer) =>
            this.#arrive(
              await policy.decideAnswer(decision, answer, { signal, onWaiting: call.onWaiting, onDecided: call.onDecided }),
              plan,
              left,
              list,
            ),
        };
      case 'allow': {
        const pass = policy.passFor(decision.grant);
        const recorded = await policy.begin(decision.grant);
        return this.#begin(plan, left, list, pass, { recorded, confirmed: policy.confirmedBy(pass) });
      }
      default:
        return decision satisfies never;
    }
  }

  async #begin(
    plan: Plan,
    left: readonly number[],
    list: CallList,
    pass: ListPass,
    begun: { readonly recorded: { end(outcome: object): Promise<void> }; readonly confirmed: string } | undefined,
  ): Promise<CallOutcome> {
    const { plans, offered, policy, makeAlone } = this.#context;
    const other = plans.runs.get(plan.id);
    if (other !== undefined) return this.#follow(plan, other);
    const release = plans.runs.claim(plan.id);
    if (release === undefined) throw running();
    try {
      const ledger = await plans.ledgers.open(plan.id).catch((error: unknown) => {
        throw error instanceof FileLockedError ? running() : error;
      });
      if (begun !== undefined)
        await ledger.write({ kind: 'begun', at: Date.now(), sha256: plan.sha256, confirmed: begun.confirmed });
      const still = new Set(leftOf(plan, ledger));
      const due = left.flatMap((nth, place): Due[] => {
        const item = plan.items[nth];
        const listed = list.items[place];
        if (item === undefined || listed === undefined || !still.has(nth)) return [];
        return [{ nth, item, operation: listed.operation, judged: listed.judged, place: { pass, item: place } }];
      });
      const run = new Run({
        plan,
        due,
        ledger,
        catalog: new Catalog(offered.values()),
        onError: this.#onError,
        make: makeAlone,
        giveBack: (place) => policy.giveBack(place),
        keeper: plans.keeper,
        atOnce: AT_ONCE[plans.instance.kind],
      });
      plans.runs.add(plan.id, run);
      void run.ended.then(() => begun?.recorded.end(run.stopped === undefined ? {} : { code: run.stopped.why }));
      return await this.#follow(plan, run);
    } finally {
      release();
    }
  }

  /** Waits a while for the end; if the caller leaves, the run stops between two calls. */
  async #follow(plan: Plan, run: Run): Promise<CallOutcome> {
    const { signal, tell } = this.#context;
    const stop = (): void => run.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      wake();
    }, FOLLOW_MS);
    let wake = (): void => {};
    const late = new Promise<void>((resolve) => {
      wake = resolve;
    });
    try {
      while (!run.isEnded && !isLate) {
        tell({ progress: run.done, total: run.total, message: `${run.done} of ${run.total} done` });
        await Promise.race([run.changed(), late]);
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
    const secrets = run.takeSecrets();
    return { kind: 'done', text: answerOf(plan, run.ledger, { running: !run.isEnded, stopped: run.stopped, secrets }) };
  }
}

const running = (): PlanFault => new PlanFault('plan_running', 'Another process is carrying out this plan now.');
