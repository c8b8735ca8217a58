import * as z from 'zod';
import { closedMetadata, metadata, nullableText, nullableTime, optionalText, time } from './common.js';
import { listRows, secret } from './marks.js';

export const sessionActivity = z.strictObject({
  object: z.literal('session_activity'),
  id: z.string(),
  device_type: optionalText,
  is_mobile: z.boolean(),
  browser_name: optionalText,
  browser_version: optionalText,
  ip_address: optionalText,
  city: optionalText,
  country: optionalText,
});

export const session = z
  .strictObject({
    object: z.literal('session'),
    id: z.string(),
    user_id: z.string(),
    client_id: z.string(),
    /** Who acts in the user's name. */
    actor: metadata.nullable(),
    status: z.enum(['active', 'revoked', 'ended', 'expired', 'removed', 'abandoned', 'replaced', 'pending']),
    last_active_organization_id: nullableText,
    last_active_at: time,
    latest_activity: sessionActivity.nullable(),
    expire_at: time,
    abandon_at: time,
    tasks: z
      .array(z.strictObject({ key: z.string() }))
      .nullable()
      .optional(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: `id user_id client_id status actor.sub last_active_organization_id latest_activity.device_type
      latest_activity.browser_name latest_activity.ip_address latest_activity.city latest_activity.country
      last_active_at expire_at created_at`,
    state: 'id user_id status expire_at',
  });

/** A renewed proof of identity within a session, required before something sensitive. */
export const reverification = z.strictObject({
  object: z.literal('reverification'),
  id: z.string(),
  session_id: z.string(),
  user_id: z.string(),
  level: z.enum(['first_factor', 'second_factor', 'multi_factor']),
  status: z.enum(['needs_first_factor', 'needs_second_factor', 'complete']),
  first_factor_verified_at: nullableTime,
  second_factor_verified_at: nullableTime,
  created_at: time,
  updated_at: time,
});

export const client = z
  .strictObject({
    object: z.literal('client'),
    id: z.string(),
    session_ids: z.array(z.string()),
    sessions: z.array(session),
    sign_in_id: nullableText,
    sign_up_id: nullableText,
    last_active_session_id: nullableText,
    last_authentication_strategy: nullableText,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: 'id session_ids last_active_session_id sessions.user_id sessions.status updated_at created_at',
  });

export const sessionToken = z.strictObject({
  object: z.literal('token'),
  jwt: secret('token', 'Sessions_createSessionToken makes one'),
});

/** A renewed session token, by itself or as the cookies that hold it. */
export const refreshedToken = z.discriminatedUnion('object', [
  sessionToken,
  z.strictObject({ object: z.literal('cookies'), cookies: z.array(secret('token', 'Sessions_refreshSession makes them')) }),
]);

/** @param from the operation that makes one */
const ticket = (from: string) => ({
  id: z.string(),
  user_id: z.string(),
  status: z.enum(['pending', 'accepted', 'revoked']),
  token: secret('token', from),
  /** Where a browser turns the token into a session. */
  url: secret('link', from),
  created_at: time,
  updated_at: time,
});

const signInTicket = ticket('SigninTokens_createToken makes a new one');

export const signInToken = z.strictObject({
  object: z.literal('sign_in_token'),
  ...signInTicket,
  url: signInTicket.url.nullable(),
});

export const actorToken = z.strictObject({
  object: z.literal('actor_token'),
  ...ticket('ActorTokens_createToken makes a new one'),
  actor: z.looseObject({ sub: z.string() }),
});

export const agentTask = z.strictObject({
  object: z.literal('agent_task'),
  agent_id: z.string(),
  agent_task_id: z.string(),
  task_id: z.string(),
  /** Only in the answer to creating one. */
  url: secret('link').optional(),
});

/** The answer to creating one. */
export const agentTaskWithUrl = agentTask.extend({ url: secret('link', 'AgentTasks_createTask makes one') });

export const testingToken = z.strictObject({
  object: z.literal('testing_token'),
  token: secret('token', 'TestingTokens_createToken makes one'),
  expires_at: z.int(),
});

const signUpStep = z
  .strictObject({
    next_action: z.enum(['needs_prepare', 'needs_attempt', '']),
    supported_strategies: z.array(z.string()),
  })
  .nullable();

export const signUp = z.strictObject({
  object: z.literal('sign_up_attempt'),
  id: z.string(),
  status: z.enum(['missing_requirements', 'complete', 'abandoned']),
  required_fields: z.array(z.string()),
  optional_fields: z.array(z.string()),
  missing_fields: z.array(z.string()),
  unverified_fields: z.array(z.string()),
  verifications: z.strictObject({
    email_address: signUpStep,
    phone_number: signUpStep,
    web3_wallet: signUpStep,
    external_account: metadata.nullable(),
  }),
  username: nullableText,
  email_address: nullableText,
  phone_number: nullableText,
  web3_wallet: nullableText,
  password_enabled: z.boolean(),
  first_name: nullableText,
  last_name: nullableText,
  unsafe_metadata: closedMetadata,
  public_metadata: metadata,
  custom_action: z.boolean(),
  external_id: nullableText,
  created_session_id: nullableText,
  created_user_id: nullableText,
  abandon_at: time,
  legal_accepted_at: time.nullable(),
  locale: nullableText.optional(),
  external_account: metadata.optional(),
});
