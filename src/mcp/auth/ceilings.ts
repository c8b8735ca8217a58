import { stat } from 'node:fs/promises';
import type { JWTPayload } from 'jose';
import type { Catalog } from '../../catalog/catalog.js';
import { errorMessage } from '../../platform/error-message.js';
import { fileProblem } from '../../platform/file-problem.js';
import type { Logger } from '../../platform/logger.js';
import { readText } from '../../platform/read-text.js';
import type { GrantedWho } from '../../policy/rules/grant-matches.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { type GrantEntry, GrantsFileError, readGrants } from './grants-file.js';
import { type Offered, Offers } from './offers.js';
import { ALL_SCOPES } from './roles.js';

/** How old the view of the file may be, in milliseconds. */
const VIEW_MS = 1000;

export interface CeilingsOptions {
  /** The file of grants. Read again when it changes. */
  readonly path: string;
  readonly catalog: Catalog;
  /** The instances that entries can name, where several are served. */
  readonly instances?: readonly string[] | undefined;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** Milliseconds from any fixed point. Default: the process's monotonic clock. */
  readonly now?: () => number;
}

/**
 * What each person may do at most, whatever scopes they consented to. A change of the file counts from the next request
 * on, and reaches what is open: it ends where its caller may do less, and is told where they may do more. A new version
 * that is faulty changes nothing, and the log says so.
 */
export class Ceilings {
  readonly #options: CeilingsOptions;
  readonly #now: () => number;
  readonly #offers = new Offers();
  readonly #timer: NodeJS.Timeout;
  #entries: readonly GrantEntry[] = [];
  #version = '';
  #lookedAt = 0;
  #looking: Promise<void> | undefined;
  #complaint = '';

  private constructor(options: CeilingsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    // Clients that only listen make no requests, so nothing else would look.
    this.#timer = setInterval(() => void this.#look().then(() => this.#offers.forget(Date.now())), VIEW_MS).unref();
  }

  /** @throws GrantsFileError where the file cannot be read or is faulty */
  static async open(options: CeilingsOptions): Promise<Ceilings> {
    const ceilings = new Ceilings(options);
    try {
      await ceilings.#read();
    } catch (error) {
      ceilings.close();
      const lines = errorMessage(error).split('\n');
      if (!(error instanceof GrantsFileError))
        throw new GrantsFileError(`The grants file ${options.path} cannot be read: ${fileProblem(error, 'read')}.`);
      throw new GrantsFileError([`${options.path} is not a valid grants file:`, ...lines].join('\n  '));
    }
    ceilings.#lookedAt = ceilings.#now();
    return ceilings;
  }

  /**
   * By the first entry that fits the claims of a verified token; `undefined` where none does.
   * @param until when the token expires, in Unix milliseconds
   * @param instance the one of several that is asked for: entries that do not name it do not count
   */
  async of(claims: JWTPayload, consented: readonly Scope[], until: number, instance?: string): Promise<Offered | undefined> {
    if (this.#now() - this.#lookedAt >= VIEW_MS) await this.#look();
    const entry = this.#entryFor(claims, instance);
    return entry && this.#offers.hold({ claims, consented, instance, ceiling: entry, until });
  }

  /** Those of several instances that the claims may reach. */
  async reach(claims: JWTPayload): Promise<ReadonlySet<string>> {
    if (this.#now() - this.#lookedAt >= VIEW_MS) await this.#look();
    return new Set(this.#options.instances?.filter((instance) => this.#entryFor(claims, instance) !== undefined));
  }

  /** What someone may have, on one instance of several or anywhere: a client need not ask for more. */
  scopes(instance?: string): readonly Scope[] {
    const entries = this.#entries.filter((entry) => instance === undefined || entry.instances?.has(instance));
    return ALL_SCOPES.filter((scope) => entries.some(({ scopes }) => scopes.includes(scope)));
  }

  #entryFor(claims: JWTPayload, instance: string | undefined): GrantEntry | undefined {
    return this.#entries.find((entry) => (instance === undefined || entry.instances?.has(instance)) && entry.isFor(claims));
  }

  /** Whom the entries name. */
  get granted(): readonly GrantedWho[] {
    return this.#entries.map(({ who }) => who);
  }

  async reload(): Promise<void> {
    await this.#looking;
    this.#version = '';
    await this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Many who ask at once wait for one look. */
  async #look(): Promise<void> {
    this.#looking ??= this.#read()
      .then(
        () => {
          this.#complaint = '';
        },
        (error: unknown) => this.#complain(errorMessage(error)),
      )
      .then(() => {
        this.#lookedAt = this.#now();
        this.#looking = undefined;
      });
    await this.#looking;
  }

  async #read(): Promise<void> {
    const { path, catalog, logger, instances } = this.#options;
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const version = [ino, size, mtimeNs, ctimeNs].join();
    if (version === this.#version) return;
    this.#entries = readGrants(await readText(path), catalog, instances);
    this.#version = version;
    this.#offers.settle((claims, instance) => this.#entryFor(claims, instance));
    logger.info({ path, entries: this.#entries.length }, 'grants file read');
  }

  /** Once per fault, not once per second. */
  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.logger.error({ reason }, 'the grants file could not be read again: what was read last stays in force');
  }
}
