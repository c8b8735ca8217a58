import { createClerkClient } from '@clerk/backend';
import { expect, it } from 'vitest';
import { codeOf, openClerk, refusalOf } from './support.js';

it('an error says what is wrong, where, and how to trace it', async () => {
  const { clerk } = await openClerk();
  await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
  const error = await refusalOf(clerk.users.createUser({ emailAddress: ['ada@example.com'] }));
  expect(error).toMatchObject({
    status: 422,
    clerkTraceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    errors: [
      {
        code: 'form_identifier_exists',
        message: 'That email address is taken.',
        longMessage: 'That email address is taken. Please try another.',
        meta: { paramName: 'email_address' },
      },
    ],
  });
});

it('several faults come as several errors', async () => {
  const { clerk } = await openClerk();
  const wrong = { firstName: 7, emailAddress: 'ada@example.com', shoeSize: 38 } as unknown as { emailAddress: string[] };
  const { errors } = await refusalOf(clerk.users.createUser(wrong));
  expect(Object.fromEntries(errors.map((error) => [error.meta?.paramName, error.code]))).toEqual({
    first_name: 'form_param_type_invalid',
    email_address: 'form_param_type_invalid',
    shoe_size: 'form_param_unknown',
  });
});

it('a password that is too weak', async () => {
  const { clerk } = await openClerk();
  const weak = (password: string) => codeOf(clerk.users.createUser({ emailAddress: ['ada@example.com'], password }));
  expect(await weak('short')).toEqual([422, 'form_password_length_too_short', 'password']);
  expect(await weak('password123')).toEqual([422, 'form_password_pwned', 'password']);
});

it('what is not there', async () => {
  const { clerk } = await openClerk();
  const missing = [
    () => clerk.users.getUser('user_none'),
    () => clerk.organizations.getOrganization({ slug: 'none' }),
    () => clerk.sessions.getSession('sess_none'),
    () => clerk.emailAddresses.getEmailAddress('idn_none'),
    () => clerk.phoneNumbers.deletePhoneNumber('idn_none'),
    () => clerk.invitations.revokeInvitation('inv_none'),
  ];
  for (const call of missing) expect(await codeOf(call())).toEqual([404, 'resource_not_found']);
});

it('a wrong key', async () => {
  const { client } = await openClerk();
  const clerk = createClerkClient({ secretKey: 'sk_test_wrong', apiUrl: client.sandbox.origin });
  expect(await codeOf(clerk.users.getUserList())).toEqual([401, 'clerk_key_invalid']);
});

it('a limit beyond the bounds', async () => {
  const { clerk } = await openClerk();
  expect(await codeOf(clerk.users.getUserList({ limit: 501 }))).toEqual([422, 'form_param_value_too_large', 'limit']);
});
