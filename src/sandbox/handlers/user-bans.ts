import { changes, must } from '../domain/found.js';
import { endSessionsOf } from '../domain/sessions.js';
import { answers, type Handler, type Handlers } from '../handler.js';
import type { InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { type UserRow, users } from '../resources/user.js';

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

export const userBans: Handlers = {
  Users_markBanned: changes(users, (user, { instance }) => ban(instance, user)),
  Users_removeBanFromUser: changes(users, (user, { instance }) => unban(instance, user)),
  Users_banMany: each(ban),
  Users_unbanMany: each(unban),
};
