/** The result of a call. */
export interface ClerkAnswer {
  readonly status: number;
  readonly kind: 'json' | 'text' | 'empty';
  /** The parsed JSON, the text, or undefined. */
  readonly value: unknown;
  /** The JSON exactly as Clerk sent it; `value` loses number formats and spacing. */
  readonly raw?: string;
  /** What was made of `raw` in passing; `value` is then parsed when it is first asked for. */
  readonly passed?: string;
  /** How many requests it took. */
  readonly attempts: number;
  /** Clerk's id of the request, to quote to its support. */
  readonly traceId?: string;
  /** An earlier attempt, whose answer was lost, may already have made the change. */
  readonly repeated?: boolean;
}
