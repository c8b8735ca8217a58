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
  }),
};
