import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** A user's key on a device or in a password manager. Only a browser can make one, so here they come from a seed. */
export interface PasskeyRow extends Row {
  user_id: string;
  name: string;
  last_used_at: number;
}

export const passkeys = defineResource<PasskeyRow>()({
  name: 'passkey',
  prefix: 'idn',
  owners: { user: 'user_id' },
  show: ({ id, name, last_used_at }) => ({
    object: 'passkey',
    id,
    name,
    last_used_at,
    verification: { object: 'verification_passkey', status: 'verified', strategy: 'passkey', attempts: null, expire_at: null },
  }),
});
