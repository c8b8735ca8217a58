import { type Finding, failure, ok, warning } from './finding.js';

/** The clock skew that Clerk's own SDKs tolerate, in milliseconds. */
const TOLERATED_MS = 5_000;
/** The lifetime of a session token: with more skew than this, every token looks expired or not yet valid. */
const TOKEN_LIFE_MS = 60_000;
/** The header has no fractions of a second. */
const HALF_SECOND_MS = 500;

/** @param date the `Date` header of an answer, to a request that began and ended at these times, in Unix milliseconds */
export function checkClock(date: string, { began, ended }: { readonly began: number; readonly ended: number }): Finding {
  const there = Date.parse(date);
  if (Number.isNaN(there))
    return warning('clock', 'The answer has no Date header to compare with.', 'Check whether a proxy is in between.');
  const ahead = (began + ended) / 2 - (there + HALF_SECOND_MS);
  const off = Math.max(0, Math.abs(ahead) - (ended - began) / 2 - HALF_SECOND_MS);
  if (off <= TOLERATED_MS) return ok('clock', 'The clock agrees with that of the API.');
  const message = `The clock is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'} that of the API.`;
  const advice = 'Synchronize the clock over the network (NTP).';
  return off > TOKEN_LIFE_MS
    ? failure('clock', `${message} Tokens look expired, or not yet valid.`, advice)
    : warning('clock', message, advice);
}
