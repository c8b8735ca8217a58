import { didYouMean } from '../../catalog/nearest.js';

/** Every event that Clerk has. Those about billing are sent by nobody here. */
export const EVENT_TYPES = [
  'email.created',
  'organization.created',
  'organization.deleted',
  'organization.updated',
  'organizationDomain.created',
  'organizationDomain.deleted',
  'organizationDomain.updated',
  'organizationInvitation.accepted',
  'organizationInvitation.created',
  'organizationInvitation.revoked',
  'organizationMembership.created',
  'organizationMembership.deleted',
  'organizationMembership.updated',
  'paymentAttempt.created',
  'paymentAttempt.updated',
  'permission.created',
  'permission.deleted',
  'permission.updated',
  'role.created',
  'role.deleted',
  'role.updated',
  'session.created',
  'session.ended',
  'session.pending',
  'session.removed',
  'session.revoked',
  'sms.created',
  'subscription.active',
  'subscription.created',
  'subscription.pastDue',
  'subscription.updated',
  'subscriptionItem.abandoned',
  'subscriptionItem.active',
  'subscriptionItem.canceled',
  'subscriptionItem.ended',
  'subscriptionItem.freeTrialEnding',
  'subscriptionItem.incomplete',
  'subscriptionItem.pastDue',
  'subscriptionItem.upcoming',
  'subscriptionItem.updated',
  'user.created',
  'user.deleted',
  'user.updated',
  'waitlistEntry.created',
  'waitlistEntry.updated',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** Whether an event is among those that a pattern means: `user.created`, or `user.*` and `organization*` for all that begin so. */
const isMeant = (pattern: string, type: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

/** @param patterns Empty for every event. */
export const isWanted = (patterns: readonly string[], type: EventType): boolean =>
  patterns.length === 0 || patterns.some((pattern) => isMeant(pattern, type));

/** What is wrong with a pattern; undefined where it means an event. */
export function flawOfPattern(pattern: string): string | undefined {
  if (EVENT_TYPES.some((type) => isMeant(pattern, type))) return undefined;
  return `no event is called ${pattern}.${didYouMean(pattern, EVENT_TYPES)}`;
}
