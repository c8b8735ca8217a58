import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id } from './schemas.js';

export const signups = {
  updateSignUpById: defineOperation({
    name: 'Signups_updateSignUpById',
    clerk: 'UpdateSignUp',
    request: 'PATCH /sign_ups/{id}',
    title: 'Update a sign-up',
    description: 'Sets fields of a sign-up in progress. Once it is complete: Users_updateUserAttributes.',
    path: { id: id },
    body: {
      external_id: z.string().nullable().optional().describe('Passed on to the user'),
      custom_action: z.boolean().nullable().optional().describe('Whether a step of your own has run'),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'external_id', is: 'filled' },
        risk: 'access',
        effect: 'Sets by which id your own systems will know the user, to {external_id}: they may take this user for another.',
      },
      {
        when: { input: 'custom_action', is: true },
        risk: 'access',
        effect: 'Says that the step of your own has run, for which the sign-up may have to wait.',
      },
    ],
    undo: {
      by: 'Signups_updateSignUpById',
      with: { id: '{id}' },
      restores: 'inputs',
      read: { read: 'Signups_getById', with: { id: '{id}' } },
    },
  }),

  getById: defineOperation({
    name: 'Signups_getById',
    clerk: 'GetSignUp',
    request: 'GET /sign_ups/{id}',
    title: 'Get a sign-up',
    description: 'One sign-up with status, missing and unverified fields, and the user it created.',
    path: { id: id },
    risk: 'read',
  }),
};
