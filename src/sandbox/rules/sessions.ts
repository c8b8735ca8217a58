import type { Instance } from '../instance.js';
import { type SessionRow, type SessionStatus, sessions, statusOf } from '../resources/session.js';

/** Ends what is still active of the sessions given. */
function endEach(instance: Instance, rows: readonly SessionRow[], status: SessionStatus): void {
  for (const row of rows) if (statusOf(row, instance) === 'active') instance.of(sessions).update(row, { status });
}

/** Ends every active session of a user, as a ban or a new password does. */
export const endSessionsOf = (instance: Instance, userId: string, status: SessionStatus): void =>
  endEach(instance, instance.of(sessions).many('user_id', userId), status);

/** Ends every active session of the instance, as a change of its domain does. */
export const endAllSessions = (instance: Instance, status: SessionStatus): void =>
  endEach(instance, instance.of(sessions).oldestFirst(), status);
