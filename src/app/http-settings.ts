import type { HttpValues } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import type { StoreLocation } from '../limits/store-address.js';
import type { AuthenticationChoice } from '../mcp/auth/open.js';

/** @throws ConfigError for settings that contradict each other */
export function authenticationChoice(http: HttpValues): AuthenticationChoice {
  const { auth = 'none', tokens, issuer, audience, approvalsClientId, grants, sse = true, host = '127.0.0.1' } = http;
  if (auth !== 'token' && tokens !== undefined) throw new ConfigError('--tokens works only with --auth token, which is not set.');
  if (auth !== 'oauth' && (issuer ?? audience) !== undefined)
    throw new ConfigError('--issuer and --audience work only with --auth oauth, which is not set.');
  if (auth !== 'oauth' && grants !== undefined)
    throw new ConfigError('--grants works only with --auth oauth, which is not set: tokens of a file have their scopes there.');
  if (auth !== 'oauth' && approvalsClientId !== undefined)
    throw new ConfigError('--approvals-client-id works only with --auth oauth, which is not set.');
  const { introspectionClientId, introspectionSecretFile } = http;
  if (auth !== 'oauth' && (introspectionClientId ?? introspectionSecretFile) !== undefined)
    throw new ConfigError(
      '--introspection-client-id and --introspection-secret-file work only with --auth oauth, which is not set.',
    );
  if (auth === 'none') return { kind: 'none', host };
  if (auth === 'token') {
    if (tokens === undefined)
      throw new ConfigError('--auth token needs --tokens FILE. Create the first token with clerk-mcp token new.');
    return { kind: 'token', file: tokens };
  }
  const [resource, ...others] = audience ?? [];
  if (issuer === undefined || resource === undefined)
    throw new ConfigError('--auth oauth needs --issuer URL and --audience URL, the address of /mcp that clients use.');
  if (!URL.canParse(resource))
    throw new ConfigError('--audience: the first value must be a URL, the address of /mcp that clients use.');
  return { kind: 'oauth', issuer, audience: [resource, ...others], sse, grants, introspection: introspectionOf(http) };
}

function introspectionOf({ introspectionClientId: clientId, introspectionSecretFile: secretFile }: HttpValues) {
  if (clientId === undefined && secretFile === undefined) return undefined;
  if (clientId === undefined || secretFile === undefined)
    throw new ConfigError(
      '--introspection-client-id and --introspection-secret-file go together: an issuer answers only clients with a secret.',
    );
  return { clientId, secretFile };
}

/**
 * Several instances make more of who may reach which.
 * @param isHooked whether the application that mounts the server says who calls
 * @throws ConfigError
 */
export function refuseForMany(choice: AuthenticationChoice, isHooked: boolean): void {
  if (isHooked || choice.kind !== 'oauth') return;
  if (choice.audience.length > 1)
    throw new ConfigError(
      'With --instances, --audience takes one address, that of /mcp: with /NAME at its end it is the audience of that instance. Further values for one instance belong in the file, as its audience.',
    );
  if (choice.grants === undefined)
    throw new ConfigError('--instances with --auth oauth needs --grants FILE: its entries say who may reach which instance.');
}

/** @throws ConfigError if each of several processes would sign confirmations with its own key */
export function requireSigningKey(signingKey: string | undefined): void {
  if (signingKey !== undefined) return;
  throw new ConfigError(
    '--store is for several processes, which must all sign confirmations with the same key: set CLERK_MCP_SIGNING_KEY to one value in every process, for example from openssl rand -base64 32.',
  );
}

/** Where the store is, if there is one. @throws ConfigError for what belongs to a store where there is none */
export function storeLocation({
  store: url,
  storeCa: caFile,
  storePasswordFile: passwordFile,
  storeSentinelPasswordFile: sentinelPasswordFile,
}: HttpValues): StoreLocation | undefined {
  if (url !== undefined) return { url, caFile, passwordFile, sentinelPasswordFile };
  if ((caFile ?? passwordFile ?? sentinelPasswordFile) === undefined) return undefined;
  throw new ConfigError(
    '--store-ca, --store-password-file and --store-sentinel-password-file work only with --store, which is not set.',
  );
}
