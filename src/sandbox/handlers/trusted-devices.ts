import { must, mustOfUser } from '../domain/found.js';
import { answers, type Handler, type Handlers } from '../handler.js';
import type { Inputs, InputsOf } from '../inputs.js';
import { trustedDevices } from '../resources/trusted-device.js';
import { users } from '../resources/user.js';
import { notFound } from '../sandbox-error.js';

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

/** The same things under their first name and under the one they have now. */
export const userTrustedDevices: Handlers = {
  Users_listTrustedDevices: listed,
  Users_revokeTrustedDevice: revoked('trusted_device_id', 'trusted device'),
  Users_listBiometricCredentials: listed,
  Users_revokeBiometricCredential: revoked('biometric_credential_id', 'biometric credential'),
};
