import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** How long a code can be used. */
export const CODE_MS = 10 * 60 * 1000;

/** Wrong codes after which a verification has failed. Clerk has a limit too, and does not publish it. */
const MOST_ATTEMPTS = 3;

/** One code that was sent to an e-mail address or a phone number. */
export interface CodeVerificationRow extends Row {
  /** Of the e-mail address or phone number. */
  identification_id: string;
  strategy: 'email_code' | 'phone_code';
  /** Never sent back; `/_sandbox/codes` shows it in the place of a mailbox. */
  code: string;
  attempts: number;
  expire_at: number;
  /** The right code came in time. */
  accepted: boolean;
}

export const codeVerifications = defineResource<CodeVerificationRow>()({
  name: 'verification_otp',
  title: 'verification',
  prefix: 'ver',
  owners: { email_address: 'identification_id', phone_number: 'identification_id' },
  show: (row, instance) => ({
    object: 'verification_otp',
    id: row.id,
    status: codeStatus(row, instance),
    strategy: row.strategy,
    attempts: row.attempts,
    expire_at: row.expire_at,
    channel: row.strategy === 'phone_code' ? 'sms' : null,
  }),
});

export function codeStatus(row: CodeVerificationRow, instance: Instance): 'unverified' | 'verified' | 'failed' | 'expired' {
  if (row.accepted) return 'verified';
  if (row.attempts >= MOST_ATTEMPTS) return 'failed';
  return row.expire_at <= instance.now() ? 'expired' : 'unverified';
}
