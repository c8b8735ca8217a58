import { X509Certificate } from 'node:crypto';
import type { BodyOf } from '../inputs.js';
import type { IdentityProvider, IdpCertificate } from '../resources/saml-connection.js';
import { malformedParam, refuse } from '../sandbox-error.js';

/** Inputs that describe an identity provider. Null takes a value away. */
export type IdentityProviderBody = Pick<
  BodyOf<'SamlConnectionsBeta_updateConnectionById'>,
  'idp_entity_id' | 'idp_sso_url' | 'idp_certificate' | 'idp_certificates' | 'idp_metadata_url' | 'idp_metadata'
>;

export const NO_PROVIDER: IdentityProvider = {
  idp_entity_id: null,
  idp_sso_url: null,
  idp_certificate: null,
  idp_certificate_issued_at: null,
  idp_certificate_expires_at: null,
  idp_certificates: [],
  idp_metadata_url: null,
  idp_metadata: null,
};

/** What the inputs make of a provider: metadata speaks louder than the single values. @throws SandboxError */
export function parseProvider(body: IdentityProviderBody): Partial<IdentityProvider> {
  const { idp_metadata: metadata, idp_metadata_url: metadataUrl } = body;
  const given = { ...body, ...(typeof metadata === 'string' ? readMetadata(metadata) : {}) };
  const parsed: Partial<IdentityProvider> = {};
  if (given.idp_entity_id !== undefined) parsed.idp_entity_id = given.idp_entity_id;
  if (given.idp_sso_url !== undefined) parsed.idp_sso_url = parseUrl('idp_sso_url', given.idp_sso_url);
  if (given.idp_certificates !== undefined) Object.assign(parsed, certificatesOf('idp_certificates', given.idp_certificates));
  else if (given.idp_certificate !== undefined) {
    const single = given.idp_certificate ?? '';
    Object.assign(parsed, certificatesOf('idp_certificate', single === '' ? [] : [single]));
  }
  if (metadata !== undefined) parsed.idp_metadata = metadata;
  if (metadataUrl !== undefined) parsed.idp_metadata_url = parseUrl('idp_metadata_url', metadataUrl);
  return parsed;
}

/** Names what is still missing. The sandbox never goes online: a metadata address counts as if it had been read. */
export function missingForActivation(provider: IdentityProvider): string[] {
  if (provider.idp_metadata_url !== null) return [];
  return (['idp_entity_id', 'idp_sso_url', 'idp_certificate'] as const).filter((field) => !provider[field]);
}

function parseUrl(param: string, url: string | null): string | null {
  if (url === null) return null;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw malformedParam(param, `${param} must be an http or https URL.`);
}

type Certificates = Pick<
  IdentityProvider,
  'idp_certificate' | 'idp_certificate_issued_at' | 'idp_certificate_expires_at' | 'idp_certificates'
>;

/** The first of them stands in the older fields too. @throws SandboxError */
function certificatesOf(param: string, texts: readonly string[]): Certificates {
  const all = texts.map((text) => readCertificate(param, text));
  const [first] = all;
  return {
    idp_certificate: first?.certificate ?? null,
    idp_certificate_issued_at: first?.issued_at ?? null,
    idp_certificate_expires_at: first?.expires_at ?? null,
    idp_certificates: all,
  };
}

function readCertificate(param: string, certificate: string): IdpCertificate {
  // Identity providers show it with or without the lines of PEM around it.
  const bare = certificate.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
  try {
    const { validFrom, validTo } = new X509Certificate(Buffer.from(bare, 'base64'));
    return { certificate, issued_at: Date.parse(validFrom), expires_at: Date.parse(validTo) };
  } catch {
    throw malformedParam(param, `${param} must hold X.509 certificates in PEM, or their base64 alone.`);
  }
}

const ENTITY = /<(?:[\w-]+:)?EntityDescriptor\s([^<>]*)>/;
const ENTITY_ID = /\bentityID\s*=\s*(?:"([^"]+)"|'([^']+)')/;
const SIGN_ON = /<(?:[\w-]+:)?SingleSignOnService\s([^<>]*)>/;
const LOCATION = /\bLocation\s*=\s*(?:"([^"]+)"|'([^']+)')/;
const CERTIFICATE = /<(?:[\w-]+:)?X509Certificate[^<>]*>([^<]+)</;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function readMetadata(xml: string): IdentityProviderBody {
  const find = (pattern: RegExp, within = xml): string | null => {
    const [, first, second] = pattern.exec(within) ?? [];
    return (first ?? second)?.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '') ?? null;
  };
  const found = {
    idp_entity_id: find(ENTITY_ID, ENTITY.exec(xml)?.[1] ?? ''),
    idp_sso_url: find(LOCATION, SIGN_ON.exec(xml)?.[1] ?? ''),
    idp_certificate: find(CERTIFICATE),
  };
  if (found.idp_entity_id !== null && found.idp_sso_url !== null) return found;
  const why =
    'idp_metadata must be the XML of an EntityDescriptor with entityID and a SingleSignOnService. Or give the single values.';
  throw refuse(422, 'saml_failed_to_parse_idp_metadata', 'Failed to parse IdP metadata', why);
}
