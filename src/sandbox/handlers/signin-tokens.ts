import type { JWTPayload } from 'jose';
import { must } from '../domain/found.js';
import { mustBeMember, mustHaveOrganizations } from '../domain/members.js';
import { refuseBanned } from '../domain/sessions.js';
import { newTicket, revokes } from '../domain/tickets.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { organizations } from '../resources/organization.js';
import { signInTokens } from '../resources/tickets.js';
import { users } from '../resources/user.js';

type CreateToken = BodyOf<'SigninTokens_createToken'>;

const DEFAULT_SECONDS = 30 * 24 * 60 * 60;

/** @throws SandboxError when the user cannot sign in, or not into the organization. */
function check(instance: Instance, body: CreateToken): void {
  const user = must(instance, users, body.user_id);
  refuseBanned(user);
  if (typeof body.org_id !== 'string') return;
  mustHaveOrganizations(instance);
  mustBeMember(instance, must(instance, organizations, body.org_id).id, user.id);
}

export const signinTokensHandlers: Handlers = {
  SigninTokens_createToken: answers(async ({ instance, body }) => {
    const claims: JWTPayload = typeof body.org_id === 'string' ? { oid: body.org_id } : {};
    const lifetime = body.expires_in_seconds ?? DEFAULT_SECONDS;
    const ticket = await newTicket(instance, signInTokens, { user_id: body.user_id, lifetime, claims });
    check(instance, body);
    return signInTokens.show(instance.insert(signInTokens, ticket), instance);
  }),

  SigninTokens_revokeToken: revokes(signInTokens, 'sign_in_token_cannot_be_revoked_code'),
};
