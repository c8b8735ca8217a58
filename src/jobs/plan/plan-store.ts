import type { Vault } from '../state/vault.js';
import { hashOf, isPlanId, type Plan } from './plan.js';

/** How long a plan can be confirmed and carried out, or gone on with, in milliseconds. */
export const PLAN_KEPT_MS = 24 * 3_600_000;

/** Where plans wait to be carried out. */
export interface PlanStore {
  save(plan: Plan): Promise<void>;
  /** `undefined` for what is not known, is too old, or belongs to another caller or instance. */
  find(id: string, owner: Pick<Plan, 'caller' | 'instance'>): Promise<Plan | undefined>;
}

/** A caller has as many in memory; the oldest makes room. */
const MOST_PLANS = 20;
/** Items of all plans in memory. */
const MOST_ITEMS_KEPT = 50_000;

const isOf = (plan: Plan, { caller, instance }: Pick<Plan, 'caller' | 'instance'>): boolean =>
  plan.caller === caller && plan.instance === instance;

/** For one process, which forgets them when it ends. */
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
}

const PREFIX = 'plan-';
const SUFFIX = '.sealed';

/** In a folder, where they outlive the process. */
export class FolderPlanStore implements PlanStore {
  readonly #vault: Vault;
  readonly #now: () => number;

  constructor(vault: Vault, now: () => number = Date.now) {
    this.#vault = vault;
    this.#now = now;
  }

  async save(plan: Plan): Promise<void> {
    await this.#vault.write(nameOf(plan.id), JSON.stringify(plan));
  }

  async find(id: string, owner: Pick<Plan, 'caller' | 'instance'>): Promise<Plan | undefined> {
    if (!isPlanId(id)) return undefined;
    const plan = await this.#read(nameOf(id));
    if (plan === undefined || plan.id !== id || !isOf(plan, owner)) return undefined;
    return plan.createdAt + PLAN_KEPT_MS > this.#now() ? plan : undefined;
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
