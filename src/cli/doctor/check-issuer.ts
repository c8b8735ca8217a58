import { Introspection, type IntrospectionClient } from '../../mcp/auth/introspection.js';
import { Issuer, type IssuerMetadata, IssuerUnavailableError, readIssuerMetadata } from '../../mcp/auth/issuer.js';
import { ALGORITHMS } from '../../mcp/auth/oauth.js';
import { readJson, UnreadableError } from '../../mcp/auth/read-json.js';
import { sseBeside, withoutSlash } from '../../mcp/auth/resource-metadata.js';
import { SCOPES } from '../../mcp/auth/roles.js';
import { errorMessage } from '../../platform/error-message.js';
import { isLoopback } from '../../platform/is-loopback.js';
import { isRecord } from '../../platform/is-record.js';
import { fetchByProxy } from '../../platform/proxy.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { type Finding, failure, ok, warning } from './finding.js';

const TIMEOUT_MS = 5000;

const GIVE =
  'Give --issuer as in the iss claim of the tokens. For a Clerk instance that is its Frontend API address, not that of a page where people sign in.';
const REACH = 'Check the address, and whether this machine may reach it: a firewall, a proxy, a certificate.';

export interface IssuerToCheck {
  readonly issuer: string;
  /** The address of `/mcp` that clients use. */
  readonly resource: string;
  /** Names of the instances, where several are served, each below that address. */
  readonly instances?: readonly string[] | undefined;
  /** Whether HTTP+SSE is served. */
  readonly sse: boolean;
  /** How the issuer is to be asked about tokens; `undefined` where it is not asked. */
  readonly introspection?: IntrospectionClient | undefined;
  /** What someone may have by the file of grants; `undefined` where there is none. */
  readonly granted: readonly Scope[] | undefined;
}

/** Whether people can sign in from the hosts that they have: what the issuer says of itself, and what its tokens must hold. */
export async function checkIssuer({
  issuer,
  resource,
  instances,
  sse,
  granted,
  introspection,
}: IssuerToCheck): Promise<Finding[]> {
  let metadata: IssuerMetadata;
  try {
    metadata = await readIssuerMetadata({ issuer, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof IssuerUnavailableError)) throw error;
    return [failure('issuer', `${error.message}.`, error.isAway ? REACH : GIVE)];
  }
  return [
    await checkKeys(issuer, metadata.jwks_uri),
    ...checkClients(metadata),
    checkScopes(metadata, granted ?? SCOPES),
    ...(instances === undefined
      ? [checkAudience(withoutSlash(resource), sse, metadata)]
      : instances.map((name) => ({
          ...checkAudience(`${withoutSlash(resource)}/${name}`, sse, metadata, name),
          instance: name,
        }))),
    ...(introspection === undefined ? [] : [await checkIntrospection(issuer, introspection)]),
    ...(granted !== undefined
      ? []
      : [
          warning(
            'grants',
            'Anyone who can sign in at the issuer may consent to every scope that it gives out.',
            'Say with --grants FILE who may have what at most.',
          ),
        ]),
  ];
}

/** Tokens are checked with keys that only the issuer has; a shared secret proves nothing here. */
async function checkKeys(issuer: string, address: string): Promise<Finding> {
  const advice = `Tokens must be signed with one of ${ALGORITHMS.join(', ')}.`;
  try {
    const json = await readJson(address, fetchByProxy, TIMEOUT_MS);
    const keys = isRecord(json) && Array.isArray(json.keys) ? json.keys.filter(isRecord) : [];
    const good = keys.filter(({ kty, alg }) => (alg === undefined ? kty !== 'oct' : ALGORITHMS.includes(String(alg)))).length;
    return good > 0
      ? ok('issuer', `${issuer} answers. Keys that tokens can be checked with: ${good}.`)
      : failure('issuer', `${address} has no key that tokens can be checked with.`, advice);
  } catch (error) {
    const isAway = error instanceof UnreadableError && error.isAway;
    const message = `The keys of the issuer cannot be fetched. ${address}: ${errorMessage(error)}.`;
    return failure('issuer', message, isAway ? REACH : `${advice} Without the issuer's keys no caller is let in.`);
  }
}

/** Asks about a token that is none: an issuer that takes the client says that it does not count. */
async function checkIntrospection(issuer: string, client: IntrospectionClient): Promise<Finding> {
  try {
    const asked = await Introspection.open(client, new Issuer({ issuer }));
    await asked.isActive('no-token');
    return ok('introspection', 'The issuer says whether tokens still count. One that was revoked is refused within 10 s.');
  } catch (error) {
    const advice = `Give the id and the secret of a confidential client of the issuer, which may introspect tokens.`;
    return failure('introspection', `${errorMessage(error).replace(/\.$/, '')}.`, advice);
  }
}

/** How a host that has never been here becomes a client of the issuer's. */
function checkClients(metadata: IssuerMetadata): Finding[] {
  const { authorization_endpoint, token_endpoint, code_challenge_methods_supported: methods = [] } = metadata;
  if (authorization_endpoint === undefined || token_endpoint === undefined)
    return [
      failure(
        'clients',
        'The metadata of the issuer has no authorization_endpoint and token_endpoint: no client can sign in.',
        'Take an issuer that is an OAuth authorization server.',
      ),
    ];
  const open = [authorization_endpoint, token_endpoint, metadata.registration_endpoint].find(
    (address) => address !== undefined && !isTrusted(address),
  );
  const faults = [
    ...(open === undefined
      ? []
      : [warning('clients', `${open} is not an https address: MCP clients refuse it.`, 'Put TLS before the issuer.')]),
    ...(methods.includes('S256')
      ? []
      : [
          warning(
            'clients',
            'The issuer does not announce PKCE with S256 (code_challenge_methods_supported): MCP clients refuse it.',
            'Switch PKCE on at the issuer.',
          ),
        ]),
  ];
  const ways = [
    ...(metadata.client_id_metadata_document_supported === true ? ['client id metadata documents'] : []),
    ...(metadata.registration_endpoint === undefined ? [] : ['dynamic registration']),
  ];
  if (ways.length > 0)
    return faults.length > 0 ? faults : [ok('clients', `New clients introduce themselves by ${ways.join(' and ')}.`)];
  return [
    ...faults,
    warning(
      'clients',
      'The issuer takes neither client id metadata documents nor dynamic registration: only clients that are registered by hand can sign in.',
      'With Clerk: OAuth applications, Settings, Publish CIMD support; DCR for clients that know no CIMD.',
    ),
  ];
}

const isTrusted = (address: string): boolean => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
};

/** A client may ask for what is announced, and commonly gets an error for anything else. */
function checkScopes({ scopes_supported: announced }: IssuerMetadata, wanted: readonly Scope[]): Finding {
  if (announced === undefined)
    return ok('scopes', `The issuer does not say what scopes it has. It must give out ${wanted.join(' ')}.`);
  const lacking = wanted.filter((scope) => !announced.includes(scope));
  if (lacking.length === 0) return ok('scopes', 'The issuer announces all scopes that clients are told to ask for.');
  return warning(
    'scopes',
    `The issuer does not announce ${lacking.join(' ')}: clients that ask for them may be refused.`,
    'Define and advertise them; of a Clerk instance: OAuth applications, Scopes.',
  );
}

/** Which addresses tokens are made for is known to the issuer alone, unless it tells. */
function checkAudience(
  resource: string,
  sse: boolean,
  { protected_resources: known }: IssuerMetadata,
  instance?: string,
): Finding {
  const url = new URL(resource);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    return warning('audience', `${resource} is not an https address: hosts do not sign in there.`, 'Put TLS before the server.');
  const beside = sse ? sseBeside(resource, instance) : undefined;
  const wanted = [resource, ...(beside === undefined ? [] : [beside])];
  const register = 'Register it there; of a Clerk instance: Agents, MCP servers, Add MCP server.';
  if (known !== undefined && !known.map(withoutSlash).includes(resource))
    return warning('audience', `The issuer does not know ${resource} as a resource to make tokens for.`, register);
  return ok(
    'audience',
    `Tokens must be JWTs, not opaque ones, with ${wanted.join(' or ')} in aud. The issuer must know the address as a resource. The log says why a token was refused.`,
  );
}
