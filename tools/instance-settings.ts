import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { testMode } from './schemas.js';

export const instanceSettings = {
  updateInstanceSettings: defineOperation({
    name: 'InstanceSettings_updateInstanceSettings',
    clerk: 'UpdateInstance',
    request: 'PATCH /instance',
    title: 'Update instance settings',
    description:
      'Changes the whole instance; inputs left out stay. Who may sign up: InstanceSettings_updateRestrictions; mail sender: BetaFeatures_updateInstanceSettings.',
    body: {
      test_mode: testMode,
      hibp: z.boolean().nullable().optional().describe('Check for breached passwords'),
      support_email: z.string().nullable().optional(),
      clerk_js_version: z.string().nullable().optional(),
      development_origin: z.string().nullable().optional(),
      allowed_origins: z
        .array(z.string())
        .nullable()
        .optional()
        .describe('Whole list, for extensions and native shells: chrome-extension://UUID, capacitor://localhost'),
      cookieless_dev: z.boolean().nullable().optional().describe('Deprecated: use url_based_session_syncing'),
      url_based_session_syncing: z.boolean().nullable().optional().describe('Development without third-party cookies'),
      preferred_sign_in_strategy_when_password_required: z
        .enum(['password', 'otp', ''])
        .nullable()
        .optional()
        .describe('Empty: password'),
    },
    answers: 'nothing',
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes settings of the whole instance, for all its users: test mode {test_mode}, check for breached passwords {hibp}, support email {support_email}, clerk-js version {clerk_js_version}, development origin {development_origin}, allowed origins {allowed_origins}, cookieless development {cookieless_dev}, session syncing by URL {url_based_session_syncing}, preferred sign-in {preferred_sign_in_strategy_when_password_required}.',
    typed: 'instance',
    raises: [
      {
        when: { input: 'allowed_origins', is: 'filled' },
        risk: 'access',
        effect: 'Pages and apps at these origins may use the sessions of users: {allowed_origins}.',
      },
      {
        when: { input: 'test_mode', is: true },
        risk: 'access',
        effect: 'Test addresses and numbers get in with a code that is public.',
      },
      { when: { input: 'hibp', is: false }, risk: 'access', effect: 'Passwords known from breaches are taken.' },
      {
        when: { input: ['url_based_session_syncing', 'cookieless_dev'], is: true },
        risk: 'access',
        effect: 'Sessions travel in addresses.',
      },
      {
        when: { input: 'development_origin', is: 'given' },
        risk: 'access',
        effect: 'Sign-ins of development go to {development_origin}.',
      },
    ],
    undo: {
      by: 'InstanceSettings_updateInstanceSettings',
      with: {},
      restores: 'inputs',
      read: { read: 'InstanceSettings_getInstance', with: {} },
      unread: [
        'test_mode',
        'hibp',
        'support_email',
        'clerk_js_version',
        'development_origin',
        'cookieless_dev',
        'url_based_session_syncing',
        'preferred_sign_in_strategy_when_password_required',
      ],
    },
  }),

  updateOrganizationSettings: defineOperation({
    name: 'InstanceSettings_updateOrganizationSettings',
    clerk: 'UpdateInstanceOrganizationSettings',
    request: 'PATCH /instance/organization_settings',
    title: 'Update organization settings',
    description:
      'Turns organizations on or off and sets their rules for the whole instance; inputs left out stay. For one: Organizations_updateOrganization.',
    body: {
      enabled: z.boolean().nullable().optional(),
      max_allowed_memberships: z.int().nullable().optional().describe('Per organization'),
      admin_delete_enabled: z.boolean().nullable().optional().describe('Admins may delete their organization'),
      domains_enabled: z.boolean().nullable().optional().describe('Email domains for organizations'),
      slug_disabled: z.boolean().nullable().optional(),
      domains_enrollment_modes: z.array(z.string()).optional().describe('automatic_invitation, automatic_suggestion'),
      creator_role_id: z.string().nullable().optional(),
      domains_default_role_id: z.string().nullable().optional(),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes the rules of all organizations of the instance: organizations enabled {enabled}, members at most {max_allowed_memberships}, deletion by admins {admin_delete_enabled}, domains {domains_enabled}, slugs disabled {slug_disabled}, enrollment modes {domains_enrollment_modes}, role of creators {creator_role_id}, role by domain {domains_default_role_id}.',
    typed: 'instance',
    raises: [
      {
        when: {
          input: ['creator_role_id', 'domains_default_role_id', 'domains_enrollment_modes', 'max_allowed_memberships'],
          is: 'given',
        },
        risk: 'access',
        effect: 'Changes what rights people get in organizations, and how they come in.',
      },
      { when: { input: 'admin_delete_enabled', is: true }, risk: 'access', effect: 'Admins may delete their organization.' },
    ],
    undo: {
      by: 'InstanceSettings_updateOrganizationSettings',
      with: {},
      restores: 'inputs',
      read: { read: 'InstanceSettings_getOrganizationSettings', with: {} },
      unread: ['creator_role_id', 'domains_default_role_id'],
    },
  }),

  updateRestrictions: defineOperation({
    name: 'InstanceSettings_updateRestrictions',
    clerk: 'UpdateInstanceRestrictions',
    request: 'PATCH /instance/restrictions',
    title: 'Update sign-up restrictions',
    description:
      'Switches allowlist, blocklist and email rules for the whole instance; inputs left out stay. Fill the allowlist first: on, it shuts out everybody else.',
    body: {
      allowlist: z.boolean().nullable().optional(),
      blocklist: z.boolean().nullable().optional(),
      allowlist_blocklist_disabled_on_sign_in: z.boolean().nullable().optional().describe('Both lists at sign-up only'),
      block_email_subaddresses: z.boolean().nullable().optional().describe('Such as a+b@example.com'),
      block_disposable_email_domains: z.boolean().nullable().optional(),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes who can sign up or sign in on the whole instance: allowlist {allowlist}, blocklist {blocklist}, both lists off at sign-in {allowlist_blocklist_disabled_on_sign_in}, email subaddresses blocked {block_email_subaddresses}, disposable email domains blocked {block_disposable_email_domains}.',
    typed: 'instance',
    raises: [
      {
        when: { input: ['allowlist', 'blocklist', 'block_email_subaddresses', 'block_disposable_email_domains'], is: false },
        risk: 'access',
        effect: 'Lifts a restriction: people who were kept out can come in.',
      },
      {
        when: { input: 'allowlist_blocklist_disabled_on_sign_in', is: true },
        risk: 'access',
        effect: 'Lifts a restriction: blocked people who have an account can sign in.',
      },
    ],
    undo: { never: 'Clerk does not tell the former restrictions' },
  }),

  getInstance: defineOperation({
    name: 'InstanceSettings_getInstance',
    clerk: 'GetInstance',
    request: 'GET /instance',
    title: 'Get the instance',
    description: 'Id, environment (development or production) and allowed origins of the instance these tools work on.',
    risk: 'read',
  }),

  getCommunication: defineOperation({
    name: 'InstanceSettings_getCommunication',
    clerk: 'GetInstanceCommunication',
    request: 'GET /instance/communication',
    title: 'Get SMS settings',
    description: 'Countries to which no SMS is sent.',
    risk: 'read',
  }),

  updateCommunication: defineOperation({
    name: 'InstanceSettings_updateCommunication',
    clerk: 'UpdateInstanceCommunication',
    request: 'PATCH /instance/communication',
    title: 'Block SMS countries',
    description: 'Sets the countries to which no SMS is sent: users there get no codes by SMS.',
    body: {
      blocked_country_codes: z
        .array(z.string().regex(/^[A-Z]{2}$/))
        .max(250)
        .nullable()
        .optional()
        .describe('The whole new list, ISO 3166-1 alpha-2'),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Sends no SMS any more, sign-in codes included, to users of the whole instance in these countries and no others: {blocked_country_codes}.',
    typed: 'instance',
    raises: [{ risk: 'access', effect: 'Countries that are no longer in the list can be sent SMS again.' }],
    undo: {
      by: 'InstanceSettings_updateCommunication',
      with: {},
      restores: 'inputs',
      read: { read: 'InstanceSettings_getCommunication', with: {} },
    },
  }),

  getOAuthApplicationSettings: defineOperation({
    name: 'InstanceSettings_getOAuthApplicationSettings',
    clerk: 'GetInstanceOAuthApplicationSettings',
    request: 'GET /instance/oauth_application_settings',
    title: 'Get OAuth settings',
    description:
      'How OAuth clients may register, default scopes and token format. The apps: OAuthApplications_listSortedByDescendingCreationDate.',
    risk: 'read',
  }),

  updateOAuthApplicationSettings: defineOperation({
    name: 'InstanceSettings_updateOAuthApplicationSettings',
    clerk: 'UpdateInstanceOAuthApplicationSettings',
    request: 'PATCH /instance/oauth_application_settings',
    title: 'Update OAuth settings',
    description:
      'Sets for the whole instance which OAuth clients are let in and what tokens they get; inputs left out stay. One app: OAuthApplications_updateApplication.',
    body: {
      dynamic_oauth_client_registration: z.boolean().nullable().optional().describe('RFC 7591: clients register themselves'),
      default_scopes: z.array(z.string()).nullable().optional().describe("null: Clerk's own"),
      oauth_jwt_access_tokens: z.boolean().nullable().optional().describe('false: opaque'),
      client_id_metadata_documents_advertised: z.boolean().nullable().optional(),
      client_id_metadata_documents_only_allow_pre_registered_clients: z
        .boolean()
        .nullable()
        .optional()
        .describe('Refuses unknown clients'),
      client_id_metadata_documents_block_implicitly_allowed_clients: z
        .boolean()
        .nullable()
        .optional()
        .describe('Refuses clients let in automatically; their tokens stay valid'),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes which OAuth clients the whole instance lets in: self-registration {dynamic_oauth_client_registration}, default scopes {default_scopes}, JWT access tokens {oauth_jwt_access_tokens}, client metadata documents advertised {client_id_metadata_documents_advertised}, unknown clients refused {client_id_metadata_documents_only_allow_pre_registered_clients}, automatically allowed clients refused {client_id_metadata_documents_block_implicitly_allowed_clients}.',
    typed: 'instance',
    raises: [
      {
        when: { input: ['dynamic_oauth_client_registration', 'client_id_metadata_documents_advertised'], is: true },
        risk: 'access',
        effect: 'Clients that nobody has looked at can come in.',
      },
      {
        when: {
          input: [
            'client_id_metadata_documents_only_allow_pre_registered_clients',
            'client_id_metadata_documents_block_implicitly_allowed_clients',
          ],
          is: false,
        },
        risk: 'access',
        effect: 'Clients that were refused can come in.',
      },
      { when: { input: 'default_scopes', is: 'given' }, risk: 'access', effect: 'Clients get these scopes: {default_scopes}.' },
    ],
    undo: {
      by: 'InstanceSettings_updateOAuthApplicationSettings',
      with: {},
      restores: 'inputs',
      read: { read: 'InstanceSettings_getOAuthApplicationSettings', with: {} },
    },
  }),

  getOrganizationSettings: defineOperation({
    name: 'InstanceSettings_getOrganizationSettings',
    clerk: 'GetInstanceOrganizationSettings',
    request: 'GET /instance/organization_settings',
    title: 'Get organization settings',
    description: 'Whether organizations are on, with limits, default roles and domain rules of the instance.',
    risk: 'read',
  }),

  getProtect: defineOperation({
    name: 'InstanceSettings_getProtect',
    clerk: 'GetInstanceProtect',
    request: 'GET /instance/protect',
    title: 'Get Protect settings',
    description: 'Which parts of Clerk Protect, the guard against abuse, are on.',
    risk: 'read',
  }),

  updateProtect: defineOperation({
    name: 'InstanceSettings_updateProtect',
    clerk: 'UpdateInstanceProtect',
    request: 'PATCH /instance/protect',
    title: 'Update Protect settings',
    description: 'Enforces the rules of Clerk Protect in the whole instance, or stops that.',
    body: {
      rules_enabled: z.boolean().nullable().optional(),
    },
    risk: 'destructive',
    idempotent: true,
    effect: 'Switches the guard against abuse (Clerk Protect) of the whole instance: rules {rules_enabled}.',
    typed: 'instance',
    raises: [
      {
        when: { input: 'rules_enabled', is: false },
        risk: 'access',
        effect: 'Takes a guard against abuse away.',
      },
    ],
    undo: {
      by: 'InstanceSettings_updateProtect',
      with: {},
      restores: 'inputs',
      read: { read: 'InstanceSettings_getProtect', with: {} },
    },
  }),
};
