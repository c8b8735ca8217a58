import type * as z from 'zod';
import type { sessionActivity } from '../../catalog/resources/session.js';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

export type SessionStatus = 'active' | 'revoked' | 'ended' | 'expired' | 'removed' | 'abandoned' | 'replaced' | 'pending';

export type SessionTask = 'reset-password';

export type SessionActivity = z.infer<typeof sessionActivity>;

export interface SessionRow extends Row {
  user_id: string;
  client_id: string;
  /** As last set. What time makes of it is said by {@link statusOf}. */
  status: SessionStatus;
  /** What the user must do before the session is active. Default: nothing. */
  tasks?: readonly SessionTask[];
  /** Who acts in the user's name; null where it is the user. */
  actor: Record<string, unknown> | null;
  last_active_organization_id: string | null;
  last_active_at: number;
  latest_activity: SessionActivity | null;
  expire_at: number;
  abandon_at: number;
}

export const sessions = defineResource<SessionRow>()({
  name: 'session',
  prefix: 'sess',
  owners: { user: 'user_id', client: 'client_id' },
  show: (row, instance) => {
    const { tasks = [], ...sent } = row;
    // Without tasks there is no property: the API's first versions do not know it.
    const shown = tasks.length === 0 ? {} : { tasks: tasks.map((key) => ({ key })) };
    return { object: 'session', ...sent, status: statusOf(row, instance), ...shown };
  },
});

/** A session's status now: an active one runs out at `expire_at`, or at `abandon_at` when it was left alone. */
export function statusOf(row: SessionRow, instance: Instance): SessionStatus {
  if (row.status !== 'active') return row.status;
  if (row.expire_at <= instance.now()) return 'expired';
  if (row.abandon_at <= instance.now()) return 'abandoned';
  return (row.tasks ?? []).length > 0 ? 'pending' : 'active';
}

/** Whether it has not ended: one with tasks left to do is signed in as well. */
export const isLive = (row: SessionRow, instance: Instance): boolean => ['active', 'pending'].includes(statusOf(row, instance));
