import { changes, gets, must } from '../domain/found.js';
import { creation } from '../domain/session-creation.js';
import { refresh } from '../domain/session-refresh.js';
import { tokenFromTemplate, tokenOfSession } from '../domain/session-token-minting.js';
import { refuseInactive } from '../domain/sessions.js';
import { byKey, equal } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { reverifications } from '../resources/reverification.js';
import { isLive, type SessionRow, sessions, statusOf } from '../resources/session.js';
import { notFound, refuse } from '../sandbox-error.js';

const found = (index: 'user_id' | 'client_id') => {
  const filter = byKey<SessionRow>((key, instance) => instance.many(sessions, index, key));
  return (id: string, instance: Instance) => filter([id], instance);
};

export const sessionsHandlers: Handlers = {
  Sessions_listSortedByCreationDate: lists(sessions, {
    envelope: 'bare',
    filters: {
      user_id: found('user_id'),
      client_id: found('client_id'),
      status: equal<SessionRow, string>(statusOf),
    },
  }),

  Sessions_getDetails: gets(sessions),

  Sessions_getReverification: answers(({ instance, path }) => {
    const session = must(instance, sessions, path.session_id);
    const row = must(instance, reverifications, path.reverification_id);
    if (row.session_id !== session.id) throw notFound(reverifications.title, row.id);
    return reverifications.show(row, instance);
  }),

  Sessions_revokeSession: changes(sessions, (session, { instance }) => {
    if (!isLive(session, instance)) throw refuseInactive(400, session, instance);
    instance.update(sessions, session, { status: 'revoked' });
  }),

  Sessions_createSession: creation,
  Sessions_createSessionToken: tokenOfSession,
  Sessions_createSessionTokenFromTemplate: tokenFromTemplate,
  Sessions_refreshSession: refresh,

  Sessions_verifySession: changes(sessions, async (session, { instance, body }) => {
    if (!isLive(session, instance)) throw refuseInactive(401, session, instance);
    if (body.token === undefined) return;
    const claims = await instance.keys.verify(body.token, instance.now()).catch(() => undefined);
    if (claims?.sid !== session.id) {
      throw refuse(400, 'invalid_session_token', 'Invalid session token', 'The token is not a valid one of this session.');
    }
  }),
};
