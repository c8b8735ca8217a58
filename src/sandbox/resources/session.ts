import * as z from 'zod';
import type { Instance } from '../instance.js';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';

const statuses = ['active', 'revoked', 'ended', 'expired', 'removed', 'abandoned', 'replaced', 'pending'] as const;
export type SessionStatus = (typeof statuses)[number];

export type SessionTask = 'reset-password';

const activity = z.strictObject({
  object: z.literal('session_activity'),
  id: z.string(),
  device_type: z.string().optional(),
  is_mobile: z.boolean(),
  browser_name: z.string().optional(),
  browser_version: z.string().optional(),
  ip_address: z.string().optional(),
  city: z.string().optional(),
  country: z.string().optional(),
});
export type SessionActivity = z.infer<typeof activity>;

export interface SessionRow extends Row {
  user_id: string;
  client_id: string;
  /** As last set. What time makes of it is said by {@link statusOf}. */
  status: SessionStatus;
  /** What the user must do before the session is active. Default: nothing. */
  tasks?: readonly SessionTask[];
  /** Who acts in the user's name; null for nobody but the user. */
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
  shape: z.strictObject({
    object: z.literal('session'),
    id: z.string(),
    user_id: z.string(),
    client_id: z.string(),
    actor: z.record(z.string(), z.unknown()).nullable(),
    status: z.enum(statuses),
    last_active_organization_id: z.string().nullable(),
    last_active_at: time,
    latest_activity: activity.nullable(),
    expire_at: time,
    abandon_at: time,
    tasks: z.array(z.strictObject({ key: z.string() })).optional(),
    created_at: time,
    updated_at: time,
  }),
  lookup: { user_id: (row) => row.user_id, client_id: (row) => row.client_id },
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
