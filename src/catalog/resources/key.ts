import * as z from 'zod';
import { metadata, nullableText, nullableTime, optionalText, time, voidable } from './common.js';
import { listRows, secret } from './marks.js';

export const apiKey = z
  .strictObject({
    object: z.literal('api_key'),
    id: z.string(),
    type: z.string(),
    name: z.string(),
    description: nullableText,
    /** Whose it is. */
    subject: z.string(),
    claims: z.unknown(),
    scopes: z.array(z.string()),
    created_by: nullableText,
    ...voidable,
    last_used_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name subject scopes revoked expired expiration last_used_at created_at' });

/** The answer to creating one. */
export const apiKeyWithSecret = apiKey.extend({ secret: secret('key', 'ApiKeys_getSecret shows it') });

export const apiKeySecret = z.strictObject({ secret: secret('key', 'ApiKeys_getSecret shows it') });

export const m2mToken = z
  .strictObject({
    object: z.literal('machine_to_machine_token'),
    id: z.string(),
    subject: z.string(),
    claims: z.unknown(),
    scopes: z.array(z.string()),
    ...voidable,
    last_used_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id subject scopes revoked expired expiration last_used_at created_at' });

/** What creating one answers, and nothing else does. */
export const m2mTokenWithSecret = m2mToken.extend({ token: secret('token', 'M2mTokens_createToken makes a new one') });

const bareMachine = z.strictObject({
  object: z.literal('machine'),
  id: z.string(),
  name: z.string(),
  instance_id: z.string(),
  /** Seconds. */
  default_token_ttl: z.int(),
  created_at: time,
  updated_at: time,
});

export const machine = bareMachine
  .extend({ scoped_machines: z.array(bareMachine) })
  .register(listRows, { short: 'id name default_token_ttl scoped_machines.id scoped_machines.name created_at' });

/** What creating one answers, and nothing else does. */
export const machineWithSecret = machine.extend({ secret_key: secret('key', 'Machines_getSecretKey shows it') });

export const machineSecretKey = z.strictObject({
  object: z.literal('machine_secret_key'),
  secret: secret('key', 'Machines_getSecretKey shows it'),
});

const scope = { object: z.literal('machine_scope'), from_machine_id: z.string(), to_machine_id: z.string() };

/** Which machine may call which. */
export const machineScope = z.strictObject({ ...scope, created_at: time });
export const deletedMachineScope = z.strictObject({ ...scope, deleted: z.literal(true) });

export const adminPortalLinkToken = z.strictObject({
  object: z.literal('admin_portal_link_token'),
  id: z.string(),
  admin_portal_link_id: z.string(),
  instance_id: z.string(),
  organization_id: nullableText,
  it_contact_id: nullableText,
  scopes: z.array(z.string()).nullable(),
  ...voidable,
  created_at: time,
  updated_at: time,
});

/** What creating one answers, and nothing else does. */
export const adminPortalLinkTokenWithSecret = adminPortalLinkToken.extend({
  token: secret('token', 'AdminPortalLinkTokens_createToken makes a new one'),
});

export const oauthApplication = z
  .strictObject({
    object: z.literal('oauth_application'),
    id: z.string(),
    instance_id: z.string(),
    name: z.string(),
    client_id: z.string(),
    client_uri: nullableText,
    client_image_url: nullableText,
    dynamically_registered: z.boolean(),
    consent_screen_enabled: z.boolean(),
    pkce_required: z.boolean(),
    public: z.boolean(),
    scopes: z.string(),
    redirect_uris: z.array(z.string()),
    callback_url: z.string(),
    authorize_url: z.string(),
    token_fetch_url: z.string(),
    user_info_url: z.string(),
    discovery_url: z.string(),
    token_introspection_url: z.string(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name client_id client_uri public scopes redirect_uris created_at' });

/** What creating one and rotating its secret answer, and nothing else does. The secret of a public one is empty. */
export const oauthApplicationWithSecret = oauthApplication.extend({
  client_secret: secret('key', 'OAuthApplications_rotateSecret makes a new one'),
});

/** Who acts in the subject's name, and in whose name they act in turn. */
const actor = z.strictObject({ iss: optionalText, sub: z.string(), act: metadata.optional() });

/** A token that an OAuth application has. Its times are Unix seconds, unlike those of all other resources. */
export const idpAccessToken = z.strictObject({
  object: z.literal('clerk_idp_oauth_access_token'),
  id: z.string(),
  client_id: z.string(),
  subject: z.string(),
  scopes: z.array(z.string()),
  aud: z.array(z.string()).optional(),
  act: actor.optional(),
  ...voidable,
  created_at: z.int(),
  updated_at: z.int(),
});

/** What verifying a JWT answers whose time is up. */
export const inactiveToken = z.strictObject({ active: z.literal(false) });
