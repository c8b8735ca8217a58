import * as z from 'zod';
import { deletedObject, metadata, nullableText } from '../../src/catalog/resources/common.js';
import { waitlistEntry } from '../../src/catalog/resources/invitation.js';
import {
  organization,
  organizationDomain,
  organizationInvitation,
  organizationMembership,
  permission,
  publicOrganizationData,
  role,
} from '../../src/catalog/resources/organization.js';
import { session } from '../../src/catalog/resources/session.js';
import { user } from '../../src/catalog/resources/user.js';

/** What belongs to mails and to texts. */
const message = {
  id: z.string(),
  slug: z.string(),
  user_id: nullableText,
  status: z.literal('queued'),
  data: z.record(z.string(), z.unknown()),
  delivered_by_clerk: z.boolean(),
};

const invitation = organizationInvitation.safeExtend({
  public_organization_data: publicOrganizationData,
  private_metadata: metadata,
});

/** The data of each event that the sandbox sends, as Clerk's document of 2025-04-15 and the types of its SDK have it. */
export const WEBHOOK_DATA: Readonly<Record<string, z.ZodType>> = {
  'email.created': z.strictObject({
    object: z.literal('email'),
    ...message,
    from_email_name: z.string(),
    reply_to_email_name: nullableText,
    to_email_address: z.email(),
    email_address_id: nullableText,
    subject: z.string(),
    body: z.string().startsWith('<!doctype html>'),
    body_plain: nullableText,
  }),
  'sms.created': z.strictObject({
    object: z.literal('sms_message'),
    ...message,
    from_phone_number: z.string(),
    to_phone_number: z.string(),
    phone_number_id: nullableText,
    message: z.string(),
    created_at: z.int(),
    created_at_ms: z.int(),
  }),
  'organization.created': organization,
  'organization.updated': organization,
  'organization.deleted': deletedObject,
  'organizationDomain.created': organizationDomain,
  'organizationDomain.updated': organizationDomain,
  'organizationDomain.deleted': deletedObject,
  'organizationInvitation.created': invitation,
  'organizationInvitation.revoked': invitation,
  'organizationMembership.created': organizationMembership,
  'organizationMembership.updated': organizationMembership,
  'organizationMembership.deleted': organizationMembership,
  'permission.created': permission,
  'permission.updated': permission,
  'permission.deleted': deletedObject,
  'role.created': role,
  'role.updated': role,
  'role.deleted': deletedObject,
  'session.created': session.safeExtend({ user }),
  'session.pending': session.safeExtend({ user }),
  'session.removed': session.safeExtend({ user }),
  'session.revoked': session.safeExtend({ user }),
  'user.created': user,
  'user.updated': user,
  'user.deleted': deletedObject,
  'waitlistEntry.created': waitlistEntry,
  'waitlistEntry.updated': waitlistEntry,
};
