import { createHash } from 'node:crypto';
import { Catalog } from '../../catalog/catalog.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import type { CallList } from '../../policy/list-call.js';
import type { Strength } from '../../policy/strengths.js';
import type { LedgerState } from '../apply/ledger.js';
import { isAgreed, leftOf } from '../apply/left.js';
import type { JobContext } from '../job-tool.js';
import { keyed } from '../plan/expand.js';
import { Known } from '../plan/known.js';
import type { Plan, PlanItem } from '../plan/plan.js';
import { PlanReader } from '../plan/reader.js';
import { judge, listOf, settle } from '../plan/settle.js';

/** Calls that belong to no plan but the one that is made of them. */
export interface Batch {
  readonly title: string;
  readonly calls: readonly { readonly operation: string; readonly args: Arguments }[];
  /** Whether calls that were all made before are to be made once more. */
  readonly again: boolean;
}

export interface BatchPlan {
  readonly plan: Plan;
  /** The calls still to be made, as they will be confirmed. */
  readonly list: CallList;
  /** How they will be confirmed; undefined if they need not be, or were. */
  readonly strength: Strength | undefined;
  readonly isBegun: boolean;
  readonly left: number;
  /** How many of them answer with a secret. */
  readonly secrets: number;
}

/** All calls of a batch are one step: they do not wait for each other, except those for one object. */
const STEP = 'batch';

/**
 * One plan of many calls. The same calls of the same caller on the same instance always get the same plan, so that what was
 * made before is never made twice.
 * @throws PlanFault
 */
export async function planBatch(batch: Batch, context: JobContext): Promise<BatchPlan> {
  const { id, plan, state } = await latest(batch, context);
  if (plan !== undefined && state?.begun !== undefined) return goOn(plan, state, context);
  const known = new Known();
  const reader = new PlanReader(context, known);
  const catalog = new Catalog(context.offered.values());
  const items = batch.calls.map(
    ({ operation, args }): PlanItem => ({ step: STEP, operation, args: keyed(catalog.get(operation), args), later: [] }),
  );
  const draft = { id, title: batch.title, keepsAnswers: true, items, warnings: [], known, reader };
  const settled = await settle(draft, context, context.plans);
  const { plan: made, list, strength } = settled;
  return { plan: made, list, strength, isBegun: false, left: items.length, secrets: secretsIn(list) };
}

/** The last plan that was made of these calls, or the id of the one to make. */
async function latest(
  { calls, again }: Batch,
  { plans, call }: JobContext,
): Promise<{ readonly id: string; readonly plan: Plan | undefined; readonly state: LedgerState | undefined }> {
  const digest = (round: number): string =>
    createHash('sha256')
      .update(canonicalJson([call.caller.name, plans.instance.id, round, calls.map(({ operation, args }) => [operation, args])]))
      .digest('base64url');
  const idOf = (round: number): string => `pln_${digest(round).slice(0, ID_DIGITS)}`;
  let round = 0;
  while ((await plans.store.look(idOf(round + 1))) !== undefined) round++;
  const plan = await plans.store.look(idOf(round));
  const state = plan && (await plans.ledgers.look(plan.id));
  // A run that was cut off is finished first: the line that began it is the line that goes on with it.
  if (again && plan?.items.every((_, nth) => state?.items.has(nth) === true) === true)
    return { id: idOf(round + 1), plan: undefined, state: undefined };
  return { id: idOf(round), plan, state };
}

const ID_DIGITS = 22;

async function goOn(old: Plan, state: LedgerState, context: JobContext): Promise<BatchPlan> {
  const { plans, policy, call } = context;
  const plan: Plan = { ...old, createdAt: Date.now() };
  // A plan that is too old to be applied is the same plan still.
  await plans.store.save(plan);
  const left = leftOf(plan, state);
  const items = left.map((nth) => plan.items[nth]).filter((item) => item !== undefined);
  const list = listOf(plan, items, await judge(items, context), context);
  const strength = isAgreed(plan, state.begun) ? undefined : policy.strengthFor(list, call.canAsk);
  return { plan, list, strength, isBegun: true, left: left.length, secrets: secretsIn(list) };
}

const secretsIn = ({ items }: CallList): number => items.filter(({ judged }) => judged.risks.includes('credential')).length;
