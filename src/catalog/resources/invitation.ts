import * as z from 'zod';
import { metadata, nullableTime, time } from './common.js';
import { listRows, secret } from './marks.js';

export const invitation = z
  .strictObject({
    object: z.literal('invitation'),
    id: z.string(),
    email_address: z.string(),
    public_metadata: metadata,
    revoked: z.boolean(),
    status: z.enum(['pending', 'accepted', 'revoked', 'expired']),
    url: secret('link', 'Invitations_listAllNonRevoked with fields:["url"] shows it'),
    expires_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id email_address status expires_at created_at' });

export const waitlistEntry = z
  .strictObject({
    object: z.literal('waitlist_entry'),
    id: z.string(),
    email_address: z.string(),
    status: z.enum(['pending', 'invited', 'completed', 'rejected']),
    is_locked: z.boolean(),
    created_at: time,
    updated_at: time,
    invitation: invitation.nullable(),
  })
  .register(listRows, { short: 'id email_address status is_locked created_at' });
