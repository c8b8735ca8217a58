import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, showing } from './schemas.js';

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
    raises: [
      {
        when: { input: 'verified', is: 'unless false' },
        risk: 'access',
        effect:
          'Gives {target} the number {phone_number} as verified, unless verified says otherwise: whoever holds it can sign in as this user.',
      },
      { when: { input: 'primary', is: true }, risk: 'access', effect: 'Makes {phone_number} the primary number of {target}.' },
      {
        when: { input: 'reserved_for_second_factor', is: true },
        risk: 'access',
        effect: 'Makes {phone_number} a second factor of {target}: whoever holds it passes that check.',
      },
    ],
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: {
      by: 'PhoneNumbers_deletePhoneNumberById',
      with: { phone_number_id: '{answer.id}' },
      lost: 'another number that was primary before has to be chosen again',
    },
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
    undo: { never: 'the number has to be added and verified anew' },
  }),

  getDetails: defineOperation({
    name: 'PhoneNumbers_getDetails',
    clerk: 'GetPhoneNumber',
    request: 'GET /phone_numbers/{phone_number_id}',
    title: 'Get phone number',
    description: 'One number with verification and MFA state. Its user: Users_listSortedByCreationDate.',
    path: { phone_number_id: id },
    risk: 'read',
    raises: [
      showing('backup_codes', 'Shows {where} the backup codes of {target}: each signs in once in place of the second factor.'),
    ],
    target: { read: 'PhoneNumbers_getDetails' },
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
    raises: [
      {
        when: { input: 'verified', is: true },
        risk: 'access',
        effect: 'Declares {target} verified without proof: whoever holds the number can sign in as its user.',
      },
      {
        when: { input: 'verified', is: false },
        risk: 'access',
        effect: 'Takes the verification from {target}: its user may no longer get in with it.',
      },
      { when: { input: 'primary', is: true }, risk: 'access', effect: 'Makes {target} the primary number of its user.' },
      {
        when: { input: 'reserved_for_second_factor', is: true },
        risk: 'access',
        effect: 'Makes {target} a second factor of its user: whoever holds it passes that check.',
      },
      {
        when: { input: 'reserved_for_second_factor', is: false },
        risk: 'access',
        effect: 'Takes {target} away as a second factor of its user.',
      },
    ],
    target: { read: 'PhoneNumbers_getDetails' },
    undo: { never: 'Clerk does not tell of the number what was primary or verified before' },
  }),

  attemptVerification: defineOperation({
    name: 'PhoneNumbers_attemptVerification',
    clerk: 'AttemptPhoneNumberVerification',
    request: 'POST /phone_numbers/{phone_number_id}/attempt_verification',
    title: 'Check phone code',
    description:
      'Checks the code that PhoneNumbers_prepareVerification sent; a right one makes the number verified, ' +
      'a wrong one shows in status, not as an error. Signs nobody in.',
    path: { phone_number_id: id },
    body: {
      verification_id: z.string(),
      code: z.string(),
    },
    risk: 'write',
    secrets: ['code'],
    guesses: 'phone_number_id',
    raises: [
      {
        risk: 'access',
        effect: 'Verifies {target} if the code is right: whoever reads its messages can then sign in as that user.',
      },
    ],
    target: { read: 'PhoneNumbers_getDetails' },
    undo: { never: 'a code that was used stays used' },
  }),

  prepareVerification: defineOperation({
    name: 'PhoneNumbers_prepareVerification',
    clerk: 'PreparePhoneNumberVerification',
    request: 'POST /phone_numbers/{phone_number_id}/prepare_verification',
    title: 'Send phone code',
    description: 'Texts a one-time code to the number; check what the person reads with PhoneNumbers_attemptVerification.',
    path: { phone_number_id: id },
    risk: 'write',
    openWorld: true,
    undo: { never: 'a message that was sent stays sent' },
  }),

  replaceForUser: defineOperation({
    name: 'PhoneNumbers_replaceForUser',
    clerk: 'ReplaceUserPhoneNumber',
    request: 'PUT /users/{user_id}/phone_number',
    title: 'Replace phone numbers',
    description:
      'Deletes all phone numbers of a user and sets one primary number instead; MFA by an old number ends. ' +
      'To keep the others: PhoneNumbers_createNewPhoneNumber.',
    path: { user_id: id },
    body: {
      phone_number: z.string().describe('E.164'),
      identification_status: z
        .enum(['verified', 'reserved', 'unverified'])
        .optional()
        .describe('reserved: unverified but usable; unverified: no sign-in by it, can lock the user out. Default verified'),
    },
    risk: 'destructive',
    effect: 'Deletes all phone numbers of {target}, with MFA where one served it, and makes {phone_number} the only one.',
    target: { read: 'Users_getUserDetails' },
    raises: [
      {
        when: { input: 'identification_status', is: { matches: '^unverified$' } },
        risk: 'access',
        effect: 'It is unverified: {target} cannot sign in with it and may be locked out.',
      },
      { risk: 'access', effect: 'Whoever holds {phone_number} can take over the account of {target}.' },
    ],
    undo: { never: 'the former number and its verification are gone' },
  }),
};
