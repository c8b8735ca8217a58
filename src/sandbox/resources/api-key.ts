import { defineResource } from '../resource.js';
import { isExpired, type VoidableRow } from './voidable.js';

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

export const apiKeys = defineResource<ApiKeyRow>()({
  name: 'api_key',
  title: 'API key',
  prefix: 'ak',
  unique: { secret: (row) => row.secret },
  owners: { user: 'subject', organization: 'subject', machine: 'subject' },
  show: ({ secret: _, ...row }, instance) => ({ object: 'api_key', ...row, expired: isExpired(row, instance) }),
});
