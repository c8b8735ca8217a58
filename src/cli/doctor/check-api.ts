import { PROBE } from '../../app/assemble.js';
import { catalog } from '../../app/load-catalog.js';
import { ClerkClient } from '../../clerk/clerk-client.js';
import { ClerkAnswerError, ClerkApiError, ClerkConnectionError, ClerkError, ClerkTimeoutError } from '../../clerk/errors.js';
import { connectionAdvice } from '../../clerk/failure.js';
import { VERSION } from '../../platform/version.js';
import { checkClock } from './check-clock.js';
import { isMachineKey } from './check-key.js';
import { type Finding, failure, ok, warning } from './finding.js';

export interface ApiOptions {
  readonly url: string;
  readonly secretKey: string;
  readonly proxy?: URL | undefined;
  /** In milliseconds; at most ten seconds count. */
  readonly timeoutMs?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
}

const LONGEST_MS = 10_000;

/** Sends a single read: checks who answers, whether the key and the API version are accepted, and the clock. */
export async function checkApi({
  url,
  secretKey,
  proxy,
  timeoutMs = LONGEST_MS,
  connectTimeoutMs,
}: ApiOptions): Promise<Finding[]> {
  let date: string | undefined;
  const clerk = new ClerkClient({
    baseUrl: url,
    secretKey,
    userAgent: `clerk-mcp/${VERSION}`,
    timeoutMs: Math.min(timeoutMs, LONGEST_MS),
    maxAttempts: 1,
    proxy,
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    onAnswer: (_, headers) => {
      date = headers?.get('date');
    },
  });
  const operation = catalog.get(PROBE);
  const began = Date.now();
  const clock = (): Finding[] => (date === undefined ? [] : [checkClock(date, { began, ended: Date.now() })]);
  try {
    const { value } = await clerk.send(operation, {});
    if (!Array.isArray((value as { readonly keys?: unknown } | null)?.keys)) return [stranger(url)];
    const took = Date.now() - began;
    return [
      ok('api', `${url} answers in ${took} ms and accepts the key.`),
      ok('version', `The API has version ${operation.apiVersion}.`),
      ...clock(),
    ];
  } catch (error) {
    if (!(error instanceof ClerkError)) throw error;
    // A machine's key allows no read without inputs, so a rejection shows only that Clerk is there.
    if (isMachineKey(secretKey) && error instanceof ClerkApiError && (error.status === 401 || error.status === 403))
      return [ok('api', `${url} answers. Whether it accepts a machine's key can only be seen with an M2M token.`), ...clock()];
    return [...findingsOf(error, { url, proxy, version: operation.apiVersion }), ...clock()];
  } finally {
    await clerk.close();
  }
}

interface Tried {
  readonly url: string;
  readonly proxy: URL | undefined;
  readonly version: string;
}

function findingsOf(error: ClerkError, { url, proxy, version }: Tried): Finding[] {
  if (error instanceof ClerkApiError) return findingsOfAnswer(error, url, version);
  if (error instanceof ClerkTimeoutError) return [failure('api', `${url} did not answer in time.`, connectionAdvice('', proxy))];
  if (error instanceof ClerkConnectionError)
    return [failure('api', `${url} cannot be reached (${error.reason}).`, connectionAdvice(error.reason, proxy))];
  if (error instanceof ClerkAnswerError) return [stranger(url)];
  return [failure('api', error.message, error.hint)];
}

function findingsOfAnswer({ status, message, fromClerk }: ClerkApiError, url: string, version: string): Finding[] {
  if (!fromClerk && status < 500 && status !== 429) return [stranger(url)];
  if (status === 401 || status === 403)
    return [
      failure(
        'api',
        `${url} answers, but does not accept the key (${status}).`,
        'Copy the secret key again from the dashboard, under API keys. A revoked key, or one for another address, is not accepted.',
      ),
    ];
  if (status === 429)
    return [warning('api', `${url} answers that there are too many requests now.`, 'Wait a minute and try again.')];
  // The read has no inputs, so only its version can be wrong.
  if (status === 400 || status === 410)
    return [
      ok('api', `${url} answers.`),
      failure('version', `Version ${version} of the API is not accepted: ${message}`, 'Install the newest clerk-mcp.'),
    ];
  if (status >= 500) return [failure('api', `${url} answers with ${status}.`, 'Look at status.clerk.com, and try again later.')];
  return [stranger(url)];
}

const stranger = (url: string): Finding =>
  failure(
    'api',
    `Something answers at ${url}, but not Clerk's Backend API.`,
    'Check CLERK_API_URL, and whether a proxy is in between.',
  );
