import type { LoggedLine } from './log-reader.js';

/** Which log the lines are of: a receiver has lines of many, each with numbers and a chain of its own. */
export interface LogIdentity {
  readonly id: string;
  readonly host: string;
  readonly file: string;
}

/** One way to hand over lines. */
export interface Transport {
  /**
   * Hands over all of these lines, in their order. Resolves once the receiver has them, as far as the protocol tells, with how many
   * of them it will never have.
   * @throws DeliveryError, or what the system says: then some of them may have arrived, and all are sent again
   */
  send(lines: readonly LoggedLine[], log: LogIdentity, signal: AbortSignal): Promise<number>;
  /** Looks whether the receiver can be reached, and takes no notice of lines. @throws as `send` does */
  check(signal: AbortSignal): Promise<string>;
  /** The most lines of one delivery. */
  readonly most: number;
  /** How long to wait after a delivery for more lines that can go together, in milliseconds. */
  readonly pauseMs: number;
  /** Whether a delivery that is repeated must hold the same lines, since the receiver knows it by an id. */
  readonly isRepeatedWhole: boolean;
  close(): void;
}

/** Why a delivery did not succeed. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** When to try again at the earliest, in milliseconds from now, if the receiver says so. */
  readonly retryAfterMs: number | undefined;
  /** Whether fewer lines at once could help. */
  readonly isTooLarge: boolean;

  constructor(
    message: string,
    { retryAfterMs, isTooLarge = false }: { retryAfterMs?: number | undefined; isTooLarge?: boolean } = {},
  ) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.isTooLarge = isTooLarge;
  }
}
