import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

export const PLATFORMS = ['ios', 'android'] as const;

/** A phone or tablet that a user enrolled. Only an app can enrol one, so here they come from a seed. */
export interface TrustedDeviceRow extends Row {
  user_id: string;
  platform: (typeof PLATFORMS)[number];
  /** Bundle id or package name of the app. */
  app_identifier: string;
  name: string | null;
  last_used_at: number | null;
  /** Unix milliseconds; null while it is trusted. */
  revoked_at: number | null;
}

export const trustedDevices = defineResource<TrustedDeviceRow>()({
  name: 'trusted_device',
  prefix: 'tdev',
  owners: { user: 'user_id' },
  show: ({ user_id: _, ...row }) => ({
    object: 'trusted_device',
    ...row,
    algorithm: 'ES256',
    status: row.revoked_at === null ? 'active' : 'revoked',
  }),
});
