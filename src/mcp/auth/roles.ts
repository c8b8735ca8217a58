import { RISKS } from '../../catalog/operation-types.js';
import { type Scope, scopeOf } from '../../policy/rules/scopes.js';

export const SCOPES: readonly Scope[] = RISKS.map(scopeOf);

/** Names for the usual sets of scopes. */
export const ROLES = {
  viewer: ['clerk:read'],
  operator: ['clerk:read', 'clerk:write'],
  admin: SCOPES,
} as const satisfies Record<string, readonly Scope[]>;

export type Role = keyof typeof ROLES;

const KNOWN: ReadonlySet<string> = new Set(SCOPES);

/** Scopes of other systems in the same token are none of ours. */
export const isScope = (word: string): word is Scope => KNOWN.has(word);
