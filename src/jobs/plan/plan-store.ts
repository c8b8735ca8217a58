import type { Vault } from '../state/vault.js';
import { hashOf, isPlanId, type Plan } from './plan.js';

/** How long a plan can be confirmed and carried out, or continued, in milliseconds. */
export const PLAN_KEPT_MS = 24 * 3_600_000;

/** Where plans wait to be carried out. */
export interface PlanStore {
  save(plan: Plan): Promise<void>;
  /** `undefined` if the plan is not known, is too old, or belongs to another caller or instance. */
  find(id: string, owner: Pick<Plan, 'caller' | 'instance'>): Promise<Plan | undefined>;
  /** The same for a plan of any age and any caller, so that it can be undone. */
  look(id: string): Promise<Plan | undefined>;
}

/** How many plans of a caller stay in memory; the oldest makes room. */
const MOST_PLANS = 20;
/** The most items of all plans in memory. */
const MOST_ITEMS_KEPT = 50_000;

const isOf = (plan: Plan, { caller, instance }: Pick<Plan, 'caller' | 'instance'>): boolean =>
  plan.caller === caller && plan.instance === instance;

/** Keeps plans in one process, which forgets them when it ends. */
export class MemoryPlanStore implements PlanStore {
  readonly #plans = new Map<string, Plan>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async save(plan: Plan): Promise<void> {
    this.#plans.set(plan.id, plan);
    const own = [...this.#plans.values()].filter((each) => isOf(each, plan));
    for (const old of own.slice(0, Math.max(0, own.length - MOST_PLANS))) this.#plans.delete(old.id);
    let items = [...this.#plans.values()].reduce((sum, each) => sum + each.items.length, 0);
    for (const [id, each] of this.#plans) {
      if (items <= MOST_ITEMS_KEPT || id === plan.id) break;
      this.#plans.delete(id);
      items -= each.items.length;
    }
  }

  async find(id: string, owner: Pick<Plan, 'caller' | 'instance'>): Promise<Plan | undefined> {
    const plan = this.#plans.get(id);
    return plan !== undefined && isOf(plan, owner) && plan.createdAt + PLAN_KEPT_MS > this.#now() ? plan : undefined;
  }

  async look(id: string): Promise<Plan | undefined> {
    return this.#plans.get(id);
  }
}

const PREFIX = 'plan-';
const SUFFIX = '.sealed';

/**
 * Keeps plans in a folder, where they outlive the process. A plan and its ledger stay for as long as the plan can be
 * undone, and are then removed.
 */
export class FolderPlanStore implements PlanStore {
  readonly #vault: Vault;
  readonly #keptMs: number;
  readonly #now: () => number;

  /** @param undoneMs how long changes can be undone */
  constructor(vault: Vault, undoneMs: number, now: () => number = Date.now) {
    this.#vault = vault;
    this.#keptMs = Math.max(PLAN_KEPT_MS, undoneMs);
    this.#now = now;
  }

  async save(plan: Plan): Promise<void> {
    await this.#vault.sweep(PREFIX, this.#keptMs);
    await this.#vault.write(nameOf(plan.id), JSON.stringify(plan));
  }

  async find(id: string, owner: Pick<Plan, 'caller' | 'instance'>): Promise<Plan | undefined> {
    const plan = await this.look(id);
    if (plan === undefined || !isOf(plan, owner)) return undefined;
    return plan.createdAt + PLAN_KEPT_MS > this.#now() ? plan : undefined;
  }

  async look(id: string): Promise<Plan | undefined> {
    if (!isPlanId(id)) return undefined;
    const plan = await this.#read(nameOf(id));
    return plan?.id === id ? plan : undefined;
  }

  /** @throws UserError for a file that was changed */
  async #read(name: string): Promise<Plan | undefined> {
    const text = await this.#vault.read(name);
    if (text === undefined) return undefined;
    const plan = JSON.parse(text) as Plan;
    if (hashOf(plan) !== plan.sha256) throw new Error(`${name} does not hold the plan that was made`);
    return plan;
  }
}

const nameOf = (id: string): string => `${PREFIX}${id}${SUFFIX}`;
