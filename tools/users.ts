import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { moment } from '../src/catalog/moment-inputs.js';
import {
  anyOf,
  anyOfOrNot,
  creditAdjustment,
  freeObject,
  grantingMetadata,
  id,
  invitationStatus,
  limit,
  notifyPrimaryChanged,
  offset,
  paginated,
  personFilters,
  publicMetadata,
  timestamp,
  unixMs,
  unsafeMetadata,
} from './schemas.js';

const userFilters = {
  ...personFilters,
  organization_id: anyOfOrNot,
  banned: z.boolean().optional(),
  last_active_at_since: moment('Deprecated: use last_active_at_after'),
  last_sign_in_at_before: unixMs,
  last_sign_in_at_after: unixMs,
  provider: z.string().optional().describe('E.g. oauth_google; only with provider_user_id'),
  provider_user_id: anyOf,
};

const password = z.string().nullable().optional().describe('Plain, 8+ characters');
const passwordHasher = z.string().optional().describe('Of password_digest, e.g. bcrypt, argon2id, pbkdf2_sha256');
const skipPasswordChecks = z.boolean().nullable().optional();
const totpSecret = z.string().nullable().optional().describe('SHA1, 6 digits, 30 s');
const createOrganizationsLimit = z.int().nullable().optional().describe('0: unlimited');
const bypassClientTrust = z.boolean().nullable().optional().describe('No Device Trust check at sign-in');
const timezone = z.string().optional();
const identificationStatus = z.array(z.enum(['verified', 'reserved'])).optional();

const activeSessions = {
  read: 'Sessions_listSortedByCreationDate',
  with: { user_id: '{user_id}', status: 'active', limit: 500 },
};

const apiKeysOfUser = { what: 'API keys of the user', by: 'ApiKeys_revokeKey' };
const leftByBan = [
  { what: 'memberships of organizations', by: 'OrganizationMemberships_removeUserFromOrganization' },
  apiKeysOfUser,
];

const userIds = z.array(z.string()).min(1).max(50);

export const users = {
  listSortedByCreationDate: defineOperation({
    name: 'Users_listSortedByCreationDate',
    clerk: 'GetUserList',
    request: 'GET /users',
    title: 'List users',
    description:
      'Finds users by e-mail, name, organization, ban or activity; filters combine, times in Unix ms, ISO or -7d. ' +
      'One known id: Users_getUserDetails; number only: Users_getTotalCount. Second factor: fields two_factor_enabled.',
    query: {
      ...userFilters,
      user_id: anyOfOrNot,
      external_id: anyOfOrNot,
      limit,
      offset,
      starting_after: z
        .string()
        .optional()
        .describe('Last user id of the page before, instead of offset; in created_at order only'),
      order_by: z
        .string()
        .optional()
        .describe(
          'created_at, updated_at, first_name, last_name, username, email_address, phone_number, web3wallet, last_active_at, ' +
            'last_sign_in_at; -field descends. Default -created_at',
        ),
    },
    risk: 'read',
  }),

  createNewUser: defineOperation({
    name: 'Users_createNewUser',
    clerk: 'CreateUser',
    request: 'POST /users',
    title: 'Create a user',
    description:
      'Creates an account at once; e-mails and phones are verified by default, the first of each primary. ' +
      'To let the person sign up: Invitations_createNewInvitation.',
    body: {
      external_id: z.string().nullable().optional().describe('Your own unique id'),
      first_name: z.string().nullable().optional(),
      last_name: z.string().nullable().optional(),
      locale: z.string().nullable().optional().describe('Such as en-US'),
      timezone,
      email_address: z.array(z.string()).optional(),
      email_address_identification_status: identificationStatus.describe(
        'One per address, in order; reserved: usable, unverified',
      ),
      phone_number: z.array(z.string()).optional().describe('E.164'),
      phone_number_identification_status: identificationStatus.describe('Likewise per number'),
      web3_wallet: z.array(z.string()).optional(),
      username: z.string().nullable().optional(),
      password,
      password_digest: z.string().nullable().optional().describe('Instead of password'),
      password_hasher: passwordHasher,
      skip_password_checks: skipPasswordChecks,
      skip_password_requirement: z.boolean().nullable().optional(),
      totp_secret: totpSecret,
      backup_codes: z.array(z.string()).optional().describe('Plain or bcrypt'),
      public_metadata: publicMetadata.optional(),
      private_metadata: freeObject.optional(),
      unsafe_metadata: unsafeMetadata.optional(),
      delete_self_enabled: z.boolean().nullable().optional(),
      legal_accepted_at: timestamp,
      skip_legal_checks: z.boolean().nullable().optional(),
      skip_user_requirement: z.boolean().nullable().optional().describe('Required identifiers may be missing'),
      skip_restriction_checks: z.boolean().nullable().optional(),
      create_organization_enabled: z.boolean().nullable().optional(),
      create_organizations_limit: createOrganizationsLimit,
      created_at: timestamp,
      bypass_client_trust: bypassClientTrust,
      banned: z.boolean().nullable().optional(),
      locked: z.boolean().nullable().optional(),
    },
    risk: 'write',
    secrets: ['password', 'password_digest', 'totp_secret', 'backup_codes'],
    raises: [
      {
        when: { input: ['password', 'password_digest'], is: 'filled' },
        risk: 'access',
        effect: 'Creates an account whose password is known to the sender of this call.',
      },
      {
        when: { input: ['totp_secret', 'backup_codes'], is: 'filled' },
        risk: 'access',
        effect: 'Creates an account whose second factor is known to the sender of this call.',
      },
      {
        when: { input: ['email_address', 'phone_number', 'web3_wallet'], is: 'several' },
        risk: 'access',
        effect: 'Creates an account with several ways in: the holder of any one signs in as the owner of all of them.',
      },
      {
        when: { input: 'external_id', is: 'filled' },
        risk: 'access',
        effect: 'Sets by which id your own systems will know the user, to {external_id}: they may take this user for another.',
      },
      {
        when: { input: 'bypass_client_trust', is: true },
        risk: 'access',
        effect: 'Lets the account sign in from any device unchecked.',
      },
      {
        when: { input: 'skip_restriction_checks', is: true },
        risk: 'access',
        effect:
          'Passes by every restriction on who may join: allowlist, blocklist, and the bars to disposable addresses and subaddresses.',
      },
      {
        when: [{ input: 'create_organization_enabled', is: true }],
        risk: 'access',
        effect: 'Lets the user create organizations.',
      },
      {
        when: { input: 'create_organizations_limit', is: 'filled' },
        risk: 'access',
        effect: 'Sets how many organizations the user may create to {create_organizations_limit}; 0 stands for any number.',
      },
      grantingMetadata('public_metadata', 'private_metadata', 'unsafe_metadata'),
    ],
    changes: ['email_addresses.id', 'email_addresses.email_address', 'phone_numbers.id', 'phone_numbers.phone_number'],
    undo: {
      by: 'Users_deleteUserById',
      with: { user_id: '{answer.id}' },
      read: { read: 'Users_getUserDetails', with: { user_id: '{answer.id}' } },
    },
  }),

  getTotalCount: defineOperation({
    name: 'Users_getTotalCount',
    clerk: 'GetUsersCount',
    request: 'GET /users/count',
    title: 'Count users',
    description: 'Counts users by the filters of Users_listSortedByCreationDate; times likewise.',
    query: {
      ...userFilters,
      user_id: anyOf,
      external_id: anyOf,
    },
    risk: 'read',
  }),

  deleteUserById: defineOperation({
    name: 'Users_deleteUserById',
    clerk: 'DeleteUser',
    request: 'DELETE /users/{user_id}',
    title: 'Delete a user',
    description:
      'Erases the account with identifiers, sessions and memberships; irreversible. Only to shut out: Users_markBanned.',
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Deletes {target} for good, with all sessions, identifiers and organization memberships; this cannot be undone.',
    target: { read: 'Users_getUserDetails' },
    consequences: [
      { ...activeSessions, says: '{n} active sessions end', one: '1 active session ends' },
      {
        read: 'Users_getOrganizationMemberships',
        with: { user_id: '{user_id}', limit: 1 },
        says: '{n} organization memberships are removed',
        one: '1 organization membership is removed',
      },
    ],
    typed: 'target',
    leaves: [
      { what: "pending invitations to the user's addresses", by: 'Invitations_revokeInvitation' },
      { what: 'pending invitations to organizations', by: 'OrganizationInvitations_revokeInvitation' },
      { what: "waitlist entries with the user's addresses", by: 'WaitlistEntries_deleteById' },
    ],
    undo: { never: 'a deleted user cannot be brought back' },
  }),

  getUserDetails: defineOperation({
    name: 'Users_getUserDetails',
    clerk: 'GetUser',
    request: 'GET /users/{user_id}',
    title: 'Get a user',
    description: 'One user by id, with identifiers, metadata, MFA, ban and lock state.',
    path: { user_id: id },
    risk: 'read',
  }),

  updateUserAttributes: defineOperation({
    name: 'Users_updateUserAttributes',
    clerk: 'UpdateUser',
    request: 'PATCH /users/{user_id}',
    title: 'Update a user',
    description:
      'Changes only what is given; what they sign in with needs confirm. A primary_* must be verified. ' +
      'Metadata: Users_mergeUserMetadataAttributes; new e-mail: EmailAddresses_createNewAddress.',
    path: { user_id: id },
    body: {
      external_id: z.string().nullable().optional().describe('Your own unique id'),
      first_name: z.string().nullable().optional(),
      last_name: z.string().nullable().optional(),
      locale: z.string().nullable().optional().describe('Such as en-US'),
      timezone,
      primary_email_address_id: z.string().nullable().optional(),
      notify_primary_email_address_changed: notifyPrimaryChanged,
      primary_phone_number_id: z.string().nullable().optional(),
      primary_web3_wallet_id: z.string().nullable().optional(),
      username: z.string().nullable().optional().describe('null or "" removes it'),
      profile_image_id: z.string().nullable().optional(),
      password,
      password_digest: z.string().optional().describe('Instead of password'),
      password_hasher: passwordHasher,
      skip_password_checks: skipPasswordChecks,
      sign_out_of_other_sessions: z.boolean().nullable().optional().describe('Only with password'),
      totp_secret: totpSecret,
      backup_codes: z.array(z.string()).optional(),
      delete_self_enabled: z.boolean().nullable().optional(),
      create_organization_enabled: z.boolean().nullable().optional(),
      legal_accepted_at: timestamp,
      skip_legal_checks: z.boolean().nullable().optional(),
      create_organizations_limit: createOrganizationsLimit,
      created_at: timestamp,
      bypass_client_trust: bypassClientTrust,
    },
    risk: 'write',
    idempotent: true,
    openWorld: true,
    secrets: ['password', 'password_digest', 'totp_secret', 'backup_codes'],
    mayDestroy: true,
    raises: [
      {
        when: { input: 'backup_codes', is: 'given' },
        risk: 'access',
        effect: 'Replaces the backup codes of {target}: who knows the new ones passes the second factor.',
      },
      {
        when: { input: ['primary_email_address_id', 'primary_phone_number_id', 'primary_web3_wallet_id'], is: 'given' },
        risk: 'access',
        effect:
          'Changes where {target} is reached and gets codes: primary e-mail {primary_email_address_id}, phone {primary_phone_number_id}, wallet {primary_web3_wallet_id}.',
      },
      {
        when: { input: 'notify_primary_email_address_changed', is: false },
        risk: 'access',
        effect: 'The owner of the old address is not told.',
      },
      {
        when: { input: 'external_id', is: 'given' },
        risk: 'access',
        effect: 'Changes by which id your own systems know {target}, to {external_id}: they may take this user for another.',
      },
      {
        when: { input: 'username', is: 'filled' },
        risk: 'access',
        effect: 'Changes the username that {target} signs in with to {username}.',
      },
      {
        when: { input: ['password', 'password_digest', 'skip_password_checks'], is: 'filled' },
        risk: 'access',
        effect: 'Who knows the new password can sign in as {target}.',
      },
      {
        when: { input: 'password_hasher', is: 'given' },
        risk: 'access',
        effect: 'Changes how the password of {target} is checked, to {password_hasher}.',
      },
      {
        when: { input: 'totp_secret', is: 'filled' },
        risk: 'access',
        effect: 'Who knows the new secret passes the second factor of {target}.',
      },
      {
        when: { input: 'bypass_client_trust', is: true },
        risk: 'access',
        effect: 'Lets {target} sign in from any device unchecked.',
      },
      {
        when: { input: ['create_organization_enabled', 'delete_self_enabled'], is: true },
        risk: 'access',
        effect:
          'Widens what {target} may do: create organizations {create_organization_enabled}, delete the account {delete_self_enabled}.',
      },
      {
        when: { input: 'create_organizations_limit', is: 'given' },
        risk: 'access',
        effect: 'Sets how many organizations {target} may create to {create_organizations_limit}; 0 stands for any number.',
      },
      {
        when: { input: ['password', 'password_digest'], is: 'given' },
        risk: 'destructive',
        effect: 'Replaces the password of {target}: the present one stops working.',
      },
      {
        when: { input: 'totp_secret', is: 'given' },
        risk: 'destructive',
        effect: 'Replaces the TOTP secret of {target}: their authenticator app stops working.',
      },
      {
        when: { input: 'sign_out_of_other_sessions', is: true },
        risk: 'destructive',
        effect: 'Ends every session of {target}.',
      },
      {
        when: { input: 'username', is: 'blank' },
        risk: 'destructive',
        effect: 'Removes the username of {target}, who can no longer sign in with it.',
      },
    ],
    target: { read: 'Users_getUserDetails' },
    consequences: [{ ...activeSessions, says: 'the user has {n} active sessions', one: 'the user has 1 active session' }],
    undo: {
      by: 'Users_updateUserAttributes',
      with: { user_id: '{user_id}' },
      restores: 'inputs',
      unread: [
        'password',
        'password_digest',
        'totp_secret',
        'backup_codes',
        'profile_image_id',
        'sign_out_of_other_sessions',
        'legal_accepted_at',
        'created_at',
        'bypass_client_trust',
      ],
    },
  }),

  markBanned: defineOperation({
    name: 'Users_markBanned',
    clerk: 'BanUser',
    request: 'POST /users/{user_id}/ban',
    title: 'Ban a user',
    description:
      'Ends every session of the user and bars sign-in until Users_removeBanFromUser. ' +
      'A bar that lapses: Users_lockUser; one session only: Sessions_revokeSession.',
    path: { user_id: id },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Ends every session of {target} and bars sign-in until unbanned.',
    target: { read: 'Users_getUserDetails' },
    consequences: [{ ...activeSessions, says: '{n} active sessions end', one: '1 active session ends' }],
    leaves: leftByBan,
    undo: {
      by: 'Users_removeBanFromUser',
      with: { user_id: '{user_id}' },
      watch: ['banned'],
      lost: 'the sessions that it ended stay ended',
    },
  }),

  lockUser: defineOperation({
    name: 'Users_lockUser',
    clerk: 'LockUser',
    request: 'POST /users/{user_id}/lock',
    title: 'Lock a user',
    description:
      "Bars new sign-ins until the instance's lockout time runs out or Users_removeLock. " +
      'To end sessions or bar for good: Users_markBanned.',
    path: { user_id: id },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Bars {target} from signing in until the lockout time of the instance has passed or somebody unlocks them.',
    target: { read: 'Users_getUserDetails' },
    leaves: [{ what: 'sessions that are active', by: 'Sessions_revokeSession' }, apiKeysOfUser],
    undo: { by: 'Users_removeLock', with: { user_id: '{user_id}' }, watch: ['locked'] },
  }),

  mergeUserMetadataAttributes: defineOperation({
    name: 'Users_mergeUserMetadataAttributes',
    clerk: 'UpdateUserMetadata',
    request: 'PATCH /users/{user_id}/metadata',
    title: 'Merge user metadata',
    description: 'Deep-merges; null removes a key.',
    path: { user_id: id },
    body: {
      public_metadata: publicMetadata.optional(),
      private_metadata: freeObject.optional(),
      unsafe_metadata: unsafeMetadata.optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [grantingMetadata('public_metadata', 'private_metadata', 'unsafe_metadata')],
    target: { read: 'Users_getUserDetails' },
    undo: { by: 'Users_mergeUserMetadataAttributes', with: { user_id: '{user_id}' }, restores: 'keys' },
  }),

  disableMfa: defineOperation({
    name: 'Users_disableMfa',
    clerk: 'DisableMFA',
    request: 'DELETE /users/{user_id}/mfa',
    title: 'Disable MFA',
    description: 'Removes all second factors (SMS, TOTP, backup codes), as for a lost device; the user must enrol again.',
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Removes every second factor of {target}: the first factor alone is then enough until they enrol again.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'second factors have to be enrolled anew' },
  }),

  getOAuthAccessToken: defineOperation({
    name: 'Users_getOAuthAccessToken',
    clerk: 'GetOAuthAccessToken',
    request: 'GET /users/{user_id}/oauth_access_tokens/{provider}',
    title: 'Get OAuth tokens',
    description: "Reveals the user's live access token at a connected social provider, refreshed when expired.",
    path: { user_id: id, provider: id.describe('E.g. oauth_google') },
    query: { paginated, limit, offset },
    risk: 'credential',
    openWorld: true,
    effect: 'Shows {where} the token with which anybody can act as {target} at {provider}.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'a token that was shown works until it expires' },
  }),

  getOrganizationMemberships: defineOperation({
    name: 'Users_getOrganizationMemberships',
    clerk: 'UsersGetOrganizationMemberships',
    request: 'GET /users/{user_id}/organization_memberships',
    title: "List a user's organizations",
    description: 'Organizations of one user, with role. Members of one organization: OrganizationMemberships_getAllMembers.',
    path: { user_id: id },
    query: { limit, offset },
    risk: 'read',
  }),

  deleteProfileImage: defineOperation({
    name: 'Users_deleteProfileImage',
    clerk: 'DeleteUserProfileImage',
    request: 'DELETE /users/{user_id}/profile_image',
    title: 'Delete profile image',
    description: "Removes the user's picture. To replace it: Users_setProfileImage.",
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Deletes the profile image of {target}; getting it back takes a new upload.',
    target: { read: 'Users_getUserDetails' },
    changes: ['has_image'],
    undo: { never: 'the picture is not kept' },
  }),

  setProfileImage: defineOperation({
    name: 'Users_setProfileImage',
    clerk: 'SetUserProfileImage',
    request: 'POST /users/{user_id}/profile_image',
    title: 'Set profile image',
    description: "Uploads the user's picture, replacing the present one.",
    path: { user_id: id },
    image: 'file',
    risk: 'write',
    idempotent: true,
    changes: ['has_image'],
    undo: { never: 'the former picture is not kept' },
  }),

  removeBanFromUser: defineOperation({
    name: 'Users_removeBanFromUser',
    clerk: 'UnbanUser',
    request: 'POST /users/{user_id}/unban',
    title: 'Unban a user',
    description: 'Lifts a ban: the user can sign in again; ended sessions stay ended.',
    path: { user_id: id },
    risk: 'access',
    effect: 'Lifts the ban of {target}, who can sign in again.',
    idempotent: true,
    target: { read: 'Users_getUserDetails' },
    undo: {
      by: 'Users_markBanned',
      with: { user_id: '{user_id}' },
      watch: ['banned'],
      lost: 'sessions that were begun meanwhile end',
    },
  }),

  removeLock: defineOperation({
    name: 'Users_removeLock',
    clerk: 'UnlockUser',
    request: 'POST /users/{user_id}/unlock',
    title: 'Unlock a user',
    description: 'Lifts a lock (too many failed attempts, or Users_lockUser) before it lapses. A ban stays.',
    path: { user_id: id },
    risk: 'access',
    effect: 'Lifts the lock of {target} before it lapses: signing in, and guessing at it, can go on.',
    idempotent: true,
    target: { read: 'Users_getUserDetails' },
    undo: {
      by: 'Users_lockUser',
      with: { user_id: '{user_id}' },
      watch: ['locked'],
      lost: 'the lock lasts as long as a new one',
    },
  }),

  verifyPassword: defineOperation({
    name: 'Users_verifyPassword',
    clerk: 'VerifyPassword',
    request: 'POST /users/{user_id}/verify_password',
    title: 'Check a password',
    description: "Tells whether this is the user's password. Signs nobody in.",
    path: { user_id: id },
    body: {
      password: z.string(),
    },
    risk: 'write',
    secrets: ['password'],
    guesses: 'user_id',
    undo: { never: 'a trial that was made has been counted' },
  }),

  verifyTotp: defineOperation({
    name: 'Users_verifyTotp',
    clerk: 'VerifyTOTP',
    request: 'POST /users/{user_id}/verify_totp',
    title: 'Check a TOTP code',
    description: "Tells whether an authenticator or backup code is the user's. A backup code is used up.",
    path: { user_id: id },
    body: {
      code: z.string(),
    },
    risk: 'write',
    secrets: ['code'],
    guesses: 'user_id',
    undo: { never: 'a backup code that was used stays used' },
  }),

  banMany: defineOperation({
    name: 'Users_banMany',
    clerk: 'UsersBan',
    request: 'POST /users/ban',
    title: 'Ban several users',
    description: 'Ends every session of up to 50 users and bars their sign-in until Users_unbanMany. One user: Users_markBanned.',
    body: {
      user_ids: userIds,
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Ends every session of {user_ids} and bars their sign-in until unbanned.',
    bulk: 'user_ids',
    leaves: leftByBan,
    undo: { never: 'who of them was banned before is not kept: unban each by itself' },
  }),

  unbanMany: defineOperation({
    name: 'Users_unbanMany',
    clerk: 'UsersUnban',
    request: 'POST /users/unban',
    title: 'Unban several users',
    description: 'Lifts the ban of up to 50 users; ended sessions stay ended. One user: Users_removeBanFromUser.',
    body: {
      user_ids: userIds,
    },
    risk: 'access',
    effect: 'Lifts the ban of the users {user_ids}, who can sign in again.',
    idempotent: true,
    bulk: 'user_ids',
    undo: { never: 'who of them was banned before is not kept: ban each by itself' },
  }),

  deleteBackupCodes: defineOperation({
    name: 'Users_deleteBackupCodes',
    clerk: 'DeleteBackupCode',
    request: 'DELETE /users/{user_id}/backup_code',
    title: 'Delete backup codes',
    description: 'Voids all backup codes of a user. All second factors at once: Users_disableMfa.',
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Voids all backup codes of {target}, who can no longer pass a second factor with one until they make new ones.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'new codes have to be made' },
  }),

  getBillingCreditBalance: defineOperation({
    name: 'Users_getBillingCreditBalance',
    clerk: 'GetUserBillingCreditBalance',
    request: 'GET /users/{user_id}/billing/credits',
    title: 'Get user credit',
    description: 'Billing credit that a user has left to pay with.',
    path: { user_id: id },
    risk: 'read',
  }),

  adjustBillingCreditBalance: defineOperation({
    name: 'Users_adjustBillingCreditBalance',
    clerk: 'AdjustUserBillingCreditBalance',
    request: 'POST /users/{user_id}/billing/credits',
    title: 'Adjust user credit',
    description: 'Adds to or takes from the billing credit of a user, by an amount, not to a total.',
    path: { user_id: id },
    body: creditAdjustment,
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes the billing credit of {target}, which is money they can pay with: {action} by {amount} cents (currency {currency}, USD by default).',
    target: { read: 'Users_getUserDetails' },
    raises: [
      {
        when: { input: 'action', is: { oneOf: ['increase'] } },
        risk: 'access',
        effect: 'Gives {amount} cents of credit away (currency {currency}, USD by default).',
      },
    ],
    undo: { never: 'a booking is only balanced by another one' },
  }),

  getBillingSubscription: defineOperation({
    name: 'Users_getBillingSubscription',
    clerk: 'GetUserBillingSubscription',
    request: 'GET /users/{user_id}/billing/subscription',
    title: 'Get user subscription',
    description: 'The plans that one user subscribes to, with payment state. Of all payers: Billing_listSubscriptionItems.',
    path: { user_id: id },
    risk: 'read',
  }),

  deleteExternalAccount: defineOperation({
    name: 'Users_deleteExternalAccount',
    clerk: 'DeleteExternalAccount',
    request: 'DELETE /users/{user_id}/external_accounts/{external_account_id}',
    title: 'Unlink external account',
    description: 'Unlinks a social account, so that the user cannot sign in with it; Users_getUserDetails has the ids.',
    path: { user_id: id, external_account_id: id },
    risk: 'destructive',
    effect:
      'Unlinks external account {external_account_id} from {target}, who cannot sign in with it until they link it again themselves.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'the user has to link the account anew' },
  }),

  replaceUserMetadata: defineOperation({
    name: 'Users_replaceUserMetadata',
    clerk: 'ReplaceUserMetadata',
    request: 'PUT /users/{user_id}/metadata',
    title: 'Replace user metadata',
    description:
      'Overwrites each kind of metadata given, losing keys that are left out. ' +
      'To change only some keys: Users_mergeUserMetadataAttributes.',
    path: { user_id: id },
    body: {
      public_metadata: publicMetadata.optional(),
      private_metadata: freeObject.optional(),
      unsafe_metadata: unsafeMetadata.optional(),
    },
    risk: 'destructive',
    effect:
      'Overwrites the metadata of {target}, public: {public_metadata}, private: {private_metadata}, unsafe: {unsafe_metadata}; ' +
      'what a kind given here held before is lost.',
    target: { read: 'Users_getUserDetails' },
    raises: [grantingMetadata('public_metadata', 'private_metadata', 'unsafe_metadata')],
    undo: { by: 'Users_replaceUserMetadata', with: { user_id: '{user_id}' }, restores: 'inputs' },
  }),

  getOrganizationInvitations: defineOperation({
    name: 'Users_getOrganizationInvitations',
    clerk: 'UsersGetOrganizationInvitations',
    request: 'GET /users/{user_id}/organization_invitations',
    title: "List a user's invitations",
    description: 'Invitations to organizations that a user has received. To one organization: OrganizationInvitations_list.',
    path: { user_id: id },
    query: { limit, offset, status: invitationStatus },
    risk: 'read',
  }),

  deletePasskey: defineOperation({
    name: 'Users_deletePasskey',
    clerk: 'UserPasskeyDelete',
    request: 'DELETE /users/{user_id}/passkeys/{passkey_identification_id}',
    title: 'Delete a passkey',
    description: 'Takes a passkey from the user, who is told by mail; Users_getUserDetails has the ids.',
    path: { user_id: id, passkey_identification_id: id },
    risk: 'destructive',
    openWorld: true,
    effect:
      'Deletes passkey {passkey_identification_id} of {target} for good, so that it no longer signs in, and mails them about it.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'the passkey has to be enrolled anew' },
  }),

  setPasswordCompromised: defineOperation({
    name: 'Users_setPasswordCompromised',
    clerk: 'SetUserPasswordCompromised',
    request: 'POST /users/{user_id}/password/set_compromised',
    title: 'Mark password compromised',
    description: 'Makes the user choose a new password at the next sign-in, until Users_unsetPasswordCompromised.',
    path: { user_id: id },
    body: {
      revoke_all_sessions: z.boolean().nullable().optional(),
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Makes {target} choose a new password at the next sign-in; ends their sessions: {revoke_all_sessions}.',
    target: { read: 'Users_getUserDetails' },
    consequences: [{ ...activeSessions, says: 'the user has {n} active sessions', one: 'the user has 1 active session' }],
    undo: {
      by: 'Users_unsetPasswordCompromised',
      with: { user_id: '{user_id}' },
      watch: [],
      lost: 'sessions that it ended stay ended',
    },
  }),

  unsetPasswordCompromised: defineOperation({
    name: 'Users_unsetPasswordCompromised',
    clerk: 'UnsetUserPasswordCompromised',
    request: 'POST /users/{user_id}/password/unset_compromised',
    title: 'Unmark password compromised',
    description: 'Takes back Users_setPasswordCompromised; a quarantine for a reserved e-mail stays.',
    path: { user_id: id },
    risk: 'access',
    effect: 'Lets {target} go on with a password that was marked as compromised.',
    idempotent: true,
    target: { read: 'Users_getUserDetails' },
    undo: { by: 'Users_setPasswordCompromised', with: { user_id: '{user_id}' }, watch: [] },
  }),

  removePassword: defineOperation({
    name: 'Users_removePassword',
    clerk: 'RemoveUserPassword',
    request: 'POST /users/{user_id}/remove_password',
    title: 'Remove password',
    description:
      'Deletes the password even if nothing else is left to sign in with. To demand a new one: Users_setPasswordCompromised.',
    path: { user_id: id },
    body: {
      sign_out_of_other_sessions: z.boolean().optional().describe('Ends all active sessions'),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Deletes the password of {target}, who may then have no way to sign in; ends their sessions: {sign_out_of_other_sessions}.',
    target: { read: 'Users_getUserDetails' },
    consequences: [{ ...activeSessions, says: 'the user has {n} active sessions', one: 'the user has 1 active session' }],
    changes: ['password_enabled'],
    undo: { never: 'the user has to choose a new password' },
  }),

  deleteTotp: defineOperation({
    name: 'Users_deleteTotp',
    clerk: 'DeleteTOTP',
    request: 'DELETE /users/{user_id}/totp',
    title: 'Delete TOTP',
    description: 'Removes the authenticator app of a user as a second factor. All second factors at once: Users_disableMfa.',
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Removes the authenticator app of {target}, who can no longer pass a second factor with it until they enrol again.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'the app has to be enrolled anew' },
  }),

  listTrustedDevices: defineOperation({
    name: 'Users_listTrustedDevices',
    clerk: 'ListUserTrustedDevices',
    request: 'GET /users/{user_id}/trusted_devices',
    title: 'List trusted devices',
    description: 'Active iOS and Android devices that the user enrolled.',
    deprecated: 'Use Users_listBiometricCredentials.',
    path: { user_id: id },
    risk: 'read',
  }),

  revokeTrustedDevice: defineOperation({
    name: 'Users_revokeTrustedDevice',
    clerk: 'RevokeUserTrustedDevice',
    request: 'DELETE /users/{user_id}/trusted_devices/{trusted_device_id}',
    title: 'Revoke trusted device',
    description: 'Ends trust in a device, as when it is lost.',
    deprecated: 'Use Users_revokeBiometricCredential.',
    path: { user_id: id, trusted_device_id: id },
    risk: 'destructive',
    defensive: true,
    effect: 'Revokes trusted device {target} of user {user_id}; it is trusted again only once they enrol it anew.',
    target: { read: 'Users_listTrustedDevices', find: 'trusted_device_id' },
    undo: { never: 'the device has to be enrolled anew' },
  }),

  listBiometricCredentials: defineOperation({
    name: 'Users_listBiometricCredentials',
    clerk: 'ListUserBiometricCredentials',
    request: 'GET /users/{user_id}/biometric_credentials',
    title: 'List biometric credentials',
    description:
      "A user's active biometric credentials on iOS and Android. Where they are signed in: Sessions_listSortedByCreationDate.",
    path: { user_id: id },
    risk: 'read',
  }),

  revokeBiometricCredential: defineOperation({
    name: 'Users_revokeBiometricCredential',
    clerk: 'RevokeUserBiometricCredential',
    request: 'DELETE /users/{user_id}/biometric_credentials/{biometric_credential_id}',
    title: 'Revoke biometric credential',
    description: 'Ends biometric sign-in on one device, as when it is lost.',
    path: { user_id: id, biometric_credential_id: id },
    risk: 'destructive',
    defensive: true,
    effect: 'Revokes biometric credential {target} of user {user_id}, who must enrol that device anew to sign in with it.',
    target: { read: 'Users_listBiometricCredentials', find: 'biometric_credential_id' },
    undo: { never: 'the device has to be enrolled anew' },
  }),

  deleteWeb3Wallet: defineOperation({
    name: 'Users_deleteWeb3Wallet',
    clerk: 'UserWeb3WalletDelete',
    request: 'DELETE /users/{user_id}/web3_wallets/{web3_wallet_identification_id}',
    title: 'Delete web3 wallet',
    description: 'Takes a wallet from the user, who cannot sign in with it any more; Users_getUserDetails has the ids.',
    path: { user_id: id, web3_wallet_identification_id: id },
    risk: 'destructive',
    effect: 'Deletes web3 wallet {web3_wallet_identification_id} of {target}, who can no longer sign in with it.',
    target: { read: 'Users_getUserDetails' },
    undo: { never: 'the wallet has to be added and verified anew' },
  }),
};
