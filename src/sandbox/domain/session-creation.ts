import type { Handler } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { clients } from '../resources/client.js';
import { organizations } from '../resources/organization.js';
import { type SessionRow, sessions } from '../resources/session.js';
import { users } from '../resources/user.js';
import { creates, must } from './found.js';
import { mustBeMember, mustHaveOrganizations } from './members.js';
import { lifetimeFrom, refuseBanned } from './sessions.js';

type CreateSession = BodyOf<'Sessions_createSession'>;

/** A session of a client of its own, as if the user had just signed in on a new device. */
function create(instance: Instance, body: CreateSession): SessionRow {
  const user = must(instance, users, body.user_id);
  refuseBanned(user);
  const organizationId = body.active_organization_id;
  if (organizationId !== undefined) {
    mustHaveOrganizations(instance);
    mustBeMember(instance, must(instance, organizations, organizationId).id, user.id);
  }
  const now = instance.now();
  const client = instance.insert(clients, {
    sign_in_id: null,
    sign_up_id: null,
    last_active_session_id: null,
    last_authentication_strategy: null,
  });
  const session = instance.insert(sessions, {
    user_id: user.id,
    client_id: client.id,
    status: 'active',
    ...(user.password_compromised ? { tasks: ['reset-password'] as const } : {}),
    actor: null,
    last_active_organization_id: organizationId ?? null,
    last_active_at: now,
    latest_activity: null,
    ...lifetimeFrom(instance, now),
  });
  instance.update(clients, client, { last_active_session_id: session.id });
  return session;
}

export const creation: Handler<InputsOf<'Sessions_createSession'>> = creates(sessions, ({ instance, body }) =>
  create(instance, body),
);
