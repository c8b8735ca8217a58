import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, identityProvider, limit, loginHint, offset, showing } from './schemas.js';

const samlSettings = {
  ...identityProvider,
  attribute_mapping: z
    .strictObject({
      user_id: z.string().nullable().optional(),
      email_address: z.string().nullable().optional(),
      first_name: z.string().nullable().optional(),
      last_name: z.string().nullable().optional(),
    })
    .nullable()
    .optional()
    .describe('IdP attribute names'),
  allow_subdomains: z.boolean().nullable().optional(),
  allow_idp_initiated: z.boolean().nullable().optional(),
  force_authn: z.boolean().nullable().optional().describe('The IdP asks for the login every time'),
  login_hint: loginHint,
};
const oidc = z
  .strictObject({
    client_id: z.string().nullable().optional(),
    client_secret: z.string().nullable().optional(),
    discovery_url: z.string().nullable().optional(),
    auth_url: z.string().nullable().optional(),
    token_url: z.string().nullable().optional(),
    user_info_url: z.string().nullable().optional(),
    requires_pkce: z.boolean().nullable().optional().describe('Needed without client_secret'),
  })
  .nullable()
  .optional()
  .describe('For oidc_ providers');
const customAttributes = z.array(
  z.strictObject({
    name: z.string().min(1),
    key: z.string().min(1).describe('In public_metadata; A-Z, a-z, 0-9, _ and -, no _ first'),
    sso_path: z.string().optional().describe('In the SSO claims'),
    scim_path: z.string().optional().describe('Old name of directory_path'),
    directory_path: z.string().optional().describe('GJSON, in the SCIM user'),
    multi_valued: z.boolean().optional(),
  }),
);

export const enterpriseConnections = {
  list: defineOperation({
    name: 'EnterpriseConnections_list',
    clerk: 'ListEnterpriseConnections',
    request: 'GET /enterprise_connections',
    title: 'List enterprise connections',
    description: 'Identity providers (SAML or OIDC) through which the users of certain email domains sign in.',
    query: {
      limit,
      offset,
      organization_id: z.string().optional(),
      active: z.boolean().optional(),
    },
    risk: 'read',
  }),

  createConnection: defineOperation({
    name: 'EnterpriseConnections_createConnection',
    clerk: 'CreateEnterpriseConnection',
    request: 'POST /enterprise_connections',
    title: 'Create an enterprise connection',
    description:
      'Connects an identity provider for email domains. Try it with EnterpriseConnections_createTestRun, then activate it with EnterpriseConnections_updateConnection.',
    body: {
      name: z.string(),
      provider: z.enum([
        'saml_custom',
        'saml_okta',
        'saml_google',
        'saml_microsoft',
        'oidc_custom',
        'oidc_github_enterprise',
        'oidc_gitlab',
      ]),
      domains: z.array(z.string()).min(1),
      organization_id: z.string().nullable().optional(),
      allow_organization_account_linking: z.boolean().nullable().optional(),
      active: z.boolean().nullable().optional(),
      saml: z.strictObject(samlSettings).nullable().optional().describe('For saml_ providers'),
      oidc,
      custom_attributes: customAttributes.optional(),
    },
    risk: 'access',
    effect:
      'Lets the identity provider {provider} vouch for everybody with an address at {domains}: active {active}, linked to existing accounts {allow_organization_account_linking}.',
    openWorld: true,
    secrets: ['oidc'],
    changes: ['saml_connection.acs_url', 'saml_connection.sp_entity_id', 'saml_connection.sp_metadata_url'],
    undo: { by: 'EnterpriseConnections_deleteById', with: { enterprise_connection_id: '{answer.id}' } },
  }),

  deleteById: defineOperation({
    name: 'EnterpriseConnections_deleteById',
    clerk: 'DeleteEnterpriseConnection',
    request: 'DELETE /enterprise_connections/{enterprise_connection_id}',
    title: 'Delete an enterprise connection',
    description: 'Ends single sign-on through it for good. To pause: active false in EnterpriseConnections_updateConnection.',
    path: { enterprise_connection_id: id },
    risk: 'destructive',
    effect:
      'Deletes the enterprise connection {target} for good: its users can no longer sign in through their identity provider.',
    target: { read: 'EnterpriseConnections_getById' },
    typed: 'target',
    leaves: [{ what: 'the accounts of those who came by it', by: 'Users_deleteUserById' }],
    undo: { never: 'a deleted connection has to be set up anew on both sides' },
  }),

  getById: defineOperation({
    name: 'EnterpriseConnections_getById',
    clerk: 'GetEnterpriseConnection',
    request: 'GET /enterprise_connections/{enterprise_connection_id}',
    title: 'Get an enterprise connection',
    description: 'Its settings, and the SAML URLs to enter at the identity provider; never the client secret.',
    path: { enterprise_connection_id: id },
    risk: 'read',
  }),

  updateConnection: defineOperation({
    name: 'EnterpriseConnections_updateConnection',
    clerk: 'UpdateEnterpriseConnection',
    request: 'PATCH /enterprise_connections/{enterprise_connection_id}',
    title: 'Update an enterprise connection',
    description:
      'Changes, activates or pauses single sign-on; inputs left out stay. active true may delete verified organization domains equal to its own.',
    path: { enterprise_connection_id: id },
    body: {
      name: z.string().nullable().optional(),
      domains: z.array(z.string()).nullable().optional().describe('The whole new list; empty changes nothing'),
      active: z.boolean().nullable().optional(),
      sync_user_attributes: z.boolean().nullable().optional().describe('At each sign-in'),
      disable_additional_identifications: z.boolean().nullable().optional(),
      allow_organization_account_linking: z.boolean().nullable().optional(),
      organization_id: z.string().nullable().optional().describe('Cannot be unlinked again'),
      saml: z
        .strictObject({ name: z.string().nullable().optional(), ...samlSettings })
        .nullable()
        .optional(),
      oidc,
      custom_attributes: customAttributes.nullable().optional(),
    },
    risk: 'write',
    idempotent: true,
    openWorld: true,
    secrets: ['oidc'],
    raises: [
      {
        when: { input: 'active', is: false },
        risk: 'access',
        effect: 'Ends single sign-on through {target}: its users must get in another way, or not at all.',
      },
      {
        when: { input: 'active', is: true },
        risk: 'access',
        effect: 'Its identity provider then vouches for everybody with an address at its domains.',
      },
      {
        when: {
          input: [
            'domains',
            'organization_id',
            'saml',
            'oidc',
            'custom_attributes',
            'allow_organization_account_linking',
            'sync_user_attributes',
            'disable_additional_identifications',
          ],
          is: 'given',
        },
        risk: 'access',
        effect:
          'Changes whom {target} lets in, or who vouches for them: domains {domains}, organization {organization_id}, SAML {saml}, attributes {custom_attributes}, linked to existing accounts {allow_organization_account_linking}.',
      },
      {
        when: { input: 'active', is: true },
        risk: 'destructive',
        effect:
          'Activates the enterprise connection {target}: users of its domains sign in through their identity provider, and verified organization domains equal to one of these may be deleted for good.',
      },
    ],
    target: { read: 'EnterpriseConnections_getById' },
    undo: {
      by: 'EnterpriseConnections_updateConnection',
      with: { enterprise_connection_id: '{enterprise_connection_id}' },
      restores: 'inputs',
      unread: ['saml', 'oidc'],
    },
  }),

  listTestRuns: defineOperation({
    name: 'EnterpriseConnections_listTestRuns',
    clerk: 'ListEnterpriseConnectionTestRuns',
    request: 'GET /enterprise_connections/{enterprise_connection_id}/test_runs',
    title: 'List SSO test runs',
    description: 'Outcome and logs of test sign-ins, with the tokens or SAML response that the identity provider sent.',
    path: { enterprise_connection_id: id },
    query: {
      status: z.array(z.enum(['pending', 'success', 'failed'])).optional(),
      limit,
      offset,
    },
    risk: 'read',
    raises: [
      {
        risk: 'credential',
        effect:
          'Shows {where} the recorded test sign-ins of enterprise connection {target}, with the access and ID tokens or SAML responses that its identity provider issued to the testers.',
      },
    ],
    target: { read: 'EnterpriseConnections_getById' },
    undo: { never: 'a secret that was shown stays known' },
  }),

  createTestRun: defineOperation({
    name: 'EnterpriseConnections_createTestRun',
    clerk: 'CreateEnterpriseConnectionTestRun',
    request: 'POST /enterprise_connections/{enterprise_connection_id}/test_runs',
    title: 'Start an SSO test run',
    description:
      'With fields:["url"], returns a short-lived link for a person to try the sign-in; outcome: EnterpriseConnections_listTestRuns.',
    path: { enterprise_connection_id: id },
    risk: 'write',
    raises: [showing('url', 'Starts a test run of {target} and shows its link {where}, which begins a sign-in.')],
    target: { read: 'EnterpriseConnections_getById' },
    undo: { never: 'a test that was run has been run' },
  }),
};
