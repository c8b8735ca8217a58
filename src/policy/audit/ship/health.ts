import { lengthInWords } from '../../../platform/length-in-words.js';

/** What is known of deliveries to one target, from all logs of this process. */
export interface TargetStatus {
  readonly name: string;
  /** Lines that arrived. */
  readonly delivered: number;
  /** Deliveries that failed, each of which is repeated. */
  readonly failures: number;
  /** Lines that the target will never have. */
  readonly lost: number;
  /** Lines on record that have not arrived yet. */
  readonly lag: number;
  /** How long the oldest of them has waited since it was first tried, in milliseconds. */
  readonly lagMs: number;
  readonly isDown: boolean;
}

export interface HealthOptions {
  readonly name: string;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly now: () => number;
}

/** Counts deliveries to one target, and says once that an outage has begun, and once that it is over. */
export class Health {
  readonly #options: HealthOptions;
  #delivered = 0;
  #failures = 0;
  #lost = 0;
  #down: { readonly since: number; attempts: number } | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get isDown(): boolean {
    return this.#down !== undefined;
  }

  succeeded(lines: number): void {
    this.#delivered += lines;
    if (this.#down === undefined) return;
    const { since, attempts } = this.#down;
    this.#down = undefined;
    const { info, name, now } = this.#options;
    info(`the record arrives at ${name} again, after ${lengthInWords(now() - since)} and ${attempts} failed attempts`);
  }

  /** These lines will never arrive; which, and why, was told by whoever found out. */
  lost(lines: number): void {
    this.#lost += lines;
  }

  failed(reason: string): void {
    this.#failures++;
    if (this.#down !== undefined) {
      this.#down.attempts++;
      return;
    }
    const { warn, name, now } = this.#options;
    this.#down = { since: now(), attempts: 1 };
    warn(`the record does not arrive at ${name}: ${reason}. It waits in its file, and is sent as soon as that works.`);
  }

  /** Without what only the logs know. */
  counts(): Pick<TargetStatus, 'name' | 'delivered' | 'failures' | 'lost' | 'isDown'> {
    return { name: this.name, delivered: this.#delivered, failures: this.#failures, lost: this.#lost, isDown: this.isDown };
  }
}
