import type { Operation } from '../../catalog/operation.js';
import type { Risk } from '../../catalog/operation-types.js';
import type { Caller } from '../policy-types.js';

/** Lets its holder read the record of all callers' calls. No role includes it: it is granted by name. */
export const RECORD_SCOPE = 'clerk:record';

/** What a credential may be used for: one scope per risk, none of which includes another, and one for the record. */
export type Scope = `clerk:${Risk}` | typeof RECORD_SCOPE;

export const scopeOf = (risk: Risk): `clerk:${Risk}` => `clerk:${risk}`;

/** A scope that the caller lacks for a call with these risks. A caller without a list of scopes may do everything. */
export function missingScope(risks: readonly Risk[], { scopes }: Pick<Caller, 'scopes'>): Scope | undefined {
  return scopes && risks.map(scopeOf).find((scope) => !scopes.includes(scope));
}

/** Whether some call of the operation is within the scopes. */
export function isWithin(operation: Operation, scopes: readonly string[]): boolean {
  return operation.risks.some((risk) => scopes.includes(scopeOf(risk)));
}

/** Whether the tool is on the caller's list, if there is one. Jobs always are: they make only calls that the caller could. */
export const isGranted = ({ name, isJob }: Operation, { tools }: Pick<Caller, 'tools'>): boolean =>
  tools === undefined || isJob || tools.has(name);

/** Whether the caller may make some call of the operation. */
export const mayUse = (operation: Operation, caller: Pick<Caller, 'scopes' | 'tools'>): boolean =>
  (caller.scopes === undefined || isWithin(operation, caller.scopes)) && isGranted(operation, caller);

/** Whether the caller may read the record. One without a list of scopes is the operator. */
export const mayReadRecord = ({ scopes }: Pick<Caller, 'scopes'>): boolean => scopes?.includes(RECORD_SCOPE) ?? true;
