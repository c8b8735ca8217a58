import type * as OpenId from 'openid-client';
import { errorMessage } from '../../platform/error-message.js';
import { fetchByProxy } from '../../platform/proxy.js';

export interface IssuerSettings {
  /** The issuer as callers' tokens name it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Default: the client is a public one. */
  readonly clientSecret?: string | undefined;
}

/** One round trip to the issuer: what only this browser and this server know. */
export interface Errand {
  /** The address to which the issuer sends the browser back. */
  readonly redirect: string;
  readonly state: string;
  readonly nonce: string;
  /** The PKCE verifier, 43 characters of base64url. */
  readonly verifier: string;
  /** Requires a fresh sign-in, no earlier than this, in Unix milliseconds. */
  readonly since?: number | undefined;
}

/** `away`: the issuer cannot be reached. `refused`: it said no, or its answer is not valid. `scope`: it did not grant the scope. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
  readonly why: 'away' | 'refused' | 'scope';

  constructor(why: IssuerError['why'], message: string) {
    super(message);
    this.why = why;
  }
}

/** The scope that the issuer must grant to approvers. */
export const APPROVE_SCOPE = 'clerk:approve';
const TIMEOUT_S = 10;
/** How far the clocks of the issuer and of this machine may differ. */
const TOLERANCE_MS = 10_000;
const RETRY_MS = 5_000;

/** Asks an issuer who a person is, by OpenID Connect: a code, PKCE, and an ID token whose signature is checked. */
export class IssuerClient {
  readonly settings: IssuerSettings;
  #found: Promise<OpenId.Configuration> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: IssuerSettings) {
    this.settings = settings;
  }

  /** Where to send the browser. @throws IssuerError */
  async addressFor({ redirect, state, nonce, verifier, since }: Errand): Promise<string> {
    const config = await this.#config();
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import('openid-client');
    return buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: `openid ${APPROVE_SCOPE}`,
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(since !== undefined && { prompt: 'login', max_age: '0' }),
    }).href;
  }

  /**
   * Tells who has come back.
   * @param search the query that the issuer added to the address
   * @returns the `sub` of the ID token
   * @throws IssuerError
   */
  async whoCame(search: string, { redirect, state, nonce, verifier, since }: Errand, now: number): Promise<string> {
    const config = await this.#config();
    const { authorizationCodeGrant } = await import('openid-client');
    const tokens = await authorizationCodeGrant(config, new URL(redirect + search), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      ...(since !== undefined && { maxAge: Math.max(0, Math.ceil((now - since) / 1000)) }),
    }).catch((error: unknown) => {
      throw new IssuerError('refused', errorMessage(error));
    });
    // If the answer does not mention scopes, all requested ones are granted.
    if (tokens.scope !== undefined && !tokens.scope.split(' ').includes(APPROVE_SCOPE)) {
      throw new IssuerError('scope', `the issuer did not grant ${APPROVE_SCOPE}`);
    }
    const { sub, auth_time: authTime } = tokens.claims() ?? { sub: '' };
    if (since !== undefined && !(typeof authTime === 'number' && (authTime + 1) * 1000 > since - TOLERANCE_MS)) {
      throw new IssuerError('refused', 'the person did not sign in again');
    }
    return sub;
  }

  async #config(): Promise<OpenId.Configuration> {
    if (performance.now() - this.#failedAt < RETRY_MS) throw new IssuerError('away', 'it could not be reached a moment ago');
    this.#found ??= this.#discover().catch((error: unknown) => {
      this.#found = undefined;
      this.#failedAt = performance.now();
      throw new IssuerError('away', errorMessage(error));
    });
    return this.#found;
  }

  async #discover(): Promise<OpenId.Configuration> {
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.settings;
    const url = new URL(issuer);
    const config = await client.discovery(url, clientId, {}, authenticationOf(client, clientSecret), {
      timeout: TIMEOUT_S,
      [client.customFetch]: (address, init) => fetchByProxy(address, init as RequestInit),
      // The settings allow plain HTTP only for an issuer on this machine.
      execute: [client.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : [])],
    });
    if (config.serverMetadata().issuer !== issuer)
      throw new Error(`it calls itself ${JSON.stringify(config.serverMetadata().issuer)}`);
    return config;
  }
}

/** How the client authenticates: with its secret in the way the issuer supports, or by PKCE alone. */
function authenticationOf(client: typeof OpenId, secret: string | undefined): OpenId.ClientAuth {
  if (secret === undefined) return client.None();
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods } = server;
    return methods?.includes('client_secret_post') ? post(server, ...rest) : basic(server, ...rest);
  };
}
