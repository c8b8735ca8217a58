import { RISKS } from '../../catalog/operation-types.js';
import { RECORD_SCOPE, type Scope, scopeOf } from '../../policy/rules/scopes.js';

export const SCOPES: readonly Scope[] = RISKS.map(scopeOf);

/** Includes the scope that is in no role and that no client is told to ask for. */
export const ALL_SCOPES: readonly Scope[] = [...SCOPES, RECORD_SCOPE];

/** Names for the usual sets of scopes. */
export const ROLES = {
  viewer: ['clerk:read'],
  operator: ['clerk:read', 'clerk:write'],
  admin: SCOPES,
} as const satisfies Record<string, readonly Scope[]>;

export type Role = keyof typeof ROLES;

const KNOWN: ReadonlySet<string> = new Set(ALL_SCOPES);

/** A token may also hold scopes of other systems. */
export const isScope = (word: string): word is Scope => KNOWN.has(word);
