import { answers, type Handler } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { emailAddresses, type IdentifierRow, linksOf, phoneNumbers } from '../resources/identifiers.js';
import { type UserRow, users } from '../resources/user.js';
import { VERIFIED_BY_ADMIN } from '../resources/verification.js';
import { identifierExists } from '../sandbox-error.js';
import { enrollOwner } from './enrollment.js';
import { must } from './found.js';
import { parseIdentifier, refuseRestricted } from './identifiers.js';
import { refuseDeletion, tellingFormerAddress } from './primary.js';
import { changeFactors } from './second-factors.js';

type Replacement = Pick<BodyOf<'EmailAddresses_replaceForUser'>, 'identification_status'>;

/** Deletes all identifiers of one kind. */
function deleteAll<R extends IdentifierRow, Lookup extends string>(
  instance: Instance,
  resource: Resource<R, string, Lookup | 'user_id'>,
  user: UserRow,
): void {
  for (const row of [...instance.many(resource, 'user_id', user.id)]) instance.delete(resource, row);
}

const columnsOf = (user: UserRow, { identification_status: status = 'verified' }: Replacement) => ({
  user_id: user.id,
  reserved: status === 'reserved',
  verification: status === 'verified' ? VERIFIED_BY_ADMIN : null,
});

/** Leaves the user with one e-mail address, which is the primary one whether it is verified or not. */
export const emailReplacement: Handler<InputsOf<'EmailAddresses_replaceForUser'>> = answers(({ instance, path, body }) => {
  const user = must(instance, users, path.user_id);
  const address = parseIdentifier('email_address', body.email_address);
  const holder = instance.one(emailAddresses, 'email_address', address);
  if (holder !== undefined && holder.user_id !== user.id) throw identifierExists('email_address', 'email address');
  refuseRestricted(instance, [address]);
  if (instance.many(emailAddresses, 'user_id', user.id).some((held) => linksOf(held, instance).length > 0)) {
    throw refuseDeletion('An e-mail address of the user is linked to an external account. Delete that account first.');
  }
  const row = tellingFormerAddress(instance, user, body.notify_primary_email_address_changed, () => {
    deleteAll(instance, emailAddresses, user);
    const only = instance.insert(emailAddresses, { ...columnsOf(user, body), email_address: address });
    instance.update(users, user, { primary_email_address_id: only.id });
    return only;
  });
  enrollOwner(instance, row);
  return emailAddresses.show(row, instance);
});

/** Leaves the user with one phone number, which is the primary one and no second factor. */
export const phoneReplacement: Handler<InputsOf<'PhoneNumbers_replaceForUser'>> = answers(({ instance, path, body }) => {
  const user = must(instance, users, path.user_id);
  const number = parseIdentifier('phone_number', body.phone_number);
  const holder = instance.one(phoneNumbers, 'phone_number', number);
  if (holder !== undefined && holder.user_id !== user.id) throw identifierExists('phone_number', 'phone number');
  refuseRestricted(instance, [number]);
  changeFactors(instance, user, () => deleteAll(instance, phoneNumbers, user));
  const row = instance.insert(phoneNumbers, {
    ...columnsOf(user, body),
    phone_number: number,
    reserved_for_second_factor: false,
    default_second_factor: false,
  });
  instance.update(users, user, { primary_phone_number_id: row.id });
  return phoneNumbers.show(row, instance);
});
