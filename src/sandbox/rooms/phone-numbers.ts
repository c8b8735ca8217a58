import { refuse } from '../errors.js';
import type { Instance } from '../instance.js';
import { isVerified, type PhoneNumberRow, phoneNumbers } from '../resources/identifiers.js';
import { type UserRow, users } from '../resources/user.js';
import { VERIFIED_BY_ADMIN } from '../resources/verification.js';
import { answers, type Room } from '../rule.js';
import { changes, deletes, gets, must } from '../rules/found.js';
import { parseIdentifier, refuseRestricted, refuseTaken } from '../rules/identifiers.js';
import { promote, refuseUnverifiedPrimary, removeIdentifier } from '../rules/primary.js';

interface UpdatePhoneNumber {
  readonly verified?: boolean | null;
  readonly primary?: boolean | null;
  readonly reserved_for_second_factor?: boolean | null;
}

interface CreatePhoneNumber extends UpdatePhoneNumber {
  readonly user_id: string;
  readonly phone_number: string;
}

const PRIMARY = 'primary_phone_number_id';

/** Whether the number is to be a second factor. The first such number of a user is the default one. */
function secondFactor(
  instance: Instance,
  user: UserRow,
  wanted: boolean,
  self?: PhoneNumberRow,
): Partial<Omit<PhoneNumberRow, 'id'>> {
  const others = instance
    .of(phoneNumbers)
    .many('user_id', user.id)
    .filter((row) => row !== self && row.reserved_for_second_factor);
  const isDefault = wanted && (self?.default_second_factor === true || others.every((row) => !row.default_second_factor));
  return { reserved_for_second_factor: wanted, default_second_factor: isDefault };
}

function create(instance: Instance, body: CreatePhoneNumber): PhoneNumberRow {
  const user = must(instance, users, body.user_id);
  const number = parseIdentifier('phone_number', body.phone_number);
  refuseTaken(instance, 'phone_number', number);
  refuseRestricted(instance, [number]);
  const verified = body.verified === true;
  if (body.primary === true) refuseUnverifiedPrimary(verified);
  const wanted = body.reserved_for_second_factor === true;
  if (wanted && !verified) throw unverifiedFactor('identification_create_second_factor_unverified');
  const row = instance.of(phoneNumbers).insert({
    user_id: user.id,
    phone_number: number,
    reserved: false,
    verification: verified ? VERIFIED_BY_ADMIN : null,
    reserved_for_second_factor: false,
    default_second_factor: false,
    ...secondFactor(instance, user, wanted),
  });
  const first = user[PRIMARY] === null;
  const patch: Partial<Omit<UserRow, 'id'>> = first || body.primary === true ? { [PRIMARY]: row.id } : {};
  if (wanted && user.mfa_enabled_at === null) patch.mfa_enabled_at = instance.now();
  if (Object.keys(patch).length > 0) instance.of(users).update(user, patch);
  return row;
}

const unverifiedFactor = (code: string) =>
  refuse(400, code, 'Phone number is not verified', 'Only a verified phone number can be a second factor.');

function update(row: PhoneNumberRow, body: UpdatePhoneNumber, instance: Instance): void {
  const user = must(instance, users, row.user_id);
  const verified = body.verified ?? isVerified(row);
  const factor = body.reserved_for_second_factor;
  if ((factor ?? row.reserved_for_second_factor) && !verified) {
    throw unverifiedFactor('identification_update_second_factor_unverified');
  }
  instance.of(phoneNumbers).update(row, {
    ...(typeof body.verified === 'boolean' ? { verification: verified ? VERIFIED_BY_ADMIN : null, reserved: false } : {}),
    ...(typeof factor === 'boolean' ? secondFactor(instance, user, factor, row) : {}),
  });
  if (factor === true && user.mfa_enabled_at === null) instance.of(users).update(user, { mfa_enabled_at: instance.now() });
  if (body.primary === true) promote(instance, PRIMARY, row);
}

export const phoneNumbersRoom: Room = {
  PhoneNumbers_getDetails: gets(phoneNumbers),

  PhoneNumbers_createNewPhoneNumber: answers<CreatePhoneNumber>(
    phoneNumbers.shape,
    ({ instance, body }) => phoneNumbers.show(create(instance, body), instance),
    { openBody: true },
  ),

  PhoneNumbers_updateDetails: changes<PhoneNumberRow, UpdatePhoneNumber>(
    phoneNumbers,
    (row, { instance, body }) => update(row, body, instance),
    { openBody: true },
  ),

  PhoneNumbers_deletePhoneNumberById: deletes(phoneNumbers, {
    remove: (row, { instance }) => removeIdentifier(instance, phoneNumbers, PRIMARY, row),
  }),
};
