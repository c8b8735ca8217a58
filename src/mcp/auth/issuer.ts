import { createRemoteJWKSet, customFetch, type RemoteJWKSet } from 'jose';
import * as z from 'zod';
import { errorMessage } from '../../platform/error-message.js';
import { isLoopback } from '../../platform/is-loopback.js';
import { fetchByProxy } from '../../platform/proxy.js';
import { UserError } from '../../platform/user-error.js';
import { type Fetch, readJson, UnreadableError } from './read-json.js';

/** An address that cannot be an issuer's. */
export class IssuerAddressError extends UserError {
  override readonly name = 'IssuerAddressError';
}

/** The issuer's metadata or keys could not be fetched, so no token can be judged now. */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
  /** Nothing answered, rather than something wrong. */
  readonly isAway: boolean;

  constructor(message: string, { isAway = false }: { readonly isAway?: boolean } = {}) {
    super(message);
    this.isAway = isAway;
  }
}

export interface IssuerOptions {
  /** Exactly as in the tokens' `iss`. */
  readonly issuer: string;
  /** How long the issuer may take to answer, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number;
  /** The shortest time before a token with an unknown key causes the keys to be fetched again, in milliseconds. Default: 30,000. */
  readonly cooldownMs?: number;
  /** How long fetched keys are used, in milliseconds. Default: 600,000. */
  readonly keysMaxAgeMs?: number;
  /** How long to wait after a failed fetch of the metadata, in milliseconds. Default: 5000. */
  readonly retryMs?: number;
  /** Default: the global `fetch`, through the proxy of the environment. */
  readonly fetch?: Fetch;
}

/** A value of the wrong form counts as missing: tokens can be checked all the same. */
const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).optional().catch(undefined);
const metadataSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: text,
  token_endpoint: text,
  registration_endpoint: text,
  introspection_endpoint: text,
  client_id_metadata_document_supported: z.boolean().optional().catch(undefined),
  code_challenge_methods_supported: texts,
  scopes_supported: texts,
  protected_resources: texts,
});

/** The parts of an issuer's metadata (RFC 8414) that are used here. */
export type IssuerMetadata = z.output<typeof metadataSchema>;

/** An OAuth authorization server, reduced to what checking its tokens needs: its keys. */
export class Issuer {
  readonly issuer: string;
  readonly #options: IssuerOptions;
  readonly #fetch: Fetch;
  #found: Promise<{ readonly metadata: IssuerMetadata; readonly keys: RemoteJWKSet }> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** @throws IssuerAddressError for an address that cannot be an issuer's */
  constructor(options: IssuerOptions) {
    checkIssuerAddress(options.issuer);
    this.issuer = options.issuer;
    this.#options = options;
    this.#fetch = options.fetch ?? fetchByProxy;
  }

  /**
   * The issuer's keys, found through its metadata (RFC 8414, or OpenID Connect Discovery) when first needed.
   * @throws IssuerUnavailableError
   */
  async keys(): Promise<RemoteJWKSet> {
    return (await this.#find()).keys;
  }

  /**
   * What the issuer says of itself, from when it was first asked.
   * @throws IssuerUnavailableError
   */
  async metadata(): Promise<IssuerMetadata> {
    return (await this.#find()).metadata;
  }

  async #find() {
    const { retryMs = 5000 } = this.#options;
    if (performance.now() - this.#failedAt < retryMs)
      throw new IssuerUnavailableError('The issuer could not be reached a moment ago.');
    this.#found ??= this.#read().catch((error: unknown) => {
      this.#found = undefined;
      this.#failedAt = performance.now();
      throw error;
    });
    return this.#found;
  }

  async #read() {
    const { issuer } = this;
    const metadata = await readIssuerMetadata({ ...this.#options, issuer, fetch: this.#fetch });
    return { metadata, keys: this.#keySet(metadata) };
  }

  #keySet(metadata: IssuerMetadata): RemoteJWKSet {
    const { timeoutMs = 5000, cooldownMs = 30_000, keysMaxAgeMs = 600_000 } = this.#options;
    return createRemoteJWKSet(trustedUrl(metadata.jwks_uri, 'jwks_uri'), {
      timeoutDuration: timeoutMs,
      cooldownDuration: cooldownMs,
      cacheMaxAge: keysMaxAgeMs,
      [customFetch]: (url, init) => this.#fetch(url, init),
    });
  }
}

/**
 * The issuer's metadata, from the first place that has it.
 * @throws IssuerAddressError for an address that cannot be an issuer's
 * @throws IssuerUnavailableError that says of each place what was wrong
 */
export async function readIssuerMetadata({
  issuer,
  timeoutMs = 5000,
  fetch = fetchByProxy,
}: Pick<IssuerOptions, 'issuer' | 'timeoutMs' | 'fetch'>): Promise<IssuerMetadata> {
  checkIssuerAddress(issuer);
  const addressesBy = new Map<string, string[]>();
  let isAway = false;
  for (const address of metadataAddresses(issuer)) {
    try {
      return metadataIn(await readJson(address, fetch, timeoutMs), issuer);
    } catch (error) {
      const reason = errorMessage(error).replace(/\.$/, '');
      addressesBy.set(reason, [...(addressesBy.get(reason) ?? []), address]);
      isAway = error instanceof UnreadableError && error.isAway;
      if (isAway) break;
    }
  }
  const reasons = [...addressesBy].map(([reason, addresses]) => `${addresses.join(', ')}: ${reason}`);
  throw new IssuerUnavailableError(`The issuer's metadata could not be fetched. ${reasons.join('; ')}`, { isAway });
}

function metadataIn(json: unknown, issuer: string): IssuerMetadata {
  const result = metadataSchema.safeParse(json);
  if (!result.success) throw new Error('has no issuer and jwks_uri');
  if (result.data.issuer !== issuer)
    throw new Error(`says it is ${JSON.stringify(result.data.issuer)}: give exactly that as the issuer`);
  trustedUrl(result.data.jwks_uri, 'jwks_uri');
  return result.data;
}

/** Where an issuer's metadata may be, RFC 8414 first. The well-known part precedes the issuer's path; for OpenID it may also follow. */
export function metadataAddresses(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const addresses = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(addresses)];
}

/** @throws IssuerAddressError */
function checkIssuerAddress(issuer: string): void {
  const url = trustedUrl(issuer, 'The issuer');
  if (url.search !== '' || url.hash !== '') throw new IssuerAddressError('The issuer has neither a query nor a fragment.');
}

/** @throws IssuerAddressError for anything but https, or http on this machine: other keys could be anyone's */
export function trustedUrl(address: string, what: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new IssuerAddressError(`${what} must be an https address, not ${JSON.stringify(address)}.`);
}
