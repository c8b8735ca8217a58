const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `10m` in milliseconds. */
export function toMilliseconds(per: string): number {
  const unit = per.at(-1) as keyof typeof UNIT_MS;
  return Number(per.slice(0, -1)) * UNIT_MS[unit];
}
