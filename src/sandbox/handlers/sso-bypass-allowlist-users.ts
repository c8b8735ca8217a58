import { must } from '../domain/found.js';
import { domainsOfUser } from '../domain/sso-connections.js';
import { answers, type Handlers } from '../handler.js';
import { enterpriseConnections } from '../resources/enterprise-connection.js';
import { ssoBypassUsers } from '../resources/sso-bypass-user.js';
import { users } from '../resources/user.js';
import { notFound, refuse } from '../sandbox-error.js';

export const ssoBypassAllowlistUsersHandlers: Handlers = {
  // All at once, newest first: the operation takes neither limit nor offset.
  SsoBypassAllowlistUsers_list: answers(({ instance, query }) => {
    const { enterprise_connection_id: id } = query;
    const domains = id === undefined ? undefined : must(instance, enterpriseConnections, id).domains;
    return instance
      .all(ssoBypassUsers)
      .filter(({ user_id }) => domains === undefined || domainsOfUser(instance, user_id).some((name) => domains.includes(name)))
      .map((row) => ssoBypassUsers.show(row, instance))
      .reverse();
  }),

  SsoBypassAllowlistUsers_addUser: answers(
    ({ instance, body }) => {
      const user = must(instance, users, body.user_id);
      const own = domainsOfUser(instance, user.id);
      const served = instance.all(enterpriseConnections).some(({ domains }) => domains.some((name) => own.includes(name)));
      if (!served) {
        const why = `No enterprise connection serves a verified email address of ${user.id}.`;
        throw refuse(422, 'sso_bypass_domain_not_served', 'Domain not served', why);
      }
      const list = instance.of(ssoBypassUsers);
      return ssoBypassUsers.show(list.one('listed', user.id) ?? list.insert({ user_id: user.id }), instance);
    },
    { status: 201 },
  ),

  SsoBypassAllowlistUsers_removeUser: answers(({ instance, path }) => {
    const userId = path.userID;
    const row = instance.one(ssoBypassUsers, 'listed', userId);
    if (row === undefined) throw notFound(ssoBypassUsers.title, userId);
    instance.delete(ssoBypassUsers, row);
    return { object: ssoBypassUsers.name, id: userId, deleted: true };
  }),
};
