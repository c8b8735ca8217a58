import { sendPhoneCode } from '../domain/codes.js';
import { changes, creates, deletes, gets, must } from '../domain/found.js';
import { attempt, preparation } from '../domain/identifier-codes.js';
import { phoneReplacement } from '../domain/identifier-replacement.js';
import { parseIdentifier, refuseClaimed, refuseRestricted, refuseTaken } from '../domain/identifiers.js';
import { promote, refuseUnverifiedPrimary, removeIdentifier } from '../domain/primary.js';
import { changeFactors } from '../domain/second-factors.js';
import type { Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { isVerified, type PhoneNumberRow, phoneNumbers } from '../resources/identifiers.js';
import { type UserRow, users } from '../resources/user.js';
import { VERIFIED_BY_ADMIN } from '../resources/verification.js';
import { refuse, refuseParam } from '../sandbox-error.js';

type UpdatePhoneNumber = BodyOf<'PhoneNumbers_updateDetails'>;

type CreatePhoneNumber = BodyOf<'PhoneNumbers_createNewPhoneNumber'>;

const PRIMARY = 'primary_phone_number_id';

/** Whether the number is to be a second factor. The first such number of a user is the default one. */
function secondFactor(
  instance: Instance,
  user: UserRow,
  wanted: boolean,
  self?: PhoneNumberRow,
): Pick<PhoneNumberRow, 'reserved_for_second_factor' | 'default_second_factor'> {
  const others = instance.many(phoneNumbers, 'user_id', user.id).filter((row) => row !== self && row.reserved_for_second_factor);
  const isDefault = wanted && (self?.default_second_factor === true || others.every((row) => !row.default_second_factor));
  return { reserved_for_second_factor: wanted, default_second_factor: isDefault };
}

function create(instance: Instance, body: CreatePhoneNumber): PhoneNumberRow {
  const user = must(instance, users, body.user_id);
  const number = parseIdentifier('phone_number', body.phone_number);
  refuseTaken(instance, 'phone_number', number, user.id);
  refuseRestricted(instance, [number]);
  const verified = body.verified === true;
  if (body.primary === true) refuseUnverifiedPrimary(verified);
  const wanted = body.reserved_for_second_factor === true;
  if (wanted && !verified) throw unverifiedFactor('identification_create_second_factor_unverified');
  const draft = {
    user_id: user.id,
    phone_number: number,
    reserved: false,
    verification: verified ? VERIFIED_BY_ADMIN : null,
    ...secondFactor(instance, user, wanted),
  };
  const row = changeFactors(instance, user, () => instance.insert(phoneNumbers, draft));
  if (user[PRIMARY] === null || body.primary === true) instance.update(users, user, { [PRIMARY]: row.id });
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
  const others = instance.many(phoneNumbers, 'user_id', user.id);
  if (
    factor === false &&
    row.default_second_factor &&
    others.some((other) => other !== row && other.reserved_for_second_factor)
  ) {
    const param = 'reserved_for_second_factor';
    const why = 'The default second factor cannot be given up while the user has others.';
    throw refuseParam('form_disable_default_second_factor_not_allowed', param, 'not allowed', why);
  }
  if (body.verified === true) refuseClaimed(instance, 'phone_number', row.phone_number, row);
  const patch = {
    ...(typeof body.verified === 'boolean' ? { verification: verified ? VERIFIED_BY_ADMIN : null, reserved: false } : {}),
    ...(typeof factor === 'boolean' ? secondFactor(instance, user, factor, row) : {}),
  };
  changeFactors(instance, user, () => instance.update(phoneNumbers, row, patch));
  if (body.primary === true) promote(instance, PRIMARY, row);
}

export const phoneNumbersHandlers: Handlers = {
  PhoneNumbers_getDetails: gets(phoneNumbers),

  PhoneNumbers_createNewPhoneNumber: creates(phoneNumbers, ({ instance, body }) => create(instance, body)),

  PhoneNumbers_updateDetails: changes(phoneNumbers, (row, { instance, body }) => update(row, body, instance)),

  PhoneNumbers_deletePhoneNumberById: deletes(phoneNumbers, {
    remove: (row, instance) =>
      changeFactors(instance, must(instance, users, row.user_id), () => removeIdentifier(instance, phoneNumbers, PRIMARY, row)),
  }),

  PhoneNumbers_prepareVerification: preparation(phoneNumbers, sendPhoneCode),
  PhoneNumbers_attemptVerification: attempt(phoneNumbers, 'phone_number'),
  PhoneNumbers_replaceForUser: phoneReplacement,
};
