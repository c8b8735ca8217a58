import { isRecord } from '../platform/is-record.js';
import type { InstanceKind } from '../policy/policy-types.js';

export interface InstanceNameOptions {
  readonly kind: InstanceKind;
  /** What it is called beside others that the same program serves. */
  readonly own?: string | undefined;
  /** Lists the instance's domains, within a time limit of its own. */
  readonly read: () => Promise<unknown>;
  /** Default: `Date.now`. */
  readonly now?: () => number;
}

/** The read from which an instance's name is learnt. */
export const DOMAINS = 'Domains_getAllDomains';

/** After this long a read that failed is made again, in milliseconds. */
const AGAIN_MS = 60_000;

/** A host as in an address. People set it and models read it, so nothing else is let through. */
const HOST = /^[\w-]+(\.[\w-]+)*(:\d+)?$/;
const LONGEST = 253;

/**
 * What the instance is called: `Clerk · example.com · LIVE`, and of several `Clerk · shop · example.com · LIVE`. Nothing
 * waits for the domain: until it is known, the name does without.
 */
export class InstanceName {
  readonly #options: InstanceNameOptions;
  #domain: string | undefined;
  #title: string;
  #askAgainAt = 0;

  constructor(options: InstanceNameOptions) {
    this.#options = options;
    this.#title = this.#titleWith(undefined);
  }

  /** Stands in every answer. */
  get title(): string {
    return this.#title;
  }

  get domain(): string | undefined {
    return this.#domain;
  }

  /** Has the domain read unless it is known. Asked only for clients that use more than tools; others see no difference. */
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
    this.#title = this.#titleWith(name);
  }

  /** For programs: the server's name, which says which of several instances it works on. */
  get server(): string {
    const { own } = this.#options;
    return own === undefined ? 'clerk-mcp' : `clerk-mcp-${own}`;
  }

  #titleWith(domain: string | undefined): string {
    const { own, kind } = this.#options;
    return ['Clerk', own, domain, kind.toUpperCase()].filter((part) => part !== undefined).join(' · ');
  }
}
