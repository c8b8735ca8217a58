import { ConfigError, type HttpValues } from '../config/config.js';
import type { AuthenticationChoice } from '../mcp/auth/open.js';

/** @throws ConfigError for settings that do not go together */
export function authenticationChoice(http: HttpValues): AuthenticationChoice {
  const { auth = 'none', tokens, issuer, audience, host = '127.0.0.1' } = http;
  if (auth !== 'token' && tokens !== undefined) throw new ConfigError('--tokens goes with --auth token, which is not given.');
  if (auth !== 'oauth' && (issuer ?? audience) !== undefined)
    throw new ConfigError('--issuer and --audience go with --auth oauth, which is not given.');
  if (auth === 'none') return { kind: 'none', host };
  if (auth === 'token') {
    if (tokens === undefined)
      throw new ConfigError('--auth token needs --tokens FILE. clerk-mcp token new makes the first token.');
    return { kind: 'token', file: tokens };
  }
  const [resource, ...others] = audience ?? [];
  if (issuer === undefined || resource === undefined)
    throw new ConfigError('--auth oauth needs --issuer URL and --audience URL, the address of /mcp that clients use.');
  if (!URL.canParse(resource)) throw new ConfigError('--audience: the first is the address of /mcp that clients use, a URL.');
  return { kind: 'oauth', issuer, audience: [resource, ...others] };
}

/** @throws ConfigError where several processes would sign confirmations each in its own way */
export function requireSigningKey(signingKey: string | undefined): void {
  if (signingKey !== undefined) return;
  throw new ConfigError(
    '--store is for several processes, which must sign confirmations alike: set CLERK_MCP_SIGNING_KEY to the same value in all, for example from openssl rand -base64 32.',
  );
}
