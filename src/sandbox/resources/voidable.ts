import type { Instance } from '../instance.js';
import type { Row } from '../table.js';

/** A key or token that is valid until it expires or is revoked. */
export interface VoidableRow extends Row {
  revoked: boolean;
  revocation_reason: string | null;
  /** Unix milliseconds; null for never. */
  expiration: number | null;
}

export const isExpired = (row: Pick<VoidableRow, 'expiration'>, instance: Instance): boolean =>
  row.expiration !== null && row.expiration <= instance.now();

export const isGood = (row: VoidableRow, instance: Instance): boolean => !row.revoked && !isExpired(row, instance);
