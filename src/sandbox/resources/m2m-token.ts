import { defineResource } from '../resource.js';
import { isExpired, type VoidableRow } from './voidable.js';

/** An opaque token of a machine. JWTs are kept nowhere. */
export interface M2mTokenRow extends VoidableRow {
  /** The machine that it was made by. */
  subject: string;
  /** Whatever its maker put in. */
  claims: unknown;
  /** The machines that may verify it: those that its maker was allowed to call at the time. */
  scopes: string[];
  token: string;
  last_used_at: number | null;
}

export const m2mTokens = defineResource<M2mTokenRow>()({
  name: 'machine_to_machine_token',
  title: 'M2M token',
  prefix: 'mt',
  unique: { token: (row) => row.token },
  owners: { machine: 'subject' },
  show: ({ token: _, ...row }, instance) => ({
    object: 'machine_to_machine_token',
    ...row,
    expired: isExpired(row, instance),
  }),
});
