import { remedyFor } from './remedies.js';

/** What a hint can mention besides the status. */
export interface HintFacts {
  /** The name of the operation that was called. */
  readonly operation: string;
  readonly code: string;
  readonly paramName?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** List operations that show the ids in the operation's path. */
  readonly findWith: readonly string[];
  /** Whether the body is an error of Clerk's own. */
  readonly fromClerk: boolean;
}

/** Codes of a 401 that concerns a token among the arguments, not the key. */
const SESSION_CODES = /^(?:session_|expired_session_|refresh_)/;

/** What to do about a status of 400 or above, in a sentence or two. */
export function hintFor(status: number, facts: HintFacts): string {
  if (!facts.fromClerk && status !== 429) return notClerks(status, facts);
  return remedyFor(facts.code, facts.operation) ?? byStatus(status, facts);
}

function byStatus(status: number, facts: HintFacts): string {
  switch (status) {
    case 400:
    case 422:
      return facts.paramName === undefined ? 'Correct the arguments as the message says.' : `Correct ${facts.paramName}.`;
    case 401:
      if (SESSION_CODES.test(facts.code)) return "Clerk refuses the session's token, not the key. Give another one.";
      return 'Clerk refuses the secret key: check that CLERK_SECRET_KEY is complete, not revoked, and belongs to the right instance.';
    case 402:
      return "The instance's plan does not include this. Someone must change the plan in Clerk's dashboard; calling again does not help.";
    case 403:
      return "Not allowed for this instance or resource. A feature may be off or a quota used up: see Clerk's dashboard.";
    case 404:
      return notFound(facts.findWith);
    case 409:
      return 'It conflicts with the current state. Read the resource and decide again.';
    case 410:
      return 'Clerk has withdrawn this operation. Choose another one.';
    case 413:
      return 'The request is too large for Clerk. Send less.';
    case 415:
      return 'Clerk does not accept this media type. Use a PNG, JPEG, GIF or WebP image.';
    case 429:
      return tooMany(facts.retryAfterSeconds);
    default:
      return status >= 500
        ? `Clerk failed${facts.code === 'maintenance_mode' ? ' because of maintenance' : ''}. Try again later.`
        : 'Read the message, correct the call and try again.';
  }
}

/** Only a proxy answers with this status. */
const PROXY_AUTHENTICATION = 407;

/** A body that Clerk did not write is most likely from a proxy, a firewall or another server at the address. */
function notClerks(status: number, facts: HintFacts): string {
  const between = "The body is not one of Clerk's errors: something in between may have answered.";
  if (status === PROXY_AUTHENTICATION) return `${between} Give the proxy its name and password in HTTPS_PROXY.`;
  if (status >= 500) return `${between} Check CLERK_API_URL and any proxy, or try again later.`;
  if (status === 404) return `${between} Check CLERK_API_URL and any proxy.`;
  return `${between} Check CLERK_API_URL and any proxy. If it was Clerk: ${hintFor(status, { ...facts, fromClerk: true })}`;
}

const notFound = (findWith: readonly string[]): string =>
  findWith.length === 0
    ? 'Nothing in this instance has this id. It may have been deleted, or belong to another instance.'
    : `Nothing in this instance has this id. Find ids with ${findWith.join(' or ')}.`;

const tooMany = (seconds: number | undefined): string =>
  seconds === undefined
    ? 'Too many requests, so Clerk did nothing. Call again later, with fewer calls at once.'
    : `Too many requests, so Clerk did nothing. Call again in ${seconds} s.`;
