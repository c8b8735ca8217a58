import { changes, creates, deleted, gets, must } from '../domain/found.js';
import { invitationsToUser } from '../domain/invitations-across-organizations.js';
import { type MetadataFields, mergedMetadata, metadataOf } from '../domain/metadata.js';
import { isWeak, verifyPassword } from '../domain/password-hashers.js';
import { hashPassword } from '../domain/passwords.js';
import { userBilling } from '../domain/payer-billing.js';
import { type PrimaryField, setPrimary, tellingFormerAddress } from '../domain/primary.js';
import { disableSecondFactors, findBackupCode, TOTP_DIGITS, verifyTotp } from '../domain/second-factors.js';
import { endSessionsOf, finishTask } from '../domain/sessions.js';
import { commonColumns, createUser, takePassword } from '../domain/user-creation.js';
import { OAUTH_PROVIDERS, userFilters, userOrders } from '../domain/user-filters.js';
import { answers, type Handler, type Handlers } from '../handler.js';
import { dropImage, imageExists, keepImage } from '../images.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { counts, lists } from '../list.js';
import type { Resource } from '../resource.js';
import { externalAccounts } from '../resources/external-account.js';
import { emailAddresses, type IdentifierRow, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { metadata } from '../resources/shapes.js';
import { LOCK_MS, type UserRow, users } from '../resources/user.js';
import { notFound, refuse, refuseParam } from '../sandbox-error.js';
import { METADATA_LEFT_UPDATES } from '../versions.js';
import { userCredentials } from './user-credentials.js';

function ban(instance: Instance, user: UserRow): void {
  instance.update(users, user, { banned: true });
  endSessionsOf(instance, user.id, 'revoked');
}

const unban = (instance: Instance, user: UserRow): UserRow => instance.update(users, user, { banned: false });

/** Does the same with several users, or with none of them when one does not exist. */
const each = (change: (instance: Instance, user: UserRow) => unknown): Handler<InputsOf<'Users_banMany'>> =>
  answers(({ instance, body }) => {
    const found = [...new Set(body.user_ids)].map((id) => must(instance, users, id));
    for (const user of found) change(instance, user);
    return found.map((user) => users.show(user, instance));
  });

type UpdateUser = BodyOf<'Users_updateUserAttributes'> & MetadataFields;

const METADATA = ['public_metadata', 'private_metadata', 'unsafe_metadata'] as const;

/** Where the identifiers that can be primary are kept. */
const PRIMARIES = {
  primary_email_address_id: emailAddresses,
  primary_phone_number_id: phoneNumbers,
  primary_web3_wallet_id: web3Wallets,
};

async function update(user: UserRow, body: UpdateUser, instance: Instance): Promise<void> {
  for (const name of ['skip_password_checks', 'sign_out_of_other_sessions'] as const) {
    if (body[name] === true && typeof body.password !== 'string' && typeof body.password_digest !== 'string') {
      throw refuseParam('form_conditional_param_missing', 'password', 'is missing', `${name} needs a password.`);
    }
  }
  const password = await takePassword(instance, body);
  const columns = commonColumns(instance, body, password, user);
  if (typeof body.profile_image_id === 'string') {
    if (!imageExists(instance, body.profile_image_id)) throw notFound('image', body.profile_image_id);
    columns.image_id = body.profile_image_id;
  }
  for (const field of METADATA) if (body[field] !== undefined) columns[field] = metadataOf(body, field);
  tellingFormerAddress(instance, user, body.notify_primary_email_address_changed, () => {
    for (const [field, resource] of Object.entries(PRIMARIES) as [PrimaryField, Resource<IdentifierRow>][]) {
      const id = body[field];
      if (typeof id === 'string') setPrimary(instance, user, field, instance.get(resource, id));
    }
  });
  instance.update(users, user, columns);
  if (password !== undefined) finishTask(instance, user.id, 'reset-password');
  if (body.sign_out_of_other_sessions === true) endSessionsOf(instance, user.id, 'revoked');
}

async function checkUserPassword(user: UserRow, password: string, instance: Instance): Promise<{ verified: true }> {
  if (user.password === null) throw refuse(400, 'no_password_set', 'No password set', 'The user has no password.');
  if (!(await verifyPassword(password, user.password))) {
    throw refuseParam('incorrect_password', 'password', 'Incorrect password', 'Password is incorrect. Try again.');
  }
  if (isWeak(user.password)) instance.update(users, user, { password: await hashPassword(password) });
  return { verified: true };
}

async function checkSecondFactor(user: UserRow, code: string, instance: Instance): Promise<object> {
  if (user.totp_secret === null && user.backup_codes.length === 0) {
    throw refuse(400, 'totp_disabled', 'TOTP is disabled', 'The user has neither TOTP nor backup codes.');
  }
  const kept = await findBackupCode(user.backup_codes, code);
  // Another request may have used the code up while this one was comparing digests.
  if (kept !== undefined && user.backup_codes.includes(kept)) {
    instance.update(users, user, { backup_codes: user.backup_codes.filter((other) => other !== kept) });
    return { verified: true, code_type: 'backup_code' };
  }
  if (/^\d+$/.test(code) && code.length !== TOTP_DIGITS) {
    throw refuseParam('totp_invalid_length', 'code', 'Invalid length', `The code must have ${TOTP_DIGITS} digits.`);
  }
  if (user.totp_secret !== null && (await verifyTotp(user.totp_secret, code, instance.now()))) {
    return { verified: true, code_type: 'totp' };
  }
  throw refuseParam('totp_incorrect_code', 'code', 'Incorrect code', 'The code is neither the current one nor a backup code.');
}

export const usersHandlers: Handlers = {
  ...userCredentials,

  Users_listSortedByCreationDate: lists(users, { filters: userFilters, orders: userOrders, envelope: 'bare' }),
  Users_getTotalCount: counts(users, userFilters),
  Users_getUserDetails: gets(users),

  Users_createNewUser: creates(users, ({ instance, body }) => createUser(instance, body)),

  Users_updateUserAttributes: changes(users, (user, { body, instance }) => update(user, body, instance), {
    former: {
      before: METADATA_LEFT_UPDATES,
      body: Object.fromEntries(METADATA.map((field) => [field, metadata.nullable().optional()])),
    },
  }),

  Users_deleteUserById: answers(({ instance, path }) => {
    const user = must(instance, users, path.user_id);
    instance.delete(users, user);
    return { ...deleted(users, user), ...(user.external_id === null ? {} : { external_id: user.external_id }) };
  }),

  Users_markBanned: changes(users, (user, { instance }) => ban(instance, user)),
  Users_removeBanFromUser: changes(users, (user, { instance }) => unban(instance, user)),
  Users_banMany: each(ban),
  Users_unbanMany: each(unban),
  Users_lockUser: changes(users, (user, { instance }) =>
    instance.update(users, user, { locked_until: instance.now() + LOCK_MS }),
  ),
  Users_removeLock: changes(users, (user, { instance }) => instance.update(users, user, { locked_until: null })),

  Users_mergeUserMetadataAttributes: changes(users, (user, { body, instance }) =>
    instance.update(users, user, mergedMetadata(user, body, METADATA)),
  ),
  Users_replaceUserMetadata: changes(users, (user, { body, instance }) => {
    const given = METADATA.filter((field) => body[field] !== undefined);
    instance.update(users, user, Object.fromEntries(given.map((field) => [field, metadataOf(body, field)])));
  }),

  Users_disableMfa: answers(({ instance, path }) => {
    const user = must(instance, users, path.user_id);
    disableSecondFactors(instance, user);
    return { user_id: user.id };
  }),

  Users_verifyPassword: answers(({ instance, path, body }) =>
    checkUserPassword(must(instance, users, path.user_id), body.password, instance),
  ),
  Users_verifyTotp: answers(({ instance, path, body }) =>
    checkSecondFactor(must(instance, users, path.user_id), body.code, instance),
  ),

  Users_getOAuthAccessToken: lists(externalAccounts, {
    envelope: 'bare',
    within: ({ instance, path }) => {
      const user = must(instance, users, path.user_id);
      const provider = `oauth_${(path.provider).replace(/^oauth_/, '')}`;
      if (!OAUTH_PROVIDERS.includes(provider)) {
        const why = `The provider ${provider} is not enabled for this instance.`;
        throw refuse(404, 'oauth_token_provider_not_enabled', 'OAuth provider not enabled', why);
      }
      return instance.many(externalAccounts, 'user_id', user.id).filter((account) => account.provider === provider);
    },
    show: (account) => ({
      object: 'oauth_access_token',
      external_account_id: account.id,
      provider_user_id: account.provider_user_id,
      token: account.token,
      expires_at: account.token_expires_at,
      provider: account.provider,
      public_metadata: account.public_metadata,
      label: account.label,
      scopes: account.scopes,
    }),
  }),

  Users_getOrganizationMemberships: lists(organizationMemberships, {
    envelope: 'page',
    within: ({ instance, path }) => instance.many(organizationMemberships, 'user_id', must(instance, users, path.user_id).id),
  }),

  Users_getOrganizationInvitations: invitationsToUser,

  Users_setProfileImage: changes(users, (user, { instance, file }) => setImage(instance, user, keepImage(instance, file))),
  Users_deleteProfileImage: changes(users, (user, { instance }) => {
    if (user.image_id === null) throw refuse(404, 'image_not_found', 'Image not found', 'The user has no profile image.');
    setImage(instance, user, null);
  }),

  Users_getBillingCreditBalance: userBilling.balance,
  Users_adjustBillingCreditBalance: userBilling.adjust,
  Users_getBillingSubscription: userBilling.subscription,
};

function setImage(instance: Instance, user: UserRow, imageId: string | null): void {
  const before = user.image_id;
  instance.update(users, user, { image_id: imageId });
  if (before !== null) dropImage(instance, before);
}
