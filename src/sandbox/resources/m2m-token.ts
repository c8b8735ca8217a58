import * as z from 'zod';
import { defineResource } from '../resource.js';
import { time } from './shapes.js';
import { isExpired, type VoidableRow, voidable } from './voidable.js';

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

const sent = {
  object: z.literal('machine_to_machine_token'),
  id: z.string(),
  subject: z.string(),
  claims: z.unknown(),
  scopes: z.array(z.string()),
  ...voidable,
  last_used_at: time.nullable(),
  created_at: time,
  updated_at: time,
};

/** What creating one answers, and nothing else does. */
export const m2mTokenWithSecret = z.strictObject({ ...sent, token: z.string() });

export const m2mTokens = defineResource<M2mTokenRow>()({
  name: 'machine_to_machine_token',
  title: 'M2M token',
  prefix: 'mt',
  shape: z.strictObject(sent),
  unique: { token: (row) => row.token },
  lookup: { subject: (row) => row.subject },
  owners: { machine: 'subject' },
  show: ({ token: _, ...row }, instance) => ({
    object: 'machine_to_machine_token',
    ...row,
    expired: isExpired(row, instance),
  }),
});
