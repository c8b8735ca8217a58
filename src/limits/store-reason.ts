import { StoreUnavailableError } from './store-unavailable.js';

/** What Redis and the system call what went wrong. Nothing else of a message is passed on. */
const KNOWN =
  /\b(?:READONLY|OOM|MISCONF|NOREPLICAS|LOADING|CLUSTERDOWN|MASTERDOWN|NOAUTH|NOPERM|WRONGPASS|BUSY|TRYAGAIN|CROSSSLOT|EXECABORT|E(?:CONNREFUSED|CONNRESET|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|PIPE))\b/;

/** A short code. The error itself carries the command and its arguments, such as a password. */
export function reasonOf(error: unknown): string {
  if (error instanceof StoreUnavailableError) return error.reason;
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z_\d]*$/.test(error.code)) return error.code;
  if (error.message === 'Command timed out') return 'timeout';
  if (error.message.includes("user executing the script can't run")) return 'NOPERM';
  const known = KNOWN.exec(error.message);
  if (known !== null) return known[0];
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? 'not connected';
}

/** The same of a Sentinel that did not name the primary. */
export function sentinelReasonOf(error: unknown): string {
  const isUnknown = error instanceof Error && /got an invalid reply|No such (?:master|primary)/.test(error.message);
  return isUnknown ? 'the Sentinels know no primary of this name' : `Sentinel: ${reasonOf(error)}`;
}
