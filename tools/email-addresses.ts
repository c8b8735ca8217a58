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
    raises: [
      {
        when: { input: 'verified', is: 'unless false' },
        risk: 'access',
        effect:
          'Gives {target} the address {email_address} as verified, unless verified says otherwise: whoever reads mail there can sign in as this user.',
      },
      {
        when: { input: 'primary', is: true },
        risk: 'access',
        effect: 'Makes {email_address} the primary address of {target}: password resets and notices go there.',
      },
      {
        when: { input: 'notify_primary_email_address_changed', is: false },
        risk: 'access',
        effect: 'The owner of the old address is not told.',
      },
    ],
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: {
      by: 'EmailAddresses_deleteById',
      with: { email_address_id: '{answer.id}' },
      lost: 'another address that was primary before has to be chosen again',
    },
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
    undo: { never: 'the address has to be added and verified anew' },
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
    raises: [
      {
        when: { input: 'verified', is: true },
        risk: 'access',
        effect: 'Declares {target} verified without proof: whoever reads mail there can sign in as its user.',
      },
      {
        when: { input: 'verified', is: false },
        risk: 'access',
        effect: 'Takes the verification from {target}: its user may no longer get in with it.',
      },
      {
        when: { input: 'primary', is: true },
        risk: 'access',
        effect: 'Makes {target} the primary address of its user: password resets and notices go there.',
      },
      {
        when: { input: 'notify_primary_email_address_changed', is: false },
        risk: 'access',
        effect: 'The owner of the old address is not told.',
      },
    ],
    target: { read: 'EmailAddresses_getDetails' },
    undo: { never: 'Clerk does not tell of the address what was primary or verified before' },
  }),

  attemptVerification: defineOperation({
    name: 'EmailAddresses_attemptVerification',
    clerk: 'AttemptEmailAddressVerification',
    request: 'POST /email_addresses/{email_address_id}/attempt_verification',
    title: 'Check e-mail code',
    description:
      'Checks a code sent by EmailAddresses_prepareVerification; the right one verifies the address, a wrong one only shows in status. Signs nobody in.',
    path: { email_address_id: id },
    body: {
      verification_id: z.string(),
      code: z.string(),
    },
    risk: 'write',
    secrets: ['code'],
    guesses: 'email_address_id',
    raises: [
      { risk: 'access', effect: 'Verifies {target} if the code is right: whoever reads its mail can then sign in as that user.' },
    ],
    target: { read: 'EmailAddresses_getDetails' },
    undo: { never: 'a code that was used stays used' },
  }),

  prepareVerification: defineOperation({
    name: 'EmailAddresses_prepareVerification',
    clerk: 'PrepareEmailAddressVerification',
    request: 'POST /email_addresses/{email_address_id}/prepare_verification',
    title: 'Send e-mail code',
    description:
      'Mails a one-time code, to prove that the user holds the address; check it with EmailAddresses_attemptVerification.',
    path: { email_address_id: id },
    risk: 'write',
    openWorld: true,
    undo: { never: 'a message that was sent stays sent' },
  }),

  replaceForUser: defineOperation({
    name: 'EmailAddresses_replaceForUser',
    clerk: 'ReplaceUserEmailAddress',
    request: 'PUT /users/{user_id}/email_address',
    title: "Replace a user's e-mails",
    description:
      'Deletes every e-mail address of the user and sets one new primary address. To add one beside them: EmailAddresses_createNewAddress.',
    path: { user_id: id },
    body: {
      email_address: z.string(),
      identification_status: z
        .enum(['verified', 'reserved', 'unverified'])
        .optional()
        .describe('Default verified; reserved: unverified but usable; unverified: no sign-in with it, may lock the user out'),
      notify_primary_email_address_changed: notifyPrimaryChanged,
    },
    risk: 'destructive',
    openWorld: true,
    effect: 'Deletes every e-mail address of {target} and sets {email_address} as the only one.',
    target: { read: 'Users_getUserDetails' },
    raises: [
      {
        when: { input: 'identification_status', is: { matches: '^unverified$' } },
        risk: 'access',
        effect: 'It is unverified: {target} cannot sign in with it and may be locked out.',
      },
      { risk: 'access', effect: 'Whoever reads mail at {email_address} can take over the account of {target}.' },
      {
        when: { input: 'notify_primary_email_address_changed', is: false },
        risk: 'access',
        effect: 'The owner of the old address is not told.',
      },
    ],
    undo: { never: 'the former address and its verification are gone' },
  }),
};
