import type { Declared } from '../catalog/declared-answer.js';
import { isRecord } from '../platform/is-record.js';

/** Properties that hold a time are named alike in the whole API. */
const NAME = /(?:^|_)(?:at|expiration)$/;
/** 1973, in milliseconds: anything less is no time of Clerk's, or in seconds. */
const FIRST = 100_000_000_000;
const LAST = 8_640_000_000_000_000;

/** The value with its times as ISO 8601 has them. What its owner wrote, such as metadata, stays as it is. */
export function isoTimes(value: unknown, shape: Declared | undefined): unknown {
  if (value === null || typeof value !== 'object' || shape?.free === true) return value;
  if (Array.isArray(value)) return value.map((item) => isoTimes(item, shape));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [
    key,
    isTimeOf(key, member) ? new Date(member).toISOString() : isoTimes(member, shape?.properties.get(key)),
  ]);
  return Object.fromEntries(entries);
}

const isTimeOf = (key: string, value: unknown): value is number =>
  typeof value === 'number' && value >= FIRST && value <= LAST && NAME.test(key);
