import { defineSetting } from '../table.js';
import { ADMIN, DEFAULT_ROLE_SET, MEMBER } from './roles.js';

/** What `PATCH /instance` keeps. Clerk never sends it back. */
export const instanceSettings = defineSetting('instance', () => ({
  test_mode: true,
  /** Whether passwords known from breaches are refused. */
  hibp: true,
  support_email: null as string | null,
  clerk_js_version: null as string | null,
  development_origin: null as string | null,
  allowed_origins: [] as string[],
  url_based_session_syncing: true,
  preferred_sign_in_strategy_when_password_required: 'password' as string,
}));

export const restrictions = defineSetting('instance_restrictions', () => ({
  allowlist: false,
  blocklist: true,
  allowlist_blocklist_disabled_on_sign_in: false,
  block_email_subaddresses: false,
  block_disposable_email_domains: false,
}));

const enrollmentModes = ['manual_invitation', 'automatic_invitation', 'automatic_suggestion'] as const;

export const organizationSettings = defineSetting('organization_settings', () => ({
  enabled: true,
  max_allowed_memberships: 5,
  max_allowed_roles: 10,
  max_role_sets_allowed: 10,
  max_allowed_domains: 10,
  creator_role: ADMIN as string,
  admin_delete_enabled: true,
  domains_enabled: false,
  slug_disabled: true,
  domains_enrollment_modes: [] as (typeof enrollmentModes)[number][],
  domains_default_role: MEMBER as string,
  initial_role_set_key: DEFAULT_ROLE_SET as string | null,
}));

export const isEnrollmentMode = (text: string): text is (typeof enrollmentModes)[number] =>
  (enrollmentModes as readonly string[]).includes(text);

/** What `PATCH /beta_features/instance_settings` keeps beside the restriction to the allowlist. */
export const authSettings = defineSetting('instance_settings', () => ({
  from_email_address: 'noreply',
  progressive_sign_up: true,
}));

/** Where no text messages are sent. Countries by ISO 3166-1 alpha-2. */
export const communication = defineSetting('instance_communication', () => ({ blocked_country_codes: [] as readonly string[] }));

export const oauthSettings = defineSetting('oauth_application_settings', () => ({
  dynamic_oauth_client_registration: false,
  /** null: what Clerk gives by default. */
  default_scopes: null as readonly string[] | null,
  oauth_jwt_access_tokens: false,
  client_id_metadata_documents_advertised: false,
  client_id_metadata_documents_only_allow_pre_registered_clients: false,
  client_id_metadata_documents_block_implicitly_allowed_clients: false,
}));

export const protect = defineSetting('instance_protect', () => ({
  rules_enabled: false,
  specter_enabled: false,
  checks_bypassed: false,
  checks_verified: false,
  checks_exempt: false,
}));

const DAY_SECONDS = 24 * 60 * 60;

/** What Clerk's dashboard decides about users and sessions and no operation of the API writes; a seed may choose it. */
export const authentication = defineSetting('authentication', () => ({
  environment_type: 'development' as 'development' | 'production',
  password_required: true,
  password_min_length: 8,
  password_max_length: 72,
  password_require_lowercase: false,
  password_require_uppercase: false,
  password_require_number: false,
  password_require_special_char: false,
  username_min_length: 4,
  username_max_length: 64,
  session_lifetime_in_seconds: 7 * DAY_SECONDS,
  session_inactivity_in_seconds: 30 * DAY_SECONDS,
  session_token_version: 2 as 1 | 2,
}));
