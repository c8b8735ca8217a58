import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { emailAddresses, type IdentifierRow, isVerified, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { type UserRow, users } from '../resources/user.js';
import { refuse, refuseParam, type SandboxError, unknownParam } from '../sandbox-error.js';
import { must } from './found.js';
import { sendMessage } from './messages.js';

const ONLY_VERIFIED = 'Only a verified identifier can be the primary one.';

/** Where a user keeps which identifier is the primary one of its kind. */
export type PrimaryField = 'primary_email_address_id' | 'primary_phone_number_id' | 'primary_web3_wallet_id';

/** Makes an identifier the primary one of its kind. @throws SandboxError when it is not verified, or another user's. */
export function setPrimary(instance: Instance, user: UserRow, field: PrimaryField, row: IdentifierRow | undefined): void {
  if (row === undefined || row.user_id !== user.id) throw unknownParam(field, `${field} names no identifier of this user.`);
  if (!isVerified(row)) throw refuseParam('form_param_value_invalid', field, 'is not verified', ONLY_VERIFIED);
  instance.update(users, user, { [field]: row.id });
}

/** Makes an identifier the primary one of its own user. @throws SandboxError when it is not verified. */
export function promote(instance: Instance, field: PrimaryField, row: IdentifierRow): void {
  if (!isVerified(row)) throw refuse(400, 'identification_update_failed', 'Identification update failed', ONLY_VERIFIED);
  instance.update(users, must(instance, users, row.user_id), { [field]: row.id });
}

/** Makes a change, and mails the primary address that a user had before where it has become another and the caller wants that. */
export function tellingFormerAddress<T>(
  instance: Instance,
  user: UserRow,
  wanted: boolean | null | undefined,
  change: () => T,
): T {
  const primary = (): string | undefined => instance.get(emailAddresses, user.primary_email_address_id ?? '')?.email_address;
  const former = primary();
  const result = change();
  const present = primary();
  if (wanted === true && former !== undefined && present !== undefined && present !== former) {
    const values = { new_email_address: present };
    sendMessage(instance, { type: 'email', slug: 'primary_email_address_changed', to: former, user_id: user.id, values });
  }
  return result;
}

/** What a deletion answers that would leave a user with nothing to be found by, or take what something else rests on. */
export const refuseDeletion = (why: string): SandboxError =>
  refuse(400, 'identification_deletion_failed', 'Identification deletion failed', why);

/** Removes an identifier. The oldest verified one of the same kind takes a primary one's place. */
export function removeIdentifier<R extends IdentifierRow, Lookup extends string>(
  instance: Instance,
  resource: Resource<R, string, Lookup | 'user_id'>,
  field: PrimaryField,
  row: R,
): void {
  const user = must(instance, users, row.user_id);
  if (identifierCount(instance, user) === 1) throw refuseDeletion('The last identifier of a user cannot be deleted.');
  instance.delete(resource, row);
  if (user[field] !== row.id) return;
  const heir = instance.many(resource, 'user_id', user.id).find(isVerified);
  instance.update(users, user, { [field]: heir?.id ?? null });
}

/** How many things a user can be found by at sign-in, social accounts aside. */
export const identifierCount = (instance: Instance, user: UserRow): number =>
  instance.many(emailAddresses, 'user_id', user.id).length +
  instance.many(phoneNumbers, 'user_id', user.id).length +
  instance.many(web3Wallets, 'user_id', user.id).length +
  (user.username === null ? 0 : 1);

/** @throws SandboxError when a new identifier is to be the primary one without being verified. */
export function refuseUnverifiedPrimary(verified: boolean): void {
  if (!verified) throw refuseParam('form_param_value_invalid', 'primary', 'is not verified', ONLY_VERIFIED);
}
