import type * as z from 'zod';
import type { customAttribute } from '../../catalog/resources/enterprise.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { frontendApi } from './frontend-api.js';
import type { AttributeMapping, IdentityProvider, LoginHint } from './saml-connection.js';

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

export const enterpriseConnections = defineResource<EnterpriseConnectionRow>()({
  name: 'enterprise_connection',
  prefix: 'entconn',
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
      idp_certificates: saml.idp_certificates ?? [],
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
