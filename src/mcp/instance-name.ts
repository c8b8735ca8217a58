import { isRecord } from '../platform/is-record.js';
import type { InstanceKind } from '../policy/policy-types.js';

export interface InstanceNameOptions {
  readonly kind: InstanceKind;
  /** Lists the instance's domains; takes as long as it may, and no longer. */
  readonly read: () => Promise<unknown>;
  /** Default: `Date.now`. */
  readonly now?: () => number;
}

/** The read that tells what an instance is called. */
export const DOMAINS = 'Domains_getAllDomains';

/** After this long a read that failed is made again, in milliseconds. */
const AGAIN_MS = 60_000;

/** A host, as it stands in an address. It is set by people, and read by models. */
const HOST = /^[\w-]+(\.[\w-]+)*(:\d+)?$/;
const LONGEST = 253;

/**
 * What the instance is called: `Clerk · example.com · LIVE`. Nothing waits for it: until its domain is known, its kind is all
 * that is told.
 */
export class InstanceName {
  readonly #options: InstanceNameOptions;
  #domain: string | undefined;
  #title: string;
  #askAgainAt = 0;

  constructor(options: InstanceNameOptions) {
    this.#options = options;
    this.#title = `Clerk · ${options.kind.toUpperCase()}`;
  }

  /** Stands in every answer. */
  get title(): string {
    return this.#title;
  }

  /** Has the domain read where it is not known. A client asks that knows more than tools; the others see no difference. */
  ask(): void {
    const { read, now = Date.now } = this.#options;
    if (this.#domain !== undefined || now() < this.#askAgainAt) return;
    this.#askAgainAt = now() + AGAIN_MS;
    read().then(
      (answer) => this.learn(answer),
      () => {},
    );
  }

  /** From a list of domains that was read anyway. */
  learn(answer: unknown): void {
    const list = isRecord(answer) ? answer.data : answer;
    const domains = Array.isArray(list) ? list.filter(isRecord) : [];
    const { name } = domains.find(({ is_satellite }) => is_satellite === false) ?? domains[0] ?? {};
    if (typeof name !== 'string' || name.length > LONGEST || !HOST.test(name)) return;
    this.#domain = name;
    this.#title = `Clerk · ${name} · ${this.#options.kind.toUpperCase()}`;
  }
}
