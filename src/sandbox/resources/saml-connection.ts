import type * as z from 'zod';
import type { attributeMapping, idpCertificate, loginHint } from '../../catalog/resources/enterprise.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { frontendApi } from './frontend-api.js';

export type AttributeMapping = z.infer<typeof attributeMapping>;

export type IdpCertificate = z.infer<typeof idpCertificate>;

export type LoginHint = z.infer<typeof loginHint>;

/** What is known of the identity provider. A connection can be active only when it suffices. */
export interface IdentityProvider {
  idp_entity_id: string | null;
  idp_sso_url: string | null;
  idp_certificate: string | null;
  /** Unix milliseconds, read from the certificate. */
  idp_certificate_issued_at: number | null;
  idp_certificate_expires_at: number | null;
  /** Absent from what an earlier release kept. */
  idp_certificates?: readonly IdpCertificate[];
  idp_metadata_url: string | null;
  idp_metadata: string | null;
}

export interface SamlConnectionRow extends Row, IdentityProvider {
  name: string;
  provider: string;
  /** In lower case; at least one. */
  domains: string[];
  organization_id: string | null;
  attribute_mapping: AttributeMapping;
  active: boolean;
  sync_user_attributes: boolean;
  allow_subdomains: boolean;
  allow_idp_initiated: boolean;
  disable_additional_identifications: boolean;
  allow_organization_account_linking: boolean;
  force_authn: boolean;
  login_hint: LoginHint;
}

export const samlConnections = defineResource<SamlConnectionRow>()({
  name: 'saml_connection',
  title: 'SAML connection',
  prefix: 'samlc',
  owners: { organization: 'organization_id' },
  show: (row, instance) => {
    const api = `${frontendApi(instance)}/v1/saml`;
    return {
      object: 'saml_connection',
      ...row,
      idp_certificates: row.idp_certificates ?? [],
      domain: row.domains[0] ?? '',
      acs_url: `${api}/acs/${row.id}`,
      sp_entity_id: `${api}/${row.id}`,
      sp_metadata_url: `${api}/metadata/${row.id}.xml`,
      // Users come to a connection by signing in through it, for which the Backend API has no way.
      user_count: 0,
      authenticatable: true,
      disable_jit_provisioning: false,
      enterprise_connection_id: null,
    };
  },
});
