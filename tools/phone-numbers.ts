import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id } from './schemas.js';

const reservedForSecondFactor = z.boolean().nullable().optional().describe('For MFA only; must be verified');

export const phoneNumbers = {
  createNewPhoneNumber: defineOperation({
    name: 'PhoneNumbers_createNewPhoneNumber',
    clerk: 'CreatePhoneNumber',
    request: 'POST /phone_numbers',
    title: 'Add phone number',
    description: 'Adds a number to an existing user; set verified only if the person has proved that it is theirs.',
    body: {
      user_id: z.string(),
      phone_number: z.string().describe('E.164'),
      verified: z.boolean().nullable().optional(),
      primary: z.boolean().nullable().optional().describe('Default true for the first only'),
      reserved_for_second_factor: reservedForSecondFactor,
    },
    risk: 'write',
  }),

  deletePhoneNumberById: defineOperation({
    name: 'PhoneNumbers_deletePhoneNumberById',
    clerk: 'DeletePhoneNumber',
    request: 'DELETE /phone_numbers/{phone_number_id}',
    title: 'Delete phone number',
    description: 'Takes the number from its user, who can no longer sign in or pass MFA with it.',
    path: { phone_number_id: id },
    risk: 'destructive',
    effect: 'Deletes {target} from its user, who can no longer sign in or pass a second factor with it.',
    target: { read: 'PhoneNumbers_getDetails' },
  }),

  getDetails: defineOperation({
    name: 'PhoneNumbers_getDetails',
    clerk: 'GetPhoneNumber',
    request: 'GET /phone_numbers/{phone_number_id}',
    title: 'Get phone number',
    description: 'One number with verification and MFA state. Its user: Users_listSortedByCreationDate.',
    path: { phone_number_id: id },
    risk: 'read',
  }),

  updateDetails: defineOperation({
    name: 'PhoneNumbers_updateDetails',
    clerk: 'UpdatePhoneNumber',
    request: 'PATCH /phone_numbers/{phone_number_id}',
    title: 'Update phone number',
    description: 'Sets whether a number is verified, primary or for MFA; the number itself cannot change: add a new one.',
    path: { phone_number_id: id },
    body: {
      verified: z.boolean().nullable().optional(),
      primary: z.boolean().nullable().optional(),
      reserved_for_second_factor: reservedForSecondFactor,
    },
    risk: 'write',
    idempotent: true,
  }),
};
