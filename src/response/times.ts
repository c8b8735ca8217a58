import type { Declared } from '../catalog/declared-answer.js';
import { isRecord } from '../platform/is-record.js';

/** Where no schema describes a property, its name tells whether it holds a time, as everywhere in the API. */
const NAME = /(?:^|_)(?:at|expiration)$/;
/** 1973, in milliseconds: a smaller number is not a time of Clerk's, or is in seconds. */
const FIRST = 100_000_000_000;
const LAST = 8_640_000_000_000_000;

/** The value with its times in ISO 8601. What its owner wrote, such as metadata, stays as it is. */
export function isoTimes(value: unknown, shape: Declared | undefined): unknown {
  if (value === null || typeof value !== 'object' || shape?.free === true) return value;
  if (Array.isArray(value)) return value.map((item) => isoTimes(item, shape));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    const declared = shape?.properties.get(key);
    const isTime = declared === undefined ? NAME.test(key) : declared.time === true;
    return [key, isTime && isInRange(member) ? new Date(member).toISOString() : isoTimes(member, declared)];
  });
  return Object.fromEntries(entries);
}

const isInRange = (value: unknown): value is number => typeof value === 'number' && value >= FIRST && value <= LAST;
