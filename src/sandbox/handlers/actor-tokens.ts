import { refuseBanned } from '../domain/sessions.js';
import { newTicket, revokes } from '../domain/tickets.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { actorTokens } from '../resources/tickets.js';
import { users } from '../resources/user.js';
import { invalidParam, unknownParam } from '../sandbox-error.js';

type CreateToken = BodyOf<'ActorTokens_createToken'>;

const DEFAULT_SECONDS = 60 * 60;
const DEFAULT_SESSION_SECONDS = 30 * 60;

/** @throws SandboxError when there is no such user, or no one may sign in as them. */
function check(instance: Instance, body: CreateToken): void {
  for (const param of ['expires_in_seconds', 'session_max_duration_in_seconds'] as const) {
    if ((body[param] ?? 1) >= 1) continue;
    throw invalidParam(param, `${param} must be 1 or more.`);
  }
  if (body.actor.sub.trim() === '') throw invalidParam('actor.sub', 'actor.sub must say who acts.');
  const user = instance.get(users, body.user_id);
  if (user === undefined) throw unknownParam('user_id', `No user was found with id ${body.user_id}.`);
  refuseBanned(user);
}

export const actorTokensHandlers: Handlers = {
  ActorTokens_createToken: answers(async ({ instance, body }) => {
    const ticket = await newTicket(instance, actorTokens, {
      user_id: body.user_id,
      lifetime: body.expires_in_seconds ?? DEFAULT_SECONDS,
      claims: { act: body.actor, smd: body.session_max_duration_in_seconds ?? DEFAULT_SESSION_SECONDS },
    });
    check(instance, body);
    return actorTokens.show(instance.insert(actorTokens, { ...ticket, actor: body.actor }), instance);
  }),

  ActorTokens_revokeToken: revokes(actorTokens, 'actor_token_cannot_be_revoked_code'),
};
