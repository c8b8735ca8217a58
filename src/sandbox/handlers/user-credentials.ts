import { changes, deleted, must, mustOfUser } from '../domain/found.js';
import { identifierCount, refuseDeletion, removeIdentifier } from '../domain/primary.js';
import { changeFactors } from '../domain/second-factors.js';
import { endSessionsOf, finishTask } from '../domain/sessions.js';
import { answers, type Handler, type Handlers } from '../handler.js';
import type { Inputs, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { type ExternalAccountRow, externalAccounts } from '../resources/external-account.js';
import { web3Wallets } from '../resources/identifiers.js';
import { passkeys } from '../resources/passkey.js';
import { trustedDevices } from '../resources/trusted-device.js';
import { type UserRow, users } from '../resources/user.js';
import { notFound, refuse } from '../sandbox-error.js';
import type { Row } from '../table.js';

/** All at once, newest first: the operation takes neither limit nor offset. */
const listed: Handler<InputsOf<'Users_listTrustedDevices'>> = answers(({ instance, path }) => {
  const user = must(instance, users, path.user_id);
  const active = instance
    .many(trustedDevices, 'user_id', user.id)
    .filter((device) => device.revoked_at === null)
    .sort((a, b) => b.created_at - a.created_at);
  return { data: active.map((device) => trustedDevices.show(device, instance)), total_count: active.length };
});

/** @param title What an error calls it. */
const revoked = <Param extends string>(param: Param, title: string): Handler<Inputs<Record<'user_id' | Param, string>>> =>
  answers((call) => {
    const { instance } = call;
    const device = mustOfUser(call, trustedDevices, call.path[param]);
    if (device.revoked_at !== null) throw notFound(`active ${title}`, device.id);
    instance.update(trustedDevices, device, { revoked_at: instance.now() });
    return trustedDevices.show(device, instance);
  });

/** A handler that takes something from a user and answers with the id alone. To take what is not there is no error. */
const takes = (take: (user: UserRow, instance: Instance) => unknown): Handler<Inputs<Record<'user_id', string>>> =>
  answers(({ instance, path }) => {
    const user = must(instance, users, path.user_id);
    take(user, instance);
    return { user_id: user.id };
  });

/** A handler that deletes one of the things that belong to the user in the path. */
const deletesOfUser = <R extends Row & { readonly user_id: string }, Param extends string>(
  resource: Resource<R>,
  param: Param,
  remove: (row: R, instance: Instance) => void,
): Handler<Inputs<Record<'user_id' | Param, string>>> =>
  answers((call) => {
    const row = mustOfUser(call, resource, call.path[param]);
    remove(row, call.instance);
    return deleted(resource, row);
  });

/** A user with neither e-mail address, phone number, wallet nor username is found by the social account alone. */
function removeAccount(account: ExternalAccountRow, instance: Instance): void {
  const held = instance.of(externalAccounts);
  const user = must(instance, users, account.user_id);
  if (identifierCount(instance, user) === 0 && held.many('user_id', user.id).length === 1) {
    throw refuseDeletion('The external account is the last thing that the user can sign in with.');
  }
  held.delete(account);
}

/** Sessions that waited for a new password wait no longer. */
function clearCompromised(user: UserRow, instance: Instance): void {
  instance.update(users, user, { password_compromised: false });
  finishTask(instance, user.id, 'reset-password');
}

export const userCredentials: Handlers = {
  // The same things under their first name and under the one they have now.
  Users_listTrustedDevices: listed,
  Users_revokeTrustedDevice: revoked('trusted_device_id', 'trusted device'),
  Users_listBiometricCredentials: listed,
  Users_revokeBiometricCredential: revoked('biometric_credential_id', 'biometric credential'),

  Users_deleteBackupCodes: takes((user, instance) => instance.update(users, user, { backup_codes: [] })),
  Users_deleteTotp: takes((user, instance) =>
    changeFactors(instance, user, () => instance.update(users, user, { totp_secret: null })),
  ),

  Users_deletePasskey: deletesOfUser(passkeys, 'passkey_identification_id', (row, instance) => instance.delete(passkeys, row)),
  Users_deleteWeb3Wallet: deletesOfUser(web3Wallets, 'web3_wallet_identification_id', (row, instance) =>
    removeIdentifier(instance, web3Wallets, 'primary_web3_wallet_id', row),
  ),
  Users_deleteExternalAccount: deletesOfUser(externalAccounts, 'external_account_id', removeAccount),

  // Even the last way to sign in can be removed here. A user without a password is left unchanged.
  Users_removePassword: changes(users, (user, { instance, body }) => {
    if (user.password !== null) {
      instance.update(users, user, { password: null, password_last_updated_at: null });
      clearCompromised(user, instance);
    }
    if (body.sign_out_of_other_sessions === true) endSessionsOf(instance, user.id, 'revoked');
  }),

  Users_setPasswordCompromised: changes(users, (user, { instance, body }) => {
    if (user.password === null) throw refuse(400, 'no_password_set', 'No password set', 'The user has no password.');
    instance.update(users, user, { password_compromised: true });
    if (body.revoke_all_sessions === true) endSessionsOf(instance, user.id, 'revoked');
  }),
  Users_unsetPasswordCompromised: changes(users, (user, { instance }) => clearCompromised(user, instance)),
};
