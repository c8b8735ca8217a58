import { refuseBanned } from '../domain/sessions.js';
import { newTicket, revokes } from '../domain/tickets.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { actorTokens } from '../resources/tickets.js';
import { users } from '../resources/user.js';
import { refuseParam } from '../sandbox-error.js';

interface CreateToken {
  readonly user_id: string;
  readonly actor: { readonly sub: string };
  readonly expires_in_seconds?: number;
  readonly session_max_duration_in_seconds?: number;
}

const DEFAULT_SECONDS = 60 * 60;
const DEFAULT_SESSION_SECONDS = 30 * 60;

/** @throws SandboxError when there is no such user, or no one may sign in as them. */
function check(instance: Instance, body: CreateToken): void {
  for (const param of ['expires_in_seconds', 'session_max_duration_in_seconds'] as const) {
    if ((body[param] ?? 1) >= 1) continue;
    throw refuseParam('form_param_value_invalid', param, 'is invalid', `${param} must be 1 or more.`);
  }
  if (body.actor.sub.trim() === '') {
    throw refuseParam('form_param_value_invalid', 'actor.sub', 'is invalid', 'actor.sub must say who acts.');
  }
  const user = instance.of(users).get(body.user_id);
  if (user === undefined) {
    const why = `No user was found with id ${body.user_id}.`;
    throw refuseParam('form_resource_not_found', 'user_id', 'not found', why);
  }
  refuseBanned(user);
}

export const actorTokensHandlers: Handlers = {
  ActorTokens_createToken: answers<CreateToken>(async ({ instance, body }) => {
    const ticket = await newTicket(instance, actorTokens, {
      user_id: body.user_id,
      lifetime: body.expires_in_seconds ?? DEFAULT_SECONDS,
      claims: { act: body.actor, smd: body.session_max_duration_in_seconds ?? DEFAULT_SESSION_SECONDS },
    });
    check(instance, body);
    return actorTokens.show(instance.of(actorTokens).insert({ ...ticket, actor: body.actor }), instance);
  }),

  ActorTokens_revokeToken: revokes(actorTokens, 'actor_token_cannot_be_revoked_code'),
};
