import { byWeight, heaviest, isGated, type Operation } from '../../catalog/operation.js';
import type { Arguments, Condition, CurrentRole, GatedRisk, Raise, Risk, Test } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { DEFAULT_KEYS_THAT_GRANT, grants } from './granting-metadata.js';

/** What must be known besides the arguments to tell a call's risk. Whatever is unknown counts as the worst case. */
export interface Knowledge {
  /** Whether a role, by its key or id, manages its organization. */
  readonly administers: (role: string) => boolean;
  /** The present role of the member that the call is about; `undefined` if unknown. */
  readonly currentRole: string | undefined;
  /** Keys and paths of metadata from which applications take rights. */
  readonly keysThatGrant: readonly string[];
}

export const NOTHING_KNOWN: Knowledge = {
  administers: () => true,
  currentRole: undefined,
  keysThatGrant: DEFAULT_KEYS_THAT_GRANT,
};

/** What one call would do. */
export interface Consequences {
  /** The heaviest of `risks`; goes on record. */
  readonly risk: Risk;
  /** Every risk of the call, the heaviest first; more than one only if each is gated. */
  readonly risks: readonly Risk[];
  /** One sentence for each thing that will happen, `{input}`, `{target}` and `{where}` not yet filled in. */
  readonly effects: readonly string[];
}

/** For operations whose calls are all alike. */
const alike = new WeakMap<Operation, Consequences>();

/** The risks of this very call and what to tell the person who confirms it. */
export function consequencesOf(operation: Operation, args: Arguments, known: Knowledge = NOTHING_KNOWN): Consequences {
  if (operation.raises.length > 0) return findConsequences(operation, args, known);
  const found = alike.get(operation) ?? findConsequences(operation, args, known);
  alike.set(operation, found);
  return found;
}

function findConsequences(operation: Operation, args: Arguments, known: Knowledge): Consequences {
  const met = operation.raises.filter(({ when }) => conditionsOf(when).every((condition) => holds(condition, args, known)));
  const all: Risk[] = [operation.spec.risk, ...met.map(({ risk }) => risk)];
  const gated = all.filter(isGated);
  const base = operation.spec.effect;
  return {
    risk: heaviest(all),
    risks: gated.length > 0 ? byWeight(gated) : [operation.spec.risk],
    effects: [...new Set([...(base === undefined ? [] : [base]), ...met.map(({ effect }) => effect)])],
  };
}

/** The same with one more risk, for a reason outside the call's declaration. */
export function withRisk({ risks, effects }: Consequences, risk: GatedRisk, effect: string): Consequences {
  const gated = byWeight([...risks.filter(isGated), risk]);
  return { risk: heaviest(gated), risks: gated, effects: [...effects, effect] };
}

export const conditionsOf = (when: Raise['when']): readonly (Condition | CurrentRole)[] =>
  when === undefined ? [] : 'length' in when ? when : [when];

/** Whether the risk of the call depends on what roles its organization has. */
export const asksForRoles = (operation: Operation, args: Arguments): boolean =>
  operation.raises
    .flatMap(({ when }) => conditionsOf(when))
    .some(
      (condition) =>
        'currentRole' in condition ||
        (condition.is === 'administers' && inputsOf(condition).some((path) => valuesAt(args, path).some(isFilled))),
    );

/** Whether it matters what the caller wants to see of the answer. */
export const asksForFields = ({ raises }: Operation): boolean =>
  raises
    .flatMap(({ when }) => conditionsOf(when))
    .some((condition) => !('currentRole' in condition) && inputsOf(condition).includes('fields'));

/** The inputs that name the member whose present role matters. */
export const memberAskedFor = ({ raises }: Operation): CurrentRole['currentRole'] | undefined =>
  raises.flatMap(({ when }) => conditionsOf(when)).find((condition) => 'currentRole' in condition)?.currentRole;

/** The inputs of a condition, by their paths. */
export const inputsOf = ({ input }: Condition): readonly string[] => [input].flat();

/** The inputs of this very call that may raise its risk. */
export function raisingInputs(operation: Operation, args: Arguments): ReadonlySet<string> {
  const conditions = operation.raises.flatMap(({ when }) => conditionsOf(when));
  const paths = conditions.flatMap((condition) => {
    if ('currentRole' in condition) return [];
    if (condition.is === 'several') return holds(condition, args, NOTHING_KNOWN) ? inputsOf(condition) : [];
    return inputsOf(condition).filter((input) => holds({ input, is: condition.is }, args, NOTHING_KNOWN));
  });
  return new Set(paths.map((path) => path.split('.', 1)[0] ?? path));
}

function holds(condition: Condition | CurrentRole, args: Arguments, known: Knowledge): boolean {
  if ('currentRole' in condition) return known.currentRole === undefined || known.administers(known.currentRole);
  const { is } = condition;
  if (is === 'several') return inputsOf(condition).flatMap((path) => valuesAt(args, path).filter(isFilled)).length > 1;
  return inputsOf(condition).some((path) => {
    const values = valuesAt(args, path);
    return is === 'grants'
      ? values.some((value) => grants(path, value, known.keysThatGrant))
      : values.some((value) => passes(value, is, known));
  });
}

function passes(value: unknown, test: Exclude<Test, 'grants' | 'several'>, known: Knowledge): boolean {
  switch (test) {
    case 'given':
      return value !== undefined;
    case 'filled':
      return isFilled(value);
    case 'blank':
      return value === null || isBlank(value);
    case 'unless false':
      return value !== false;
    case 'administers':
      return isFilled(value) && (typeof value !== 'string' || known.administers(value));
    case true:
    case false:
      return value === test;
    default:
      if (typeof value !== 'string') return false;
      return 'oneOf' in test
        ? test.oneOf.includes(value.trim().toLowerCase())
        : new RegExp(test.matches, 'iu').test(value.normalize('NFKC').trim());
  }
}

/** The values at a path. Lists on the way and at its end are searched item by item; an empty one at the end is a value. */
function valuesAt(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const key of path.split('.')) {
    found = found.flatMap((at) =>
      itemsOf(at).map((item) => (isRecord(item) && Object.hasOwn(item, key) ? item[key] : undefined)),
    );
  }
  return found.flatMap(itemsOf);
}

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) && value.length > 0 ? value : [value]);

const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && !isBlank(value) && !(Array.isArray(value) && value.length === 0);

/** How many things a call acts on: the items of a bulk call, otherwise one. */
export function itemCount(operation: Operation, args: Arguments): number {
  const { bulk } = operation.spec;
  const items = bulk === undefined ? undefined : args[bulk];
  // An id that is given twice is changed once. Of what is made, such as invitations, two that are alike are two all the same.
  return Array.isArray(items) ? Math.max(1, new Set(items).size) : 1;
}
