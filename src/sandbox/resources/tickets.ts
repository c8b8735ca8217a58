import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** A ticket that signs a user in, once. The token itself says when it expires. */
export interface TicketRow extends Row {
  user_id: string;
  status: 'pending' | 'accepted' | 'revoked';
  token: string;
  /** Where a browser turns the token into a session. */
  url: string;
}

export const signInTokens = defineResource<TicketRow>()({
  name: 'sign_in_token',
  title: 'sign-in token',
  prefix: 'sit',
  owners: { user: 'user_id' },
});

export interface ActorTokenRow extends TicketRow {
  /** Who acts in the user's name: `sub`, and whatever else is to stand in the session. */
  actor: Record<string, unknown>;
}

export const actorTokens = defineResource<ActorTokenRow>()({
  name: 'actor_token',
  prefix: 'act',
  owners: { user: 'user_id' },
});
