/** How long a confirmation counts, by the clock of the process that receives it. */
export const LIFETIME_MS = 600_000;

/** How far the clocks of two processes may differ, or one be set back, without a confirmation counting twice. */
const CLOCK_MARGIN_MS = LIFETIME_MS;

/** A confirmation that ends later than this was made by a clock too far ahead to be trusted. */
export const LONGEST_AHEAD_MS = LIFETIME_MS + CLOCK_MARGIN_MS;

/**
 * How long a used confirmation is remembered, even once it has expired by this clock: a process whose clock is behind
 * would still accept it.
 */
export const REMEMBERED_MS = LIFETIME_MS + 2 * CLOCK_MARGIN_MS;
