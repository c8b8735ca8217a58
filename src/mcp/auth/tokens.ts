import { timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { RevocationStore } from '../../limits/shared-store.js';
import { errorMessage } from '../../platform/error-message.js';
import { fileProblem } from '../../platform/file-problem.js';
import type { Logger } from '../../platform/logger.js';
import { readText } from '../../platform/read-text.js';
import type { AuthenticatedCaller, Authentication, Authenticator, Credentials } from './authenticator.js';
import { BearerChallenges, bearerToken } from './bearer.js';
import { parseTokenFile, sha256, type TokenEntry, TokenFileError } from './token-file.js';

/** How stale the server's view of the file and of the store may be. */
const VIEW_MS = 1000;

/** How long other processes are told of a removal; long before that, they have read the file again themselves. */
const REVOCATION_MS = 24 * 60 * 60 * 1000;

export interface TokenAuthenticationOptions {
  /** The file of tokens. Read again when it changes. */
  readonly path: string;
  /** The instances that entries can name, where several are served. */
  readonly instances?: readonly string[] | undefined;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Tells the other processes of a removal that one of them has seen. */
  readonly revocations?: RevocationStore | undefined;
  /** Unix milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
}

/** How sessions opened with an entry learn of changes to it. */
interface Opened {
  /** Ends them. */
  readonly withdraw: AbortController;
  /** Called when the entry gains scopes. */
  readonly widened: Set<() => void>;
}

interface Live extends Opened {
  readonly entry: TokenEntry;
  readonly digest: Buffer;
  readonly caller: AuthenticatedCaller;
}

/**
 * Callers who show a token whose hash is in a file. A faulty new version of the file changes nothing: the last good one
 * stays in force, and the log says so.
 */
export class TokenAuthentication implements Authenticator {
  readonly #options: TokenAuthenticationOptions;
  readonly #now: () => number;
  readonly #challenges = new BearerChallenges({ fixedToken: true });
  readonly #complaints = new Map<'file' | 'store', string>();
  readonly #timer: NodeJS.Timeout;
  #live: readonly Live[] = [];
  #version = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  /** The store's contents, and what this process has yet to write there: true to revoke, false to restore. */
  #revoked: ReadonlySet<string> = new Set();
  readonly #unsaid = new Map<string, boolean>();

  private constructor(options: TokenAuthenticationOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    // A session that only listens makes no requests, so nothing else would check its token.
    this.#timer = setInterval(() => void this.#look().then(() => this.#share()), VIEW_MS).unref();
  }

  /** @throws TokenFileError where the file cannot be read or is faulty */
  static async open(options: TokenAuthenticationOptions): Promise<TokenAuthentication> {
    const authentication = new TokenAuthentication(options);
    try {
      await authentication.#readFile();
    } catch (error) {
      authentication.close();
      throw error instanceof TokenFileError
        ? error
        : new TokenFileError(`The token file ${options.path} cannot be read: ${fileProblem(error, 'read')}.`);
    }
    authentication.#unsaid.clear();
    await authentication.#share();
    return authentication;
  }

  async authenticate({ headers }: Credentials): Promise<Authentication> {
    const bearer = bearerToken(headers);
    if ('fault' in bearer) return this.#challenges[bearer.fault]();
    await this.#look();
    const digest = sha256(bearer.token);
    let found: Live | undefined;
    // Every entry is compared, even after a match, so that the time taken tells nothing.
    for (const live of this.#live) if (timingSafeEqual(live.digest, digest)) found = live;
    if (found === undefined) return this.#challenges.invalid('The token is not known here.');
    if (this.#isOver(found)) return this.#challenges.invalid('The token has expired or was withdrawn.');
    return { ok: true, caller: found.caller };
  }

  async reload(): Promise<void> {
    await this.#looking;
    this.#version = '';
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    await this.#look();
    await this.#share();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Rereads the file if the view of it is too old. Many requests at once wait for the same read. */
  async #look(): Promise<void> {
    if (this.#now() - this.#lookedAt < VIEW_MS) return;
    this.#looking ??= this.#readFile()
      .then(
        () => this.#complaints.delete('file'),
        (error: unknown) => this.#complain('file', error),
      )
      .then(() => {
        this.#settle();
        this.#lookedAt = this.#now();
        this.#looking = undefined;
      });
    await this.#looking;
  }

  async #readFile(): Promise<void> {
    const { path, logger, instances } = this.#options;
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const version = [ino, size, mtimeNs, ctimeNs].join();
    if (version === this.#version) return;
    const entries = parseTokenFile(await readText(path), instances);
    const before = this.#live;
    this.#version = version;
    const successions = entries.map((entry) => succeed(before, entry));
    this.#live = successions.map(({ live }) => live);
    const kept = new Set(this.#live.map(({ withdraw }) => withdraw));
    for (const { withdraw } of before) if (!kept.has(withdraw)) withdraw.abort();
    for (const { live, isWider } of successions) if (isWider) for (const tell of live.widened) tell();
    const [old, current] = [idsOf(before), idsOf(this.#live)];
    for (const id of old) if (!current.has(id)) this.#unsaid.set(id, true);
    // A removed token that is put back into the file should work again.
    for (const id of current) if (!old.has(id)) this.#unsaid.set(id, false);
    logger.info({ path, tokens: entries.length }, 'token file read');
  }

  /** Exchanges revocations with the other processes. If the store is away, this is made up for once it is back. */
  async #share(): Promise<void> {
    const { revocations } = this.#options;
    if (revocations === undefined) return;
    try {
      for (const [id, isRevoked] of this.#unsaid) {
        await (isRevoked ? revocations.revoke(id, REVOCATION_MS) : revocations.restore(id));
        this.#unsaid.delete(id);
      }
      this.#revoked = await revocations.revoked();
      this.#complaints.delete('store');
    } catch (error) {
      this.#complain('store', error);
    }
    this.#settle();
  }

  /** Ends what was opened with tokens that are no longer good, and lets tokens that are good again start afresh. */
  #settle(): void {
    this.#live = this.#live.map((live) => {
      if (this.#isOver(live)) live.withdraw.abort();
      else if (live.withdraw.signal.aborted) return toLive(live.entry);
      return live;
    });
  }

  /** Once per fault, not once per second. */
  #complain(about: 'file' | 'store', error: unknown): void {
    const reason = errorMessage(error);
    if (this.#complaints.get(about) === reason) return;
    this.#complaints.set(about, reason);
    this.#options.logger.error({ about, reason }, 'the token file could not be read again: the tokens read last stay in force');
  }

  #isOver({ entry }: Live): boolean {
    return this.#revoked.has(idOf(entry)) || (entry.expiresAt !== undefined && entry.expiresAt <= this.#now());
  }
}

const idOf = (entry: TokenEntry): string => `token:${entry.sha256}`;

const idsOf = (list: readonly Live[]): Set<string> => new Set(list.map(({ entry }) => idOf(entry)));

function toLive(entry: TokenEntry, opened: Opened = { withdraw: new AbortController(), widened: new Set() }): Live {
  const { withdraw, widened } = opened;
  const { name, scopes, instances, expiresAt } = entry;
  const onWidened = (listener: () => void): (() => void) => {
    widened.add(listener);
    return () => void widened.delete(listener);
  };
  const reach = instances && { instances: new Set(instances) };
  const caller = { name, scopes, ...reach, withdrawn: withdraw.signal, onWidened, ...(expiresAt !== undefined && { expiresAt }) };
  return { entry, digest: Buffer.from(entry.sha256, 'hex'), withdraw, widened, caller };
}

/** Sessions go on under a new entry that takes nothing from them; otherwise they are left behind, to be ended. */
function succeed(before: readonly Live[], entry: TokenEntry): { readonly live: Live; readonly isWider: boolean } {
  const old = before.find((live) => isSameToken(live.entry, entry));
  if (old === undefined || !includesAll(entry.scopes, old.entry.scopes) || !includesAll(reachOf(entry), reachOf(old.entry)))
    return { live: toLive(entry), isWider: false };
  const isWider = !includesAll(old.entry.scopes, entry.scopes);
  if (!isWider && includesAll(reachOf(old.entry), reachOf(entry))) return { live: old, isWider };
  return { live: toLive(entry, old), isWider };
}

const isSameToken = (one: TokenEntry, other: TokenEntry): boolean =>
  one.sha256 === other.sha256 && one.name === other.name && one.expiresAt === other.expiresAt;

const reachOf = ({ instances = [] }: TokenEntry): readonly string[] => instances;

const includesAll = (all: readonly string[], some: readonly string[]): boolean => some.every((one) => all.includes(one));
