import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Risk } from '../../catalog/types.js';
import type { Caller } from '../types.js';
import { effectiveRisk } from './risk.js';

/** What a credential may be used for: one scope per risk, none of which includes another. */
export type Scope = `clerk:${Risk}`;

export const scopeOf = (risk: Risk): Scope => `clerk:${risk}`;

/** The scope that the caller lacks for this very call. A caller without a list of scopes may do everything. */
export function missingScope(operation: Operation, args: Arguments, { scopes }: Pick<Caller, 'scopes'>): Scope | undefined {
  const scope = scopeOf(effectiveRisk(operation, args));
  return scopes === undefined || scopes.includes(scope) ? undefined : scope;
}

/** Whether some call of the operation is within the scopes. */
export function isWithin(operation: Operation, scopes: readonly string[]): boolean {
  return operation.risks.some((risk) => scopes.includes(scopeOf(risk)));
}
