import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { isLive, sessions } from './session.js';
import { time } from './shapes.js';

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
  shape: z.strictObject({
    object: z.literal('client'),
    id: z.string(),
    session_ids: z.array(z.string()),
    sessions: z.array(sessions.shape),
    sign_in_id: z.string().nullable(),
    sign_up_id: z.string().nullable(),
    last_active_session_id: z.string().nullable(),
    last_authentication_strategy: z.string().nullable(),
    created_at: time,
    updated_at: time,
  }),
  show: (row, instance) => {
    const held = instance.of(sessions).many('client_id', row.id);
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
