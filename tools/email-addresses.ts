import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, notifyPrimaryChanged } from './schemas.js';

export const emailAddresses = {
  createNewAddress: defineOperation({
    name: 'EmailAddresses_createNewAddress',
    clerk: 'CreateEmailAddress',
    request: 'POST /email_addresses',
    title: 'Add e-mail address',
    description: 'Adds an address to an existing user; set verified only if the person has proved that it is theirs.',
    body: {
      user_id: z.string(),
      email_address: z.string(),
      verified: z.boolean().nullable().optional(),
      primary: z.boolean().nullable().optional().describe('Default true for the first only'),
      notify_primary_email_address_changed: notifyPrimaryChanged,
    },
    risk: 'write',
    openWorld: true,
  }),

  deleteById: defineOperation({
    name: 'EmailAddresses_deleteById',
    clerk: 'DeleteEmailAddress',
    request: 'DELETE /email_addresses/{email_address_id}',
    title: 'Delete e-mail address',
    description: 'Takes the address from its user, who can no longer sign in with it.',
    path: { email_address_id: id },
    risk: 'destructive',
    effect: 'Deletes {target} from its user, who can no longer sign in or be reached with it.',
    target: { read: 'EmailAddresses_getDetails' },
  }),

  getDetails: defineOperation({
    name: 'EmailAddresses_getDetails',
    clerk: 'GetEmailAddress',
    request: 'GET /email_addresses/{email_address_id}',
    title: 'Get e-mail address',
    description: 'One address with verification state. Its user: Users_listSortedByCreationDate.',
    path: { email_address_id: id },
    risk: 'read',
  }),

  updateAddress: defineOperation({
    name: 'EmailAddresses_updateAddress',
    clerk: 'UpdateEmailAddress',
    request: 'PATCH /email_addresses/{email_address_id}',
    title: 'Update e-mail address',
    description: 'Sets whether an address is verified or primary; the address itself cannot change: add a new one.',
    path: { email_address_id: id },
    body: {
      verified: z.boolean().nullable().optional(),
      primary: z.boolean().nullable().optional(),
      notify_primary_email_address_changed: notifyPrimaryChanged,
    },
    risk: 'write',
    idempotent: true,
    openWorld: true,
  }),
};
