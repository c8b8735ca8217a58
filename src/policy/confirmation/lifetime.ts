/** How long a confirmation counts, by the clock of the process that it is given to. */
export const LIFETIME_MS = 600_000;

/** How far the clocks of two processes may differ, or one be set back, without a confirmation counting twice. */
const CLOCK_MARGIN_MS = LIFETIME_MS;

/** A confirmation that ends later than this was made by a clock that is too far ahead to be trusted with it. */
export const LONGEST_AHEAD_MS = LIFETIME_MS + CLOCK_MARGIN_MS;

/**
 * How long a used confirmation is remembered, even where the clock says that it has expired: a process whose clock is behind
 * takes it for longer than the one that it was used in.
 */
export const REMEMBERED_MS = LIFETIME_MS + 2 * CLOCK_MARGIN_MS;
