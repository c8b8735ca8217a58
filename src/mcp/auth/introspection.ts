import { errorMessage } from '../../platform/error-message.js';
import { isRecord } from '../../platform/is-record.js';
import { fetchByProxy } from '../../platform/proxy.js';
import { readSecretFile } from '../../platform/read-secret-file.js';
import { hideFromNowOn } from '../../platform/scrub.js';
import { UserError } from '../../platform/user-error.js';
import { type Issuer, IssuerUnavailableError, trustedUrl } from './issuer.js';
import { type Fetch, readJson } from './read-json.js';
import { sha256 } from './token-file.js';

/** The file with the secret of the client cannot be used. */
export class IntrospectionSecretError extends UserError {
  override readonly name = 'IntrospectionSecretError';
}

/** How this server shows the issuer who it is, when it asks about tokens. */
export interface IntrospectionClient {
  readonly clientId: string;
  /** A file with the client's secret and nothing else. */
  readonly secretFile: string;
}

export interface IntrospectionOptions {
  readonly issuer: Pick<Issuer, 'metadata'>;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long the issuer may take to answer, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number;
  /** How long an answer holds, in milliseconds. Default: 10,000. */
  readonly freshMs?: number;
  readonly fetch?: Fetch;
  /** Milliseconds from any fixed point. Default: the process's monotonic clock. */
  readonly now?: () => number;
}

interface Known {
  readonly isActive: Promise<boolean>;
  readonly askedAt: number;
}

/** Only tokens with a good signature are asked about, so nobody can fill this with made-up ones. */
const MOST_KNOWN = 10_000;

/** Asks the issuer whether tokens that it has signed still count (RFC 7662): one that was revoked looks as good as ever. */
export class Introspection {
  readonly #options: IntrospectionOptions;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(options: IntrospectionOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** @throws IntrospectionSecretError */
  static async open({ clientId, secretFile }: IntrospectionClient, issuer: Issuer): Promise<Introspection> {
    const fault = (why: string) =>
      new IntrospectionSecretError(`--introspection-secret-file: ${secretFile} cannot be read: ${why}.`);
    const clientSecret = readSecretFile(secretFile, 'a secret', fault);
    if (clientSecret === '') throw new IntrospectionSecretError(`--introspection-secret-file: ${secretFile} is empty.`);
    hideFromNowOn(clientSecret);
    return new Introspection({ issuer, clientId, clientSecret });
  }

  /**
   * Many who ask about one token at once wait for one answer.
   * @throws IssuerUnavailableError where there is no answer: then nobody knows
   */
  isActive(token: string): Promise<boolean> {
    const { freshMs = 10_000 } = this.#options;
    const key = sha256(token).toString('base64');
    const known = this.#known.get(key);
    if (known !== undefined && this.#now() - known.askedAt < freshMs) return known.isActive;
    const isActive = this.#ask(token);
    this.#known.delete(key);
    this.#known.set(key, { isActive, askedAt: this.#now() });
    isActive.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return isActive;
  }

  async #ask(token: string): Promise<boolean> {
    const { issuer, clientId, clientSecret, fetch = fetchByProxy, timeoutMs = 5000 } = this.#options;
    const { introspection_endpoint: endpoint } = await issuer.metadata();
    if (endpoint === undefined)
      throw new IssuerUnavailableError('The issuer has no introspection_endpoint: leave out --introspection-client-id');
    const address = trustedUrl(endpoint, 'introspection_endpoint').href;
    // By RFC 6749 both are encoded as in forms first.
    const credentials = [clientId, clientSecret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':');
    const request: RequestInit = {
      method: 'POST',
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    };
    try {
      const answer = await readJson(address, fetch, timeoutMs, request);
      if (isRecord(answer) && typeof answer.active === 'boolean') return answer.active;
    } catch (error) {
      throw new IssuerUnavailableError(`The issuer could not be asked about a token. ${address}: ${errorMessage(error)}`);
    }
    throw new IssuerUnavailableError(
      `The issuer could not be asked about a token. ${address}: does not say whether it is active`,
    );
  }
}
