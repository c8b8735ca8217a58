import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { isLive, sessions } from './session.js';

/** A browser or device on which users sign in. */
export interface ClientRow extends Row {
  sign_in_id: string | null;
  sign_up_id: string | null;
  last_active_session_id: string | null;
  last_authentication_strategy: string | null;
}

export const clients = defineResource<ClientRow>()({
  name: 'client',
  prefix: 'client',
  show: (row, instance) => {
    const held = instance.many(sessions, 'client_id', row.id);
    const live = held.filter((session) => isLive(session, instance));
    return {
      object: 'client',
      ...row,
      session_ids: held.map((session) => session.id),
      sessions: held.map((session) => sessions.show(session, instance)),
      last_active_session_id: live.find((session) => session.id === row.last_active_session_id)?.id ?? null,
    };
  },
});
