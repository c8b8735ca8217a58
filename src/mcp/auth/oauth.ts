import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyResult, jwtVerify } from 'jose';
import { errorMessage } from '../../platform/error-message.js';
import type { Logger } from '../../platform/logger.js';
import { plain } from '../../platform/plain-text.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { refuse } from '../reply.js';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';
import { BearerChallenges, bearerToken } from './bearer.js';
import type { Ceilings } from './ceilings.js';
import type { Introspection } from './introspection.js';
import { Issuer, type IssuerOptions, IssuerUnavailableError } from './issuer.js';
import { withoutSlash } from './resource-metadata.js';
import { isScope, SCOPES } from './roles.js';

export interface OAuthOptions extends IssuerOptions {
  /** One of these must be in the tokens' `aud`; a slash at the end makes no difference. */
  readonly audience: readonly [string, ...string[]];
  /** The address of the protected resource metadata, for every challenge. */
  readonly resourceMetadataUrl: string;
  /** The same for requests to HTTP+SSE, where that is served. */
  readonly sseMetadataUrl?: string | undefined;
  /** What each person may do at most, whatever their token says. Default: what the token says. */
  readonly ceilings?: Ceilings | undefined;
  /** The one of several instances that tokens are checked for. Without it, where several are served, they only tell which ones may be reached. */
  readonly instance?: string | undefined;
  /** Gives the issuer's keys, shared with others. Default: its own. */
  readonly keys?: Issuer | undefined;
  /** Asks the issuer whether tokens still count. Default: they do until they expire. */
  readonly introspection?: Pick<Introspection, 'isActive'> | undefined;
  /** How much clocks may differ, in milliseconds. Default: 60,000. */
  readonly clockToleranceMs?: number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Unix milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
}

/** Only signatures by a key that the issuer alone has. With a shared secret, or none, a token proves nothing here. */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** Types of access tokens. An ID token is a `JWT` too, but its audience gives it away. */
const TYPES: ReadonlySet<string> = new Set(['at+jwt', 'jwt']);

/** Any visible characters, with spaces between them. Invisible ones could make two names look alike. */
const SUBJECT = /^(?!\p{Z})[^\p{C}\p{Zl}\p{Zp}]{1,255}(?<!\p{Z})$/u;

/** Callers who show a JWT access token of one OAuth issuer, made for this server. */
export class OAuthAuthentication implements Authenticator {
  readonly challenges: BearerChallenges;
  readonly #sseChallenges: BearerChallenges;
  readonly #options: OAuthOptions;
  readonly #issuer: Issuer;
  #complaint = '';

  /** @throws IssuerAddressError for an address that cannot be an issuer's */
  constructor(options: OAuthOptions) {
    this.#options = options;
    this.#issuer = options.keys ?? new Issuer(options);
    const { resourceMetadataUrl, sseMetadataUrl = resourceMetadataUrl, ceilings, instance } = options;
    const scopes = () => ceilings?.scopes(instance) ?? SCOPES;
    this.challenges = new BearerChallenges({ resourceMetadataUrl, scopes });
    this.#sseChallenges = new BearerChallenges({ resourceMetadataUrl: sseMetadataUrl, scopes });
  }

  async authenticate({ headers, sse = false }: Credentials): Promise<Authentication> {
    const challenges = sse ? this.#sseChallenges : this.challenges;
    const bearer = bearerToken(headers);
    if ('fault' in bearer) return challenges[bearer.fault]();
    try {
      const accepted = await this.#accept(await this.#verify(bearer.token), challenges);
      // Asked last, so that only good tokens of people who may do something cause requests to the issuer.
      if (!accepted.ok || (await this.#options.introspection?.isActive(bearer.token)) !== false) return accepted;
      return challenges.invalid('The issuer says that the token does not count any more: it was revoked.');
    } catch (error) {
      const fault = faultOf(error, this.#options.audience);
      if (fault !== undefined) return challenges.invalid(fault);
      this.#complain(error);
      return challenges.unavailable(
        'The issuer of the tokens cannot be asked now. Try again shortly.',
        this.#options.retryMs ?? 5000,
      );
    }
  }

  /** The token's own claim, which proves nothing. */
  subject({ headers }: Credentials): string | undefined {
    const bearer = bearerToken(headers);
    if ('fault' in bearer) return undefined;
    try {
      const { iss, sub } = decodeJwt(bearer.token);
      return iss === this.#issuer.issuer ? sub : undefined;
    } catch {
      return undefined;
    }
  }

  async reload(): Promise<void> {
    await this.#options.ceilings?.reload();
  }

  close(): void {
    this.#options.ceilings?.close();
  }

  #verify(token: string): Promise<JWTVerifyResult> {
    const { audience, clockToleranceMs = 60_000, now = Date.now } = this.#options;
    // The issuer is asked last: a malformed token must not cause requests to it.
    const keyOf: JWTVerifyGetKey = async (header, input) => (await this.#issuer.keys())(header, input);
    return jwtVerify(token, keyOf, {
      algorithms: ALGORITHMS,
      issuer: this.#issuer.issuer,
      audience: audience.map(withoutSlash).flatMap((address) => [address, `${address}/`]),
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceMs / 1000,
      currentDate: new Date(now()),
    });
  }

  async #accept({ payload, protectedHeader }: JWTVerifyResult, challenges: BearerChallenges): Promise<Authentication> {
    this.#complaint = '';
    const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '') ?? 'jwt';
    if (!TYPES.has(type)) return challenges.invalid('The token is not an access token.');
    if (payload.cnf !== undefined) {
      return challenges.invalid('The token is bound to a key (cnf), which is not checked here. Ask for a bearer token.');
    }
    const { sub: name } = payload;
    // A client's id is shared by all of its users, so it names no person.
    if (name === undefined) return challenges.invalid('The token has no claim sub, so its holder has no name.');
    if (typeof name !== 'string' || !SUBJECT.test(name)) {
      return challenges.invalid('The claim sub of the token cannot be used as a name: it must have 1-255 visible characters.');
    }
    const expiresAt = Number(payload.exp) * 1000 + (this.#options.clockToleranceMs ?? 60_000);
    const scopes = scopesOf(payload);
    const { ceilings, instance } = this.#options;
    if (ceilings === undefined) return { ok: true, caller: { name, scopes, expiresAt } };
    const offered = await ceilings.of(payload, scopes, expiresAt, instance);
    if (offered === undefined) {
      const refusal = refuse(403, ungranted(name, instance));
      return { ok: false, why: 'ungranted', reason: 'nothing is granted', refusal };
    }
    const instances = instance === undefined ? await ceilings.reach(payload) : new Set([instance]);
    return { ok: true, caller: { name, ...offered, instances, expiresAt } };
  }

  /** Once per outage, not once per request. */
  #complain(error: unknown): void {
    const reason = errorMessage(error);
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.logger.warn({ issuer: this.#issuer.issuer, reason }, 'tokens cannot be checked, so no caller is let in');
  }
}

/** Signing in again would not help, so no client is told to. */
const ungranted = (name: string, instance: string | undefined): string =>
  instance === undefined
    ? `You are signed in as ${plain(name)}, to whom this server grants nothing. Ask its operator for an entry in the grants file (--grants): subject ${plain(name)}.`
    : `You are signed in as ${plain(name)}, to whom nothing is granted on ${instance}. Ask the operator for an entry in the grants file (--grants): subject ${plain(name)}, instances ${instance}.`;

/** `scope` is RFC 9068's, a string; `scp` is what several issuers use instead, a string or a list. */
function scopesOf(payload: JWTPayload): Scope[] {
  const words = [payload.scope, payload.scp].flat().flatMap((claim) => (typeof claim === 'string' ? claim.split(' ') : []));
  return [...new Set(words.filter(isScope))];
}

/** An address in a header: as long as people need, and only what RFC 6750 lets a description have. */
const forHeader = (address: unknown): string =>
  String(address)
    .slice(0, 200)
    .replace(/[^ !#-[\]-~]/g, '?');

function wrongAudience({ aud }: JWTPayload, audience: readonly string[]): string {
  const made = [aud ?? []].flat().slice(0, 3).map(forHeader).join(', ');
  const what = made === '' ? 'The token does not say what it is for' : `The token is for ${made}`;
  return `${what} (claim aud), and this server takes tokens for ${audience.map(forHeader).join(' or ')}.`;
}

/** What is wrong with the token, for its holder; `undefined` when the token is not to blame. */
function faultOf(error: unknown, audience: readonly string[]): string | undefined {
  if (error instanceof IssuerUnavailableError || !(error instanceof errors.JOSEError)) return undefined;
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') return wrongAudience(error.payload, audience);
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} of the token has a value that is not accepted here.`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed in a way that is not accepted.';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'The token is signed with a key that the issuer does not publish.';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong.';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid || error instanceof errors.JOSENotSupported) {
    return 'The token is not a signed JWT. Opaque tokens cannot be checked here: the issuer must give out JWTs.';
  }
  return undefined;
}
