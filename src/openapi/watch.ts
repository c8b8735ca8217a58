import type { Catalog } from '../catalog/catalog.js';
import { errorMessage } from '../platform/error-message.js';
import { OpenApiDocument } from './document.js';
import { type Lacking, lackingInWords, whatCatalogLacks } from './lacking.js';
import { readDocument } from './source.js';

export interface WatchOptions {
  /** An https address; http is for this machine. */
  readonly url: string;
  readonly catalog: Catalog;
  readonly log: { readonly info: (message: string) => void; readonly warn: (message: string) => void };
}

const EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads Clerk's document now and once a day, and says what the catalog lacks. Nothing in it becomes a tool. No call waits
 * for it: it reads in the background, within limits of time and size, and reports a failure once.
 */
export class DocumentWatch {
  readonly #options: WatchOptions;
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #lacking: Lacking | undefined;
  #said: string | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    this.#timer.unref();
    void this.#look();
  }

  /** As of the last successful read of the document; undefined before the first. */
  get lacking(): Lacking | undefined {
    return this.#lacking;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#end.abort();
  }

  async #look(): Promise<void> {
    const { url, catalog, log } = this.#options;
    try {
      const document = new OpenApiDocument(await readDocument(url, { end: this.#end.signal }));
      this.#lacking = await whatCatalogLacks(document, catalog);
      const words = lackingInWords(this.#lacking);
      if (words === undefined) this.#say(log.info, `--openapi-watch: the catalog has all that Clerk's document has.`);
      else this.#say(log.warn, `--openapi-watch: ${words} None of it becomes a tool by itself.`);
    } catch (error) {
      if (!this.#end.signal.aborted) this.#say(log.warn, `--openapi-watch: the document cannot be read: ${errorMessage(error)}`);
    }
  }

  /** Does not repeat the same message every day. */
  #say(by: (message: string) => void, message: string): void {
    if (message !== this.#said) by(message);
    this.#said = message;
  }
}
