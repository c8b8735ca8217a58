import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';

const statuses = ['pending', 'accepted', 'revoked'] as const;

/** A ticket that signs somebody in, once. When it runs out is said by the token itself. */
export interface TicketRow extends Row {
  user_id: string;
  status: (typeof statuses)[number];
  token: string;
  /** Where a browser turns the token into a session. */
  url: string;
}

const ticket = {
  id: z.string(),
  user_id: z.string(),
  status: z.enum(statuses),
  token: z.string(),
  url: z.string(),
  created_at: time,
  updated_at: time,
};

export const signInTokens = defineResource<TicketRow>()({
  name: 'sign_in_token',
  title: 'sign-in token',
  prefix: 'sit',
  shape: z.strictObject({ object: z.literal('sign_in_token'), ...ticket }),
  lookup: { user_id: (row) => row.user_id },
  owners: { user: 'user_id' },
});

export interface ActorTokenRow extends TicketRow {
  /** Who acts in the user's name: `sub`, and whatever else is to stand in the session. */
  actor: Record<string, unknown>;
}

export const actorTokens = defineResource<ActorTokenRow>()({
  name: 'actor_token',
  prefix: 'act',
  shape: z.strictObject({ object: z.literal('actor_token'), ...ticket, actor: z.looseObject({ sub: z.string() }) }),
  lookup: { user_id: (row) => row.user_id },
  owners: { user: 'user_id' },
});
