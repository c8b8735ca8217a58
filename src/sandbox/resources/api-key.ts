import * as z from 'zod';
import { defineResource } from '../resource.js';
import { time } from './shapes.js';
import { isExpired, type VoidableRow, voidable } from './voidable.js';

/** With it programs of a user, an organization or a machine call the application's own API. */
export interface ApiKeyRow extends VoidableRow {
  type: string;
  name: string;
  description: string | null;
  /** Whose it is. */
  subject: string;
  /** Whatever its maker put in. */
  claims: unknown;
  scopes: string[];
  created_by: string | null;
  secret: string;
  last_used_at: number | null;
}

const sent = {
  object: z.literal('api_key'),
  id: z.string(),
  type: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  subject: z.string(),
  claims: z.unknown(),
  scopes: z.array(z.string()),
  created_by: z.string().nullable(),
  ...voidable,
  last_used_at: time.nullable(),
  created_at: time,
  updated_at: time,
};

/** What creating one answers. */
export const apiKeyWithSecret = z.strictObject({ ...sent, secret: z.string() });

export const apiKeys = defineResource<ApiKeyRow>()({
  name: 'api_key',
  title: 'API key',
  prefix: 'ak',
  shape: z.strictObject(sent),
  unique: { secret: (row) => row.secret },
  lookup: { subject: (row) => row.subject },
  owners: { user: 'subject', organization: 'subject', machine: 'subject' },
  show: ({ secret: _, ...row }, instance) => ({ object: 'api_key', ...row, expired: isExpired(row, instance) }),
});
