import { sendEmailCode } from '../domain/codes.js';
import { enrollOwner } from '../domain/enrollment.js';
import { changes, creates, deletes, gets, must } from '../domain/found.js';
import { attempt, preparation } from '../domain/identifier-codes.js';
import { emailReplacement } from '../domain/identifier-replacement.js';
import { parseIdentifier, refuseClaimed, refuseRestricted, refuseTaken } from '../domain/identifiers.js';
import { promote, refuseUnverifiedPrimary, removeIdentifier, tellingFormerAddress } from '../domain/primary.js';
import type { Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { type EmailAddressRow, emailAddresses } from '../resources/identifiers.js';
import { users } from '../resources/user.js';
import { VERIFIED_BY_ADMIN } from '../resources/verification.js';

type CreateEmailAddress = BodyOf<'EmailAddresses_createNewAddress'>;

const PRIMARY = 'primary_email_address_id';

function create(instance: Instance, body: CreateEmailAddress): EmailAddressRow {
  const user = must(instance, users, body.user_id);
  const address = parseIdentifier('email_address', body.email_address);
  refuseTaken(instance, 'email_address', address, user.id);
  refuseRestricted(instance, [address]);
  const verified = body.verified === true;
  if (body.primary === true) refuseUnverifiedPrimary(verified);
  const row = instance.insert(emailAddresses, {
    user_id: user.id,
    email_address: address,
    reserved: false,
    verification: verified ? VERIFIED_BY_ADMIN : null,
  });
  if (user[PRIMARY] === null || body.primary === true) {
    const makePrimary = () => instance.update(users, user, { [PRIMARY]: row.id });
    tellingFormerAddress(instance, user, body.notify_primary_email_address_changed, makePrimary);
  }
  enrollOwner(instance, row);
  return row;
}

export const emailAddressesHandlers: Handlers = {
  EmailAddresses_getDetails: gets(emailAddresses),

  EmailAddresses_createNewAddress: creates(emailAddresses, ({ instance, body }) => create(instance, body)),

  EmailAddresses_updateAddress: changes(emailAddresses, (row, { instance, body }) => {
    if (body.verified === true) refuseClaimed(instance, 'email_address', row.email_address, row);
    if (typeof body.verified === 'boolean') {
      instance.update(emailAddresses, row, { verification: body.verified ? VERIFIED_BY_ADMIN : null, reserved: false });
      enrollOwner(instance, row);
    }
    if (body.primary !== true) return;
    const user = must(instance, users, row.user_id);
    tellingFormerAddress(instance, user, body.notify_primary_email_address_changed, () => promote(instance, PRIMARY, row));
  }),

  EmailAddresses_deleteById: deletes(emailAddresses, {
    remove: (row, instance) => removeIdentifier(instance, emailAddresses, PRIMARY, row),
  }),

  EmailAddresses_prepareVerification: preparation(emailAddresses, sendEmailCode),
  EmailAddresses_attemptVerification: attempt(emailAddresses, 'email_address', enrollOwner),
  EmailAddresses_replaceForUser: emailReplacement,
};
