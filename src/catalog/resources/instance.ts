import * as z from 'zod';
import { nullableText, nullableTime, optionalText, time } from './common.js';
import { listRows, secret } from './marks.js';

export const instance = z.strictObject({
  object: z.literal('instance'),
  id: z.string(),
  environment_type: z.string(),
  allowed_origins: z.array(z.string()).nullable(),
  workspace_id: nullableText,
});

export const restrictions = z.strictObject({
  object: z.literal('instance_restrictions'),
  allowlist: z.boolean(),
  blocklist: z.boolean(),
  allowlist_blocklist_disabled_on_sign_in: z.boolean(),
  block_email_subaddresses: z.boolean(),
  block_disposable_email_domains: z.boolean(),
});

export const organizationSettings = z.strictObject({
  object: z.literal('organization_settings'),
  enabled: z.boolean(),
  max_allowed_memberships: z.int(),
  max_allowed_roles: z.int(),
  max_role_sets_allowed: z.int(),
  max_allowed_domains: z.int(),
  max_allowed_permissions: z.int().optional(),
  creator_role: z.string(),
  admin_delete_enabled: z.boolean(),
  domains_enabled: z.boolean(),
  slug_disabled: z.boolean(),
  domains_enrollment_modes: z.array(z.enum(['manual_invitation', 'automatic_invitation', 'automatic_suggestion'])),
  domains_default_role: z.string(),
  initial_role_set_key: nullableText,
});

export const authSettings = z.strictObject({
  object: z.literal('instance_settings'),
  id: z.string(),
  restricted_to_allowlist: z.boolean(),
  from_email_address: z.string(),
  progressive_sign_up: z.boolean(),
  enhanced_email_deliverability: z.boolean().optional(),
});

export const communication = z.strictObject({
  object: z.literal('instance_communication'),
  /** ISO 3166-1 alpha-2. */
  blocked_country_codes: z.array(z.string()),
});

export const oauthSettings = z.strictObject({
  object: z.literal('oauth_application_settings'),
  dynamic_oauth_client_registration: z.boolean(),
  default_scopes: z.array(z.string()).nullable(),
  oauth_jwt_access_tokens: z.boolean(),
  client_id_metadata_documents_advertised: z.boolean(),
  client_id_metadata_documents_only_allow_pre_registered_clients: z.boolean(),
  client_id_metadata_documents_block_implicitly_allowed_clients: z.boolean(),
});

export const protect = z.strictObject({
  object: z.literal('instance_protect'),
  rules_enabled: z.boolean(),
  specter_enabled: z.boolean().optional(),
  checks_bypassed: z.boolean(),
  checks_verified: z.boolean().optional(),
  checks_exempt: z.boolean().optional(),
});

export const domain = z
  .strictObject({
    object: z.literal('domain'),
    id: z.string(),
    name: z.string(),
    is_satellite: z.boolean(),
    frontend_api_url: z.string(),
    accounts_portal_url: nullableText,
    proxy_url: nullableText,
    development_origin: z.string(),
    cname_targets: z.array(z.strictObject({ host: z.string(), value: z.string(), required: z.boolean() })).nullable(),
  })
  .register(listRows, {
    short: 'id name is_satellite frontend_api_url proxy_url cname_targets.host cname_targets.required',
    state: 'id name is_satellite frontend_api_url proxy_url cname_targets',
  });

export const proxyCheck = z.strictObject({
  object: z.literal('proxy_check'),
  id: z.string(),
  domain_id: z.string(),
  proxy_url: z.string(),
  successful: z.boolean(),
  last_run_at: nullableTime,
  created_at: time,
  updated_at: time,
});

export const redirectUrl = z
  .strictObject({ object: z.literal('redirect_url'), id: z.string(), url: z.string(), created_at: time, updated_at: time })
  .register(listRows, { short: 'id url created_at' });

const listedIdentifier = {
  id: z.string(),
  identifier: z.string(),
  identifier_type: z.enum(['email_address', 'phone_number', 'web3_wallet']),
  instance_id: z.string(),
  created_at: time,
  updated_at: time,
};

export const allowlistIdentifier = z
  .strictObject({ object: z.literal('allowlist_identifier'), ...listedIdentifier, invitation_id: optionalText })
  .register(listRows, { short: 'id identifier identifier_type invitation_id created_at' });

export const blocklistIdentifier = z
  .strictObject({ object: z.literal('blocklist_identifier'), ...listedIdentifier })
  .register(listRows, { short: 'id identifier identifier_type created_at' });

export const jwtTemplate = z
  .strictObject({
    object: z.literal('jwt_template'),
    id: z.string(),
    name: z.string(),
    claims: z.record(z.string(), z.unknown()),
    /** Seconds. */
    lifetime: z.int(),
    /** Seconds. */
    allowed_clock_skew: z.int(),
    custom_signing_key: z.boolean(),
    signing_algorithm: z.string(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name lifetime signing_algorithm custom_signing_key updated_at' });

/** JSON Web Keys, RFC 7517. Clerk's document names the parts of private and symmetric keys, too. */
export const jwks = z.strictObject({
  keys: z.array(
    z.strictObject({
      use: z.string(),
      kty: z.string(),
      kid: z.string(),
      alg: z.string(),
      n: optionalText,
      e: optionalText,
      crv: optionalText,
      x: optionalText,
      y: optionalText,
      x5c: z.array(z.string()).optional(),
      x5t: optionalText,
      'x5t#S256': optionalText,
      x5u: optionalText,
      d: secret('key').optional(),
      p: secret('key').optional(),
      q: secret('key').optional(),
      dp: secret('key').optional(),
      dq: secret('key').optional(),
      qi: secret('key').optional(),
      k: secret('key').optional(),
    }),
  ),
});

export const template = z
  .strictObject({
    object: z.literal('template'),
    id: z.string(),
    instance_id: nullableText,
    resource_type: z.enum(['system', 'user']),
    template_type: z.enum(['email', 'sms']),
    name: z.string(),
    slug: z.string(),
    position: z.int(),
    can_revert: z.boolean(),
    can_delete: z.boolean(),
    can_edit_body: z.boolean(),
    can_toggle: z.boolean(),
    subject: nullableText,
    markup: z.string(),
    body: z.string(),
    available_variables: z.array(z.string()),
    required_variables: z.array(z.string()),
    from_email_name: optionalText,
    reply_to_email_name: optionalText,
    delivered_by_clerk: z.boolean(),
    enabled: z.boolean(),
    flagged_as_suspicious: z.boolean(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: 'id slug name template_type resource_type enabled delivered_by_clerk subject updated_at',
  });

export const templatePreview = z.strictObject({
  subject: optionalText,
  body: z.string(),
  from_email_address: optionalText,
  reply_to_email_address: optionalText,
});

/** Opens the dashboard of the webhooks, signed in. */
export const svixUrl = z.strictObject({ svix_url: secret('link', 'Webhooks_generateSvixDashboardUrl makes one') });
