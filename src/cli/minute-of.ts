/** A time in UTC for people, to the minute: `2026-01-31 12:00`. */
export const minuteOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
