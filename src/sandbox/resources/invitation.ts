import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import type { Metadata } from './shapes.js';

type InvitationStatus = 'pending' | 'accepted' | 'revoked' | 'expired';

/** What invitations to the application and to an organization have in common. */
export interface InvitationBase extends Row {
  /** In lower case. */
  email_address: string;
  /** As last set. What time makes of it is said by {@link invitationStatus}. */
  status: 'pending' | 'accepted' | 'revoked';
  public_metadata: Metadata;
  url: string;
  expires_at: number;
}

/** A pending invitation expires by itself. */
export const invitationStatus = (row: InvitationBase, instance: Instance): InvitationStatus =>
  row.status === 'pending' && row.expires_at <= instance.now() ? 'expired' : row.status;

export const invitations = defineResource<InvitationBase>()({
  name: 'invitation',
  prefix: 'inv',
  lookup: { email_address: (row) => row.email_address },
  show: (row, instance) => ({
    object: 'invitation',
    ...row,
    revoked: row.status === 'revoked',
    status: invitationStatus(row, instance),
  }),
});
