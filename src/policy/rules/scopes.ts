import type { Operation } from '../../catalog/operation.js';
import type { Risk } from '../../catalog/operation-types.js';
import type { Caller } from '../policy-types.js';

/** What a credential may be used for: one scope per risk, none of which includes another. */
export type Scope = `clerk:${Risk}`;

export const scopeOf = (risk: Risk): Scope => `clerk:${risk}`;

/** A scope that the caller lacks for a call of these risks. A caller without a list of scopes may do everything. */
export function missingScope(risks: readonly Risk[], { scopes }: Pick<Caller, 'scopes'>): Scope | undefined {
  return scopes && risks.map(scopeOf).find((scope) => !scopes.includes(scope));
}

/** Whether some call of the operation is within the scopes. */
export function isWithin(operation: Operation, scopes: readonly string[]): boolean {
  return operation.risks.some((risk) => scopes.includes(scopeOf(risk)));
}
