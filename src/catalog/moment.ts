/** How a moment can be given. */
export const MOMENT_FORMS =
  'Unix milliseconds, ISO 8601 such as 2026-01-31 or 2026-01-31T08:00:00Z, or from now, such as -7d, -24h, -30m or -2w';

const RELATIVE = /^([+-])(\d{1,6})([smhdw])$/;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Converts a moment as people write it to Unix milliseconds: `-7d` and `+12h` count from now. In ISO 8601, a date alone
 * is the start of that day and a time without an offset is UTC. `undefined` for any other text.
 */
export function readMoment(text: string, now: number = Date.now()): number | undefined {
  const trimmed = text.trim();
  const [, sign, count, unit = ''] = RELATIVE.exec(trimmed) ?? [];
  if (count !== undefined) return now + (sign === '-' ? -1 : 1) * Number(count) * (UNITS[unit] ?? 0);
  const [whole, year, month, day, time = '00:00', offset = 'Z'] = ISO.exec(trimmed) ?? [];
  if (whole === undefined) return undefined;
  // Date.parse would take February 31st for March 3rd.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(at) ? undefined : at;
}

/** 2001 in milliseconds. Clerk is younger, and a smaller number is most likely in seconds. */
const FIRST = Date.UTC(2001);

/** Why a number is unlikely to be a moment in Unix milliseconds; `undefined` where it may be. Zero means the beginning. */
export function momentFault(value: number): string | undefined {
  if (value <= 0 || value >= FIRST) return undefined;
  const meant = value * 1000;
  return `Unix milliseconds: ${value} is in seconds, which are ${meant} milliseconds (${new Date(meant).toISOString()})`;
}

/** The note for a text that was read as a moment. */
export const momentReading = (name: string, text: string, at: number): string =>
  `${name}: ${text.trim()} read as ${at} (${new Date(at).toISOString()})`;
