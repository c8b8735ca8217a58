import { timingSafeEqual } from 'node:crypto';
import { errorMessage } from '../../platform/error-message.js';
import { fileProblem } from '../../platform/file-problem.js';
import type { Logger } from '../../platform/logger.js';
import { readText } from '../../platform/read-text.js';
import { hideFromNowOn } from '../../platform/scrub.js';
import { UserError } from '../../platform/user-error.js';
import { bearerToken } from './bearer.js';
import { sha256 } from './token-file.js';

/** The file with the token for the metrics cannot be used. */
export class MetricsTokenError extends UserError {
  override readonly name = 'MetricsTokenError';
}

/** Long enough not to be guessed, and in a form that a header can carry. */
const FORM = /^[\w.~+/-]{32,512}={0,2}$/;

/** A credential that does not expire, for scrapers of `/metrics`. It is good for nothing else. */
export class MetricsToken {
  readonly #path: string;
  readonly #logger: Pick<Logger, 'error'>;
  #digest: Buffer;

  private constructor(path: string, logger: Pick<Logger, 'error'>, digest: Buffer) {
    this.#path = path;
    this.#logger = logger;
    this.#digest = digest;
  }

  /** @throws MetricsTokenError */
  static async open(path: string, logger: Pick<Logger, 'error'>): Promise<MetricsToken> {
    return new MetricsToken(path, logger, await digestIn(path));
  }

  /** Whether the request shows the token. The time taken tells nothing about it. */
  isShown(headers: Headers): boolean {
    const bearer = bearerToken(headers);
    return 'token' in bearer && timingSafeEqual(sha256(bearer.token), this.#digest);
  }

  /** Reads the file again. If it is faulty, the token read last stays in force. */
  async reload(): Promise<void> {
    try {
      this.#digest = await digestIn(this.#path);
    } catch (error) {
      this.#logger.error(
        { reason: errorMessage(error) },
        'the token for the metrics could not be read again: the last one stays',
      );
    }
  }
}

async function digestIn(path: string): Promise<Buffer> {
  const text = await readText(path).catch((error: unknown) => {
    throw new MetricsTokenError(`--metrics-token-file ${path} cannot be read: ${fileProblem(error, 'read')}.`);
  });
  const token = text.trim();
  if (!FORM.test(token)) {
    throw new MetricsTokenError(
      `${path} must hold one token of 32 to 512 letters, digits and . _ ~ + / -, for example from openssl rand -base64 32.`,
    );
  }
  hideFromNowOn(token);
  return sha256(token);
}
