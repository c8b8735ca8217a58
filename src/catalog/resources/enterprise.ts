import * as z from 'zod';
import { nullableText, nullableTime, time } from './common.js';
import { listRows, secret } from './marks.js';
import { role } from './organization.js';

export const attributeMapping = z.strictObject({
  user_id: z.string(),
  email_address: z.string(),
  first_name: z.string(),
  last_name: z.string(),
});

export const loginHint = z.strictObject({
  mode: z.enum(['email_address', 'custom_attribute', 'off']),
  source: z.string().optional(),
});

/** One of the certificates that make an identity provider trusted. */
export const idpCertificate = z.strictObject({
  certificate: z.string(),
  issued_at: nullableTime,
  expires_at: nullableTime,
});

export const samlConnection = z
  .strictObject({
    object: z.literal('saml_connection'),
    id: z.string(),
    name: z.string(),
    domain: z.string(),
    domains: z.array(z.string()),
    idp_entity_id: nullableText,
    idp_sso_url: nullableText,
    idp_certificate: nullableText,
    idp_certificate_issued_at: nullableTime,
    idp_certificate_expires_at: nullableTime,
    idp_certificates: z.array(idpCertificate).optional(),
    idp_metadata_url: nullableText,
    idp_metadata: nullableText,
    acs_url: z.string(),
    sp_entity_id: z.string(),
    sp_metadata_url: z.string(),
    organization_id: nullableText,
    attribute_mapping: attributeMapping,
    active: z.boolean(),
    provider: z.string(),
    user_count: z.int(),
    sync_user_attributes: z.boolean(),
    allow_subdomains: z.boolean(),
    allow_idp_initiated: z.boolean(),
    disable_additional_identifications: z.boolean(),
    allow_organization_account_linking: z.boolean(),
    authenticatable: z.boolean(),
    disable_jit_provisioning: z.boolean(),
    force_authn: z.boolean(),
    login_hint: loginHint,
    enterprise_connection_id: nullableText,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: 'id name domain domains provider active organization_id user_count created_at',
    state: 'id name domains active',
  });

/** Where a custom attribute of a user comes from. */
export const customAttribute = z.strictObject({
  name: z.string(),
  key: z.string(),
  sso_path: z.string(),
  scim_path: z.string(),
  directory_path: z.string(),
  multi_valued: z.boolean(),
});

const samlSettings = z.strictObject({
  id: z.string(),
  name: z.string(),
  idp_entity_id: nullableText,
  idp_sso_url: nullableText,
  idp_certificates: z.array(idpCertificate).optional(),
  idp_metadata_url: nullableText,
  acs_url: nullableText,
  sp_entity_id: nullableText,
  sp_metadata_url: nullableText,
  active: z.boolean(),
  allow_idp_initiated: z.boolean(),
  allow_subdomains: z.boolean(),
  force_authn: z.boolean(),
  login_hint: loginHint,
});

const oauthSettings = z.strictObject({
  id: z.string(),
  name: z.string(),
  provider_key: z.string(),
  client_id: nullableText,
  discovery_url: nullableText,
  auth_url: nullableText,
  token_url: nullableText,
  user_info_url: nullableText,
  requires_pkce: z.boolean(),
  logo_public_url: nullableText,
  created_at: time,
  updated_at: time,
});

export const enterpriseConnection = z
  .strictObject({
    object: z.literal('enterprise_connection'),
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    logo_public_url: nullableText,
    active: z.boolean(),
    domains: z.array(z.string()),
    organization_id: nullableText,
    sync_user_attributes: z.boolean(),
    disable_additional_identifications: z.boolean(),
    allow_organization_account_linking: z.boolean(),
    custom_attributes: z.array(customAttribute),
    saml_connection: samlSettings.nullable(),
    oauth_config: oauthSettings.nullable(),
    authenticatable: z.boolean(),
    disable_jit_provisioning: z.boolean(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: 'id name provider domains active organization_id created_at',
    state: 'id name domains active',
  });

/** What the identity provider said about a person. */
export const parsedUserInfo = z.strictObject({
  email_address: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  user_id: z.string(),
});

export const testRunLog = z.strictObject({
  level: z.enum(['info', 'error']),
  code: z.string(),
  short_message: z.string(),
  message: z.string(),
});

export const samlExchange = z.strictObject({
  saml_request: z.string(),
  saml_response: secret('token', 'EnterpriseConnections_listTestRuns shows it'),
  relay_state: secret('token', 'EnterpriseConnections_listTestRuns shows it'),
});

export const oauthExchange = z.strictObject({
  id_token: secret('token', 'EnterpriseConnections_listTestRuns shows it'),
  access_token: secret('token', 'EnterpriseConnections_listTestRuns shows it'),
  user_info: z.string(),
});

/** An attempt to sign in through a connection. Clerk sends it without `object`. */
export const connectionTestRun = z
  .strictObject({
    id: z.string(),
    status: z.enum(['pending', 'success', 'failed']),
    connection_type: z.enum(['saml', 'oauth']),
    parsed_user_info: parsedUserInfo.nullable(),
    logs: z.array(testRunLog),
    saml: samlExchange.nullable(),
    oauth: oauthExchange.nullable(),
    created_at: time,
  })
  .register(listRows, {
    short: 'id status connection_type parsed_user_info.email_address logs.code logs.short_message created_at',
  });

/** Opening the link begins the test run. */
export const testRunUrl = z.strictObject({
  url: secret('link', 'EnterpriseConnections_createTestRun with fields:["url"] makes one'),
});

/**
 * A directory through which an identity provider adds, changes and removes users.
 *
 * @param newKey the operation that makes a new key
 */
const directoryFields = (newKey: string) => ({
  id: z.string(),
  name: z.string(),
  enterprise_connection_id: nullableText,
  endpoint_url: z.string(),
  provider: z.string(),
  enabled: z.boolean(),
  group_role_mapping_enabled: z.boolean(),
  /** Maps a user's attribute to its path in what the identity provider sends. */
  attribute_mapping: z.record(z.string(), z.string()),
  custom_attributes: z.array(customAttribute),
  /** Only in the answers to operations that make one. */
  api_key: secret('key', `${newKey} makes a new one`).nullable(),
  created_at: time,
  updated_at: time,
});
const directoryRow = { short: 'id name provider enabled enterprise_connection_id group_role_mapping_enabled created_at' };

export const directory = z
  .strictObject({ object: z.literal('directory'), ...directoryFields('Directories_rotateApiKey') })
  .register(listRows, directoryRow);
export const scimDirectory = z
  .strictObject({ object: z.literal('scim_directory'), ...directoryFields('ScimDirectories_rotateApiKey') })
  .register(listRows, directoryRow);

/** A group of the identity provider, and the role that its members get. */
const mappingFields = {
  id: z.string(),
  directory_id: z.string(),
  scim_directory_id: z.string(),
  directory_group_id: z.string(),
  scim_group_id: z.string(),
  directory_group_display_name: z.string(),
  scim_group_display_name: z.string(),
  role,
  /** From 1; the lowest wins. */
  precedence: z.int(),
  created_at: time,
  updated_at: time,
};

export const directoryGroupRoleMapping = z
  .strictObject({ object: z.literal('directory_group_role_mapping'), ...mappingFields })
  .register(listRows, { short: 'id directory_group_id directory_group_display_name role.key role.name precedence' });

export const scimGroupRoleMapping = z
  .strictObject({ object: z.literal('scim_group_role_mapping'), ...mappingFields })
  .register(listRows, { short: 'id scim_group_id scim_group_display_name role.key role.name precedence' });
