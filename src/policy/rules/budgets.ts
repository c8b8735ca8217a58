import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/types.js';
import type { CounterStore, Reservation, Reserved, Room } from '../../limits/counter-store.js';
import type { Caller, Instance } from '../types.js';
import type { BudgetDeclaration } from './policy-file.js';
import { effectiveRisk, itemCount, returnsSecret } from './risk.js';
import { Conditions } from './rules.js';

/** What holds on live instances where the policy file names no budgets. */
export const DEFAULT_BUDGETS: readonly BudgetDeclaration[] = [
  { name: 'default: destructive', risk: 'destructive', instance: 'live', max: 20, per: '1h', scope: 'caller' },
  { name: 'default: secrets', returnsSecret: true, instance: 'live', max: 20, per: '1h', scope: 'caller' },
  { name: 'default: process', risk: ['destructive', 'credential'], instance: 'live', max: 100, per: '1h', scope: 'process' },
];

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `10m` in milliseconds. */
function toMilliseconds(per: string): number {
  const unit = per.at(-1) as keyof typeof UNIT_MS;
  return Number(per.slice(0, -1)) * UNIT_MS[unit];
}

export interface BudgetsOptions {
  readonly catalog: Catalog;
  readonly instance: Instance;
  readonly budgets: readonly BudgetDeclaration[];
  readonly store: CounterStore;
}

interface Budget {
  readonly declaration: BudgetDeclaration;
  readonly name: string;
  readonly conditions: Conditions;
  readonly key: string;
  readonly windowMs: number;
}

/** A call's shares of the budgets that it falls under. */
export interface Shares {
  readonly wanted: readonly Reservation[];
  /** Names of the budgets, in the order of `wanted`. */
  readonly names: readonly string[];
}

/** How many calls may be let through in a time. */
export class Budgets {
  readonly declarations: readonly BudgetDeclaration[];
  readonly #budgets: readonly Budget[];
  readonly #store: CounterStore;

  constructor({ catalog, instance, budgets, store }: BudgetsOptions) {
    this.declarations = budgets;
    this.#store = store;
    this.#budgets = budgets.map((declaration, index) => ({
      declaration,
      name: declaration.name ?? `budgets[${index}]`,
      conditions: new Conditions(declaration, catalog, instance.kind),
      key: `${instance.id}:${index}:${declaration.max}:${declaration.per}`,
      windowMs: toMilliseconds(declaration.per),
    }));
  }

  shares(operation: Operation, args: Arguments, caller: Pick<Caller, 'name'>): Shares {
    const risk = effectiveRisk(operation, args);
    const budgets = this.#budgets.filter(({ declaration, conditions }) => {
      if (conditions.mismatch(operation, risk, caller) === undefined) return true;
      // A secret that comes with a destructive call is a credential handed out all the same.
      return (
        returnsSecret(operation) &&
        conditions.mismatch(operation, 'credential', caller) === undefined &&
        declaration.risk !== undefined
      );
    });
    const weight = budgets.length === 0 ? 0 : itemCount(operation, args);
    return {
      names: budgets.map(({ name }) => name),
      wanted: budgets.map(({ declaration: { max, scope }, key, windowMs }) => {
        return { key: scope === 'caller' ? `${key}:caller:${caller.name}` : `${key}:process`, weight, max, windowMs };
      }),
    };
  }

  room(shares: Shares): Promise<Room> {
    return this.#store.room(shares.wanted);
  }

  reserve(shares: Shares): Promise<Reserved> {
    return this.#store.reserve(shares.wanted);
  }
}
