import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { anyOfOrNot, id, identityProvider, limit, loginHint, offset } from './schemas.js';

const domain = z.string().describe('Deprecated: use domains');
const domains = z.array(z.string()).describe('Email domains');
const organizationId = z.string().nullable().optional().describe('Its users become members');
const attributeMapping = z
  .strictObject({
    user_id: z.string().optional(),
    email_address: z.string().optional(),
    first_name: z.string().optional(),
    last_name: z.string().optional(),
  })
  .nullable()
  .optional()
  .describe('IdP attribute names');
const forceAuthn = z.boolean().optional().describe('Login at the IdP every time');

export const samlConnectionsBeta = {
  getList: defineOperation({
    name: 'SamlConnectionsBeta_getList',
    clerk: 'ListSAMLConnections',
    request: 'GET /saml_connections',
    title: 'List SAML connections',
    description: 'Identity providers that sign users in by SAML.',
    deprecated: 'Use EnterpriseConnections_list.',
    query: {
      limit,
      offset,
      query: z.string().optional().describe('Part of the name'),
      order_by: z.string().optional().describe('E.g. -created_at'),
      organization_id: anyOfOrNot,
    },
    risk: 'read',
  }),

  createNewConnection: defineOperation({
    name: 'SamlConnectionsBeta_createNewConnection',
    clerk: 'CreateSAMLConnection',
    request: 'POST /saml_connections',
    title: 'Create a SAML connection',
    description:
      'Connects an identity provider for the given domains. Activate it with SamlConnectionsBeta_updateConnectionById.',
    deprecated: 'Use EnterpriseConnections_createConnection.',
    body: {
      name: z.string(),
      domain: domain.optional(),
      domains: domains.optional(),
      provider: z.enum(['saml_custom', 'saml_okta', 'saml_google', 'saml_microsoft']),
      ...identityProvider,
      organization_id: organizationId,
      attribute_mapping: attributeMapping,
      force_authn: forceAuthn,
      login_hint: loginHint,
    },
    needsOneOf: ['domain', 'domains'],
    risk: 'access',
    effect:
      'Lets the identity provider {idp_entity_id} vouch for everybody with an address at {domains} {domain}, once the connection is active.',
    openWorld: true,
    changes: ['acs_url', 'sp_entity_id', 'sp_metadata_url'],
    undo: { by: 'SamlConnectionsBeta_deleteConnectionById', with: { saml_connection_id: '{answer.id}' } },
  }),

  deleteConnectionById: defineOperation({
    name: 'SamlConnectionsBeta_deleteConnectionById',
    clerk: 'DeleteSAMLConnection',
    request: 'DELETE /saml_connections/{saml_connection_id}',
    title: 'Delete a SAML connection',
    description: 'Ends single sign-on through it. To pause it: active false in SamlConnectionsBeta_updateConnectionById.',
    deprecated: 'Use EnterpriseConnections_deleteById.',
    path: { saml_connection_id: id },
    risk: 'destructive',
    effect: 'Deletes the SAML connection {target} for good: its users can no longer sign in through their identity provider.',
    target: { read: 'SamlConnectionsBeta_getById' },
    typed: 'target',
    leaves: [{ what: 'the accounts of those who came by it', by: 'Users_deleteUserById' }],
    undo: { never: 'a deleted connection has to be set up anew on both sides' },
  }),

  getById: defineOperation({
    name: 'SamlConnectionsBeta_getById',
    clerk: 'GetSAMLConnection',
    request: 'GET /saml_connections/{saml_connection_id}',
    title: 'Get a SAML connection',
    description: 'Its settings, and the URLs to enter at the identity provider.',
    deprecated: 'Use EnterpriseConnections_getById.',
    path: { saml_connection_id: id },
    risk: 'read',
  }),

  updateConnectionById: defineOperation({
    name: 'SamlConnectionsBeta_updateConnectionById',
    clerk: 'UpdateSAMLConnection',
    request: 'PATCH /saml_connections/{saml_connection_id}',
    title: 'Update a SAML connection',
    description: 'Changes, activates or pauses single sign-on for its domains; inputs left out stay.',
    deprecated: 'Use EnterpriseConnections_updateConnection.',
    path: { saml_connection_id: id },
    body: {
      name: z.string().nullable().optional(),
      domain: domain.nullable().optional(),
      domains: domains.nullable().optional(),
      ...identityProvider,
      organization_id: organizationId,
      attribute_mapping: attributeMapping,
      active: z.boolean().nullable().optional(),
      sync_user_attributes: z.boolean().nullable().optional().describe('At each sign-in'),
      allow_subdomains: z.boolean().nullable().optional(),
      allow_idp_initiated: z.boolean().nullable().optional(),
      disable_additional_identifications: z.boolean().nullable().optional(),
      allow_organization_account_linking: z.boolean().nullable().optional(),
      force_authn: forceAuthn,
      login_hint: loginHint,
      consent_verified_domains_deletion: z
        .boolean()
        .nullable()
        .optional()
        .describe('true: activation deletes clashing verified domains, else it fails'),
    },
    risk: 'write',
    idempotent: true,
    openWorld: true,
    raises: [
      {
        when: { input: 'active', is: false },
        risk: 'access',
        effect: 'Ends single sign-on through {target}: its users must get in another way, or not at all.',
      },
      {
        when: { input: 'active', is: true },
        risk: 'access',
        effect: 'The identity provider of {target} then vouches for everybody with an address at its domains.',
      },
      {
        when: {
          input: [
            'domain',
            'domains',
            'idp_entity_id',
            'idp_sso_url',
            'idp_certificate',
            'idp_certificates',
            'idp_metadata_url',
            'idp_metadata',
            'organization_id',
            'attribute_mapping',
            'sync_user_attributes',
            'allow_subdomains',
            'allow_idp_initiated',
            'disable_additional_identifications',
            'allow_organization_account_linking',
            'force_authn',
            'login_hint',
          ],
          is: 'given',
        },
        risk: 'access',
        effect:
          'Changes whom {target} lets in, or who vouches for them: domains {domains} {domain}, issuer {idp_entity_id}, sign-on URL {idp_sso_url}, metadata {idp_metadata_url}, subdomains {allow_subdomains}, begun at the provider {allow_idp_initiated}.',
      },
      {
        when: { input: 'consent_verified_domains_deletion', is: true },
        risk: 'destructive',
        effect:
          'Changes SAML connection {target} and deletes for good the verified domains of organizations that clash with its own.',
      },
    ],
    target: { read: 'SamlConnectionsBeta_getById' },
    undo: {
      by: 'SamlConnectionsBeta_updateConnectionById',
      with: { saml_connection_id: '{saml_connection_id}' },
      restores: 'inputs',
      unread: ['idp_metadata', 'consent_verified_domains_deletion'],
    },
  }),
};
