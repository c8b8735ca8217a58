import type { Instance } from '../instance.js';
import { authentication } from '../resources/instance-settings.js';
import { isLive, type SessionRow, type SessionStatus, type SessionTask, sessions, statusOf } from '../resources/session.js';
import type { UserRow } from '../resources/user.js';
import { refuse, type SandboxError } from '../sandbox-error.js';

/** When a session that began at `start` runs out, and when it does if left alone. Unix milliseconds. */
export function lifetimeFrom(instance: Instance, start: number): Pick<SessionRow, 'expire_at' | 'abandon_at'> {
  const { session_lifetime_in_seconds: lifetime, session_inactivity_in_seconds: idle } = instance.store.setting(authentication);
  return { expire_at: start + lifetime * 1000, abandon_at: start + idle * 1000 };
}

/** Ends what has not ended of the sessions given. */
function endEach(instance: Instance, rows: readonly SessionRow[], status: SessionStatus): void {
  for (const row of rows) if (isLive(row, instance)) instance.update(sessions, row, { status });
}

/** Ends every active session of a user, as a ban or a new password does. */
export const endSessionsOf = (instance: Instance, userId: string, status: SessionStatus): void =>
  endEach(instance, instance.many(sessions, 'user_id', userId), status);

/** Ends every active session of the instance, as a change of its domain does. */
export const endAllSessions = (instance: Instance, status: SessionStatus): void =>
  endEach(instance, instance.all(sessions), status);

/** Takes a task that is done from every session of a user. */
export function finishTask(instance: Instance, userId: string, task: SessionTask): void {
  for (const row of instance.many(sessions, 'user_id', userId)) {
    if (row.tasks?.includes(task)) instance.update(sessions, row, { tasks: row.tasks.filter((other) => other !== task) });
  }
}

/** What a session that has ended answers. */
export const refuseInactive = (status: number, row: SessionRow, instance: Instance): SandboxError =>
  refuse(status, 'session_not_active', 'Session is not active', `The session ${row.id} is ${statusOf(row, instance)}.`);

/** @throws SandboxError when the user is banned and so cannot be signed in. */
export function refuseBanned(user: UserRow): void {
  if (user.banned) throw refuse(403, 'user_banned', 'User banned', `The user ${user.id} is banned and cannot be signed in.`);
}
