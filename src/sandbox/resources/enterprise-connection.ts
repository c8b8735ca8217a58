import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { frontendApi } from './frontend-api.js';
import { type AttributeMapping, type IdentityProvider, type LoginHint, loginHint } from './saml-connection.js';
import { time } from './shapes.js';

/** Where a custom attribute of a user comes from. */
export const customAttribute = z.strictObject({
  name: z.string(),
  key: z.string(),
  sso_path: z.string(),
  scim_path: z.string(),
  directory_path: z.string(),
  multi_valued: z.boolean(),
});
export type CustomAttribute = z.infer<typeof customAttribute>;

/** How users of the connection sign in by SAML. */
export interface SamlSettings extends IdentityProvider {
  name: string;
  attribute_mapping: AttributeMapping;
  allow_subdomains: boolean;
  allow_idp_initiated: boolean;
  force_authn: boolean;
  login_hint: LoginHint;
}

/** How they sign in by OpenID Connect. */
export interface OidcSettings {
  client_id: string | null;
  /** Kept, and never shown. */
  client_secret: string | null;
  discovery_url: string | null;
  auth_url: string | null;
  token_url: string | null;
  user_info_url: string | null;
  requires_pkce: boolean;
}

export interface EnterpriseConnectionRow extends Row {
  name: string;
  /** `saml_okta`, `oidc_gitlab`: its beginning says the protocol. */
  provider: string;
  /** In lower case; at least one. */
  domains: string[];
  organization_id: string | null;
  active: boolean;
  sync_user_attributes: boolean;
  disable_additional_identifications: boolean;
  allow_organization_account_linking: boolean;
  custom_attributes: CustomAttribute[];
  /** Exactly one of the two. */
  saml: SamlSettings | null;
  oidc: OidcSettings | null;
  /** Id of whichever there is. */
  settings_id: string;
}

const nullableText = z.string().nullable();

const samlShape = z.strictObject({
  id: z.string(),
  name: z.string(),
  idp_entity_id: nullableText,
  idp_sso_url: nullableText,
  idp_metadata_url: nullableText,
  acs_url: z.string(),
  sp_entity_id: z.string(),
  sp_metadata_url: z.string(),
  active: z.boolean(),
  allow_idp_initiated: z.boolean(),
  allow_subdomains: z.boolean(),
  force_authn: z.boolean(),
  login_hint: loginHint,
});

const oauthShape = z.strictObject({
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

export const enterpriseConnections = defineResource<EnterpriseConnectionRow>()({
  name: 'enterprise_connection',
  prefix: 'entconn',
  shape: z.strictObject({
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
    saml_connection: samlShape.nullable(),
    oauth_config: oauthShape.nullable(),
    authenticatable: z.boolean(),
    disable_jit_provisioning: z.boolean(),
    created_at: time,
    updated_at: time,
  }),
  lookup: { organization_id: (row) => row.organization_id },
  owners: { organization: 'organization_id' },
  show: ({ saml, oidc, settings_id: id, ...row }, instance) => ({
    object: 'enterprise_connection',
    ...row,
    logo_public_url: null,
    saml_connection: saml && {
      id,
      name: saml.name,
      idp_entity_id: saml.idp_entity_id,
      idp_sso_url: saml.idp_sso_url,
      idp_metadata_url: saml.idp_metadata_url,
      acs_url: `${frontendApi(instance)}/v1/saml/acs/${id}`,
      sp_entity_id: `${frontendApi(instance)}/v1/saml/${id}`,
      sp_metadata_url: `${frontendApi(instance)}/v1/saml/metadata/${id}.xml`,
      active: row.active,
      allow_idp_initiated: saml.allow_idp_initiated,
      allow_subdomains: saml.allow_subdomains,
      force_authn: saml.force_authn,
      login_hint: saml.login_hint,
    },
    oauth_config: oidc && {
      id,
      name: row.name,
      provider_key: row.provider,
      client_id: oidc.client_id,
      discovery_url: oidc.discovery_url,
      auth_url: oidc.auth_url,
      token_url: oidc.token_url,
      user_info_url: oidc.user_info_url,
      requires_pkce: oidc.requires_pkce,
      logo_public_url: null,
      created_at: row.created_at,
      updated_at: row.updated_at,
    },
    authenticatable: true,
    disable_jit_provisioning: false,
  }),
});
