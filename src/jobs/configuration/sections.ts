import * as z from 'zod';

/** The values of one object, or of one group of settings, by the API's names. */
export type Fields = Readonly<Record<string, unknown>>;

/** Objects by the key that is the same on every instance. A list of texts has no fields; settings have one entry, ''. */
export type Section = ReadonlyMap<string, Fields>;

/** The configuration of an instance, or the part of it that a file holds. */
export type Configuration = ReadonlyMap<SectionName, Section>;

interface SectionSpec {
  /** `things`: objects by key. `list`: texts. `settings`: values that the instance has once. */
  readonly kind: 'things' | 'list' | 'settings';
  /** What an entry is called where it is told of. */
  readonly noun: string;
  /** The form of keys, or of the texts of a list. */
  readonly key?: { readonly pattern: RegExp; readonly rule: string };
  readonly fields: Readonly<Record<string, z.ZodType>>;
  /** Fields that hold lists whose order means nothing. */
  readonly sets?: readonly string[];
  /** The read that shows it with its arguments, and other sections that must be known to write it. */
  readonly read: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly needs?: readonly SectionName[];
}

const text = z.string();
const filled = z.string().min(1);
const description = text.optional().describe('Empty: none');

const NOT_BLANK = { pattern: /^\S(?:.*\S)?$/su, rule: 'a text without spaces at its ends' };
const ROLE_KEY = { pattern: /^org:[a-z0-9_]+$/, rule: 'org: and then a-z, 0-9, _' };

/** The environment variables that may hold the signing keys of JWT templates; no other is ever read for a file. */
export const SIGNING_KEY_VARIABLE = /^CLERK_JWT_SIGNING_KEY_[A-Z0-9_]+$/;

/** A key of the template's own, which is never in a file; or the key that the instance signs with. */
const signingKey = z.union([
  z.literal('instance'),
  z.strictObject({
    env: z.string().regex(SIGNING_KEY_VARIABLE, 'expected the name of a variable that begins with CLERK_JWT_SIGNING_KEY_'),
  }),
]);

/** In the order in which they stand in a file. */
export const SECTIONS = {
  organization_settings: {
    kind: 'settings',
    noun: 'organization settings',
    read: 'InstanceSettings_getOrganizationSettings',
    needs: ['roles', 'role_sets'],
    fields: {
      enabled: z.boolean(),
      max_allowed_memberships: z.int(),
      admin_delete_enabled: z.boolean(),
      slug_disabled: z.boolean(),
      creator_role: filled,
      domains_enabled: z.boolean(),
      domains_enrollment_modes: z.array(text),
      domains_default_role: filled,
    },
    sets: ['domains_enrollment_modes'],
  },
  permissions: {
    kind: 'things',
    noun: 'permission',
    read: 'OrganizationPermissions_list',
    key: {
      pattern: /^org:(?!sys_)[a-z0-9_]+:[a-z0-9_]+$/,
      rule: "org:feature:action, of a-z, 0-9, _; Clerk's own, org:sys_…, are on every instance and not part of it",
    },
    fields: { name: filled, description },
  },
  roles: {
    kind: 'things',
    noun: 'role',
    read: 'OrganizationRoles_list',
    needs: ['permissions'],
    key: ROLE_KEY,
    fields: { name: filled, description, permissions: z.array(filled) },
    sets: ['permissions'],
  },
  role_sets: {
    kind: 'things',
    noun: 'role set',
    read: 'RoleSets_list',
    needs: ['roles'],
    key: { pattern: /^role_set:[a-z0-9_]+$/, rule: 'role_set: and then a-z, 0-9, _' },
    fields: {
      name: filled,
      description,
      type: z.enum(['initial', 'custom']).optional(),
      // Clerk tells none of a set that it is moving organizations away from.
      default_role: filled.optional(),
      creator_role: filled.optional(),
      roles: z.array(filled).min(1),
    },
    sets: ['roles'],
  },
  jwt_templates: {
    kind: 'things',
    noun: 'JWT template',
    read: 'JwtTemplates_listAllTemplates',
    key: NOT_BLANK,
    fields: {
      lifetime: z.int().min(30).max(315_360_000).optional(),
      allowed_clock_skew: z.int().min(0).max(300).optional(),
      signing_key: signingKey.optional(),
      signing_algorithm: filled.optional(),
      claims: z.record(z.string(), z.unknown()),
    },
  },
  redirect_urls: {
    kind: 'list',
    noun: 'redirect URL',
    read: 'RedirectUrLs_listAll',
    key: NOT_BLANK,
    fields: {},
  },
  allowlist_identifiers: {
    kind: 'list',
    noun: 'allowed identifier',
    read: 'AllowlistBlocklist_listAllowedIdentifiers',
    key: NOT_BLANK,
    fields: {},
  },
  blocklist_identifiers: {
    kind: 'list',
    noun: 'blocked identifier',
    read: 'AllowlistBlocklist_listBlockedIdentifiers',
    key: NOT_BLANK,
    fields: {},
  },
  email_templates: {
    kind: 'things',
    noun: 'mail template',
    read: 'EmailSmsTemplates_listSortedByPosition',
    with: { template_type: 'email' },
    key: NOT_BLANK,
    fields: {
      name: filled.optional(),
      subject: filled.optional(),
      from_email_name: filled.optional(),
      reply_to_email_name: filled.optional(),
      delivered_by_clerk: z.boolean().optional(),
      markup: text.optional(),
      body: filled,
    },
  },
  sms_templates: {
    kind: 'things',
    noun: 'SMS template',
    read: 'EmailSmsTemplates_listSortedByPosition',
    with: { template_type: 'sms' },
    key: NOT_BLANK,
    fields: { name: filled.optional(), delivered_by_clerk: z.boolean().optional(), body: filled },
  },
  instance: {
    kind: 'settings',
    noun: 'instance settings',
    read: 'InstanceSettings_getInstance',
    fields: { allowed_origins: z.array(filled) },
    sets: ['allowed_origins'],
  },
  protect: {
    kind: 'settings',
    noun: 'Protect settings',
    read: 'InstanceSettings_getProtect',
    fields: { rules_enabled: z.boolean() },
  },
  communication: {
    kind: 'settings',
    noun: 'SMS settings',
    read: 'InstanceSettings_getCommunication',
    fields: {
      blocked_country_codes: z.array(z.string().regex(/^[A-Z]{2}$/, 'expected the two capital letters of a country')).max(250),
    },
    sets: ['blocked_country_codes'],
  },
  oauth_application_settings: {
    kind: 'settings',
    noun: 'OAuth settings',
    read: 'InstanceSettings_getOAuthApplicationSettings',
    fields: {
      dynamic_oauth_client_registration: z.boolean(),
      default_scopes: z.array(filled).nullable(),
      oauth_jwt_access_tokens: z.boolean(),
      client_id_metadata_documents_advertised: z.boolean(),
      client_id_metadata_documents_only_allow_pre_registered_clients: z.boolean(),
      client_id_metadata_documents_block_implicitly_allowed_clients: z.boolean(),
    },
    sets: ['default_scopes'],
  },
} as const satisfies Readonly<Record<string, SectionDeclared>>;

/** The names within it are checked where they are used: they cannot refer to the table that they are in. */
type SectionDeclared = Omit<SectionSpec, 'needs'> & { readonly needs?: readonly string[] };

export type SectionName = keyof typeof SECTIONS;

export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[];

export const sectionOf = (name: SectionName): SectionSpec => SECTIONS[name];

/** The only entry of settings. */
export const THE_ONE = '';

/** Sections that one would look for, which Clerk's API can change but does not tell: by the operation that changes them. */
export const ONLY_WRITTEN = {
  restrictions: 'InstanceSettings_updateRestrictions',
  sign_up: 'BetaFeatures_updateInstanceSettings',
  test_mode: 'InstanceSettings_updateInstanceSettings',
  hibp: 'InstanceSettings_updateInstanceSettings',
  support_email: 'InstanceSettings_updateInstanceSettings',
  clerk_js_version: 'InstanceSettings_updateInstanceSettings',
  development_origin: 'InstanceSettings_updateInstanceSettings',
  url_based_session_syncing: 'InstanceSettings_updateInstanceSettings',
  preferred_sign_in_strategy_when_password_required: 'InstanceSettings_updateInstanceSettings',
} as const satisfies Readonly<Record<string, string>>;

/** The same in words. */
export const ONLY_WRITTEN_IN_WORDS =
  'sign-up restrictions (allowlist and blocklist on or off, subaddresses, disposable domains), mail sender, test mode, check for breached passwords, support email, clerk-js version, development origin, URL-based session syncing, preferred sign-in';

/** The values of a list in their one order, so that equal lists are equal texts. */
export function ordered(name: SectionName, fields: Fields): Fields {
  const { sets = [] } = sectionOf(name);
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      sets.includes(field) && Array.isArray(value) ? [...new Set(value)].sort() : value,
    ]),
  );
}
