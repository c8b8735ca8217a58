import { must, mustOfUser } from '../domain/found.js';
import { answers, type Handlers } from '../handler.js';
import { trustedDevices } from '../resources/trusted-device.js';
import { users } from '../resources/user.js';
import { notFound } from '../sandbox-error.js';

export const userTrustedDevices: Handlers = {
  // All at once, newest first: the operation takes neither limit nor offset.
  Users_listTrustedDevices: answers(({ instance, path }) => {
    const user = must(instance, users, path.user_id ?? '');
    const active = instance
      .of(trustedDevices)
      .many('user_id', user.id)
      .filter((device) => device.revoked_at === null)
      .sort((a, b) => b.created_at - a.created_at);
    return { data: active.map((device) => trustedDevices.show(device, instance)), total_count: active.length };
  }),

  Users_revokeTrustedDevice: answers((call) => {
    const { instance } = call;
    const device = mustOfUser(call, trustedDevices, 'trusted_device_id');
    if (device.revoked_at !== null) throw notFound('active trusted device', device.id);
    instance.of(trustedDevices).update(device, { revoked_at: instance.now() });
    return trustedDevices.show(device, instance);
  }),
};
