import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Condition, Risk } from '../../catalog/types.js';

/** The risk of this very call: some inputs make an otherwise harmless operation destructive. */
export function effectiveRisk(operation: Operation, args: Arguments): Risk {
  const { risk, riskWhen } = operation;
  return riskWhen?.conditions.some((condition) => holds(condition, args)) === true ? riskWhen.risk : risk;
}

function holds({ input, when }: Condition, args: Arguments): boolean {
  const value = Object.hasOwn(args, input) ? args[input] : undefined;
  switch (when) {
    case 'given':
      return value !== undefined;
    case 'blank':
      return value === null || (typeof value === 'string' && value.trim() === '');
    case true:
      return value === true;
  }
}

/** Whether a risk needs a confirmation unless a rule says otherwise. */
export const isGated = (risk: Risk): boolean => risk === 'destructive' || risk === 'credential';

/** Whether the answer of the operation carries a secret. */
export const returnsSecret = (operation: Operation): boolean =>
  operation.risk === 'credential' || operation.spec.returnsCredential === true;

/** How many things a call acts on: the items of a bulk call, otherwise one. */
export function itemCount(operation: Operation, args: Arguments): number {
  const { bulk } = operation.spec;
  const items = bulk === undefined ? undefined : args[bulk];
  return Array.isArray(items) ? Math.max(1, items.length) : 1;
}
