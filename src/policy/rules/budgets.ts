import { createHash } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Risk } from '../../catalog/operation-types.js';
import type { Availability, BudgetStore, Reservation, Reserved, Use } from '../../limits/counter-store.js';
import type { Caller, Instance } from '../policy-types.js';
import { Conditions } from './conditions.js';
import { toMilliseconds } from './length-of-time.js';
import type { BudgetDeclaration } from './policy-file.js';
import { consequencesOf, itemCount } from './risk.js';

/**
 * The budgets on live instances if the policy file names none. Defensive calls have budgets of their own, large enough to
 * bring an incident under control, and take no room from the others.
 */
const DEFAULT_BUDGETS: readonly BudgetDeclaration[] = [
  { name: 'default: destructive', risk: 'destructive', defensive: false, instance: 'live', max: 20, per: '1h', scope: 'caller' },
  { name: 'default: defensive', defensive: true, instance: 'live', max: 500, per: '1h', scope: 'caller' },
  { name: 'default: access', risk: 'access', instance: 'live', max: 20, per: '1h', scope: 'caller' },
  { name: 'default: secrets', returnsSecret: true, instance: 'live', max: 20, per: '1h', scope: 'caller' },
  {
    name: 'default: process',
    risk: ['destructive', 'credential', 'access'],
    defensive: false,
    instance: 'live',
    max: 100,
    per: '1h',
    scope: 'process',
  },
  { name: 'default: defensive, process', defensive: true, instance: 'live', max: 1000, per: '1h', scope: 'process' },
];

/** The same for the tool that reads through whole lists, if there is one. */
const SCANS: BudgetDeclaration = {
  name: 'default: scans',
  tools: 'Jobs_scanList',
  instance: 'live',
  max: 60,
  per: '1h',
  scope: 'caller',
};

/** The budgets if the policy file names none. */
export const defaultBudgets = (catalog: Catalog): readonly BudgetDeclaration[] =>
  catalog.find('Jobs_scanList') === undefined ? DEFAULT_BUDGETS : [...DEFAULT_BUDGETS, SCANS];

/** How often all callers together may try a user's password or code; the policy file cannot change it. */
const GUESSES = { name: 'built-in: guesses', max: 5, windowMs: 15 * 60_000 } as const;
const GUESSES_LIMIT: BudgetLimit = { name: GUESSES.name, size: '5 in 15m for each user', raisedBy: undefined };

/** How much may change by plans that a person has seen whole, on any instance if the policy file names no budgets. */
const PLANS = { name: 'built-in: plans', max: 20_000, windowMs: 3_600_000 } as const;
const PLANS_LIMIT: BudgetLimit = {
  name: PLANS.name,
  size: `${PLANS.max} in 1h for each caller`,
  raisedBy: 'budgets in the file of --policy',
};

export interface BudgetsOptions {
  readonly catalog: Catalog;
  readonly instance: Instance;
  readonly budgets: readonly BudgetDeclaration[];
  readonly store: BudgetStore;
}

interface Budget {
  readonly declaration: BudgetDeclaration;
  readonly name: string;
  readonly conditions: Conditions;
  readonly key: string;
  readonly windowMs: number;
}

/** A budget as a refusal describes it. */
export interface BudgetLimit {
  readonly name: string;
  /** `20 in 1h for each caller`. */
  readonly size: string;
  /** The setting with which the operator can raise it, if there is one. */
  readonly raisedBy: string | undefined;
}

/** How much of a budget is taken. */
export interface BudgetUse {
  readonly name: string;
  /** What falls under it: `risk destructive, defensive no`. */
  readonly of: string;
  readonly max: number;
  /** As the policy file writes it: `1h`. */
  readonly per: string;
  /** The callers who have taken some of it; a single one without a name if all are counted together. */
  readonly uses: readonly (Use & { readonly caller: string | undefined })[];
}

/** A call's shares of the budgets that it falls under. */
export interface Shares {
  readonly wanted: readonly Reservation[];
  /** The budgets, in the order of `wanted`. */
  readonly limits: readonly BudgetLimit[];
}

/** How many calls may be let through in a time. */
export class Budgets {
  readonly declarations: readonly BudgetDeclaration[];
  readonly #budgets: readonly Budget[];
  readonly #store: BudgetStore;
  readonly #instanceId: string;
  readonly #areBuiltIn: boolean;

  constructor({ catalog, instance, budgets, store }: BudgetsOptions) {
    this.declarations = budgets;
    this.#store = store;
    this.#instanceId = instance.id;
    this.#areBuiltIn = budgets === DEFAULT_BUDGETS;
    this.#budgets = budgets.map((declaration, index) => ({
      declaration,
      name: declaration.name ?? `budgets[${index}]`,
      conditions: new Conditions(declaration, catalog, instance.kind),
      key: `${instance.id}:${index}:${declaration.max}:${declaration.per}`,
      windowMs: toMilliseconds(declaration.per),
    }));
  }

  shares(
    operation: Operation,
    args: Arguments,
    caller: Pick<Caller, 'name'>,
    risks: readonly Risk[] = consequencesOf(operation, args).risks,
    inPlan = false,
  ): Shares {
    if (inPlan && this.#areBuiltIn) return this.#planShares(operation, args, caller);
    const budgets = this.#budgets.filter(({ conditions }) => conditions.mismatch(operation, risks, caller) === undefined);
    const weight = budgets.length === 0 ? 0 : itemCount(operation, args);
    const guesses = this.#guesses(operation, args);
    return {
      limits: [...budgets.map(limitOf), ...(guesses === undefined ? [] : [GUESSES_LIMIT])],
      wanted: [
        ...budgets.map(({ declaration: { max, scope }, key, windowMs }) => {
          return { key: keyFor(key, scope === 'caller' ? caller.name : undefined), weight, max, windowMs };
        }),
        ...(guesses === undefined ? [] : [guesses]),
      ],
    };
  }

  /** How much of each budget on this instance these callers have taken. @throws when the store is away */
  async use(callers: readonly string[]): Promise<readonly BudgetUse[]> {
    const budgets = this.#budgets.filter(({ conditions }) => conditions.holdsHere);
    const windows = budgets.flatMap(({ declaration: { scope }, key, windowMs }, nth) =>
      (scope === 'caller' ? callers : [undefined]).map((caller) => ({ nth, caller, key: keyFor(key, caller), windowMs })),
    );
    const uses = await this.#store.used(windows);
    return budgets.map(({ declaration, name }, nth) => ({
      name,
      of: conditionsOf(declaration),
      max: declaration.max,
      per: declaration.per,
      uses: windows
        .map(({ caller, ...window }, at) => ({
          nth: window.nth,
          caller,
          used: uses[at]?.used ?? 0,
          freesMs: uses[at]?.freesMs ?? 0,
        }))
        .filter((use) => use.nth === nth && (use.caller === undefined || use.used > 0))
        .map(({ caller, used, freesMs }) => ({ caller, used, freesMs })),
    }));
  }

  /** What many calls take together. */
  sharesOfAll(
    items: readonly {
      readonly operation: Operation;
      readonly args: Arguments;
      readonly judged: { readonly risks: readonly Risk[] };
    }[],
    caller: Pick<Caller, 'name'>,
    byPerson: boolean,
  ): Shares {
    const sums = new Map<string, { limit: BudgetLimit; share: Reservation }>();
    for (const { operation, args, judged } of items) {
      const { limits, wanted } = this.shares(operation, args, caller, judged.risks, byPerson);
      for (const [nth, share] of wanted.entries()) {
        const limit = limits[nth];
        const before = sums.get(share.key);
        if (limit !== undefined)
          sums.set(share.key, { limit, share: { ...share, weight: share.weight + (before?.share.weight ?? 0) } });
      }
    }
    return { limits: [...sums.values()].map(({ limit }) => limit), wanted: [...sums.values()].map(({ share }) => share) };
  }

  /**
   * The built-in budgets bound what can be done by many single questions, since people stop reading the later ones. A
   * person who has seen a whole list has agreed to its size; the operator's own budgets hold for it all the same.
   */
  #planShares(operation: Operation, args: Arguments, caller: Pick<Caller, 'name'>): Shares {
    const guesses = this.#guesses(operation, args);
    const key = `${this.#instanceId}:plans:caller:${caller.name}`;
    const share: Reservation = { key, weight: itemCount(operation, args), max: PLANS.max, windowMs: PLANS.windowMs };
    return {
      limits: [PLANS_LIMIT, ...(guesses === undefined ? [] : [GUESSES_LIMIT])],
      wanted: [share, ...(guesses === undefined ? [] : [guesses])],
    };
  }

  /** For a call that tries a password or a code. Counted by a hash, since what a caller passes as an id may be of any length. */
  #guesses({ spec: { guesses } }: Operation, args: Arguments): Reservation | undefined {
    if (guesses === undefined) return undefined;
    const about = createHash('sha256').update(String(args[guesses])).digest('hex');
    return { key: `${this.#instanceId}:guesses:${about}`, weight: 1, max: GUESSES.max, windowMs: GUESSES.windowMs };
  }

  room(shares: Shares): Promise<Availability> {
    return this.#store.room(shares.wanted);
  }

  reserve(shares: Shares): Promise<Reserved> {
    return this.#store.reserve(shares.wanted);
  }
}

/** @param caller `undefined` if all are counted together */
const keyFor = (key: string, caller: string | undefined): string =>
  caller === undefined ? `${key}:process` : `${key}:caller:${caller}`;

/** What a budget looks at, in the words of the policy file. */
function conditionsOf({ tools, risk, returnsSecret, caller, defensive }: BudgetDeclaration): string {
  const conditions = Object.entries({ tools, risk, caller, returnsSecret, defensive }).filter(([, value]) => value !== undefined);
  return conditions.map(([name, value]) => `${name} ${[value].flat().join(' or ')}`).join(', ') || 'every call';
}

const limitOf = ({ name, declaration: { max, per, scope } }: Budget): BudgetLimit => ({
  name,
  size: `${max} in ${per} for ${scope === 'caller' ? 'each caller' : 'all callers together'}`,
  raisedBy: 'budgets in the file of --policy',
});
