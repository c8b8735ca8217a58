import { fetchByProxy } from '../../../platform/proxy.js';
import { DeliveryError } from './transport.js';

export interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;
/** No answer that matters is longer. */
const LONGEST_ANSWER = 16_384;
const LONGEST_WAIT_MS = 300_000;

/** Posts JSON, and answers with the beginning of what comes back. @throws DeliveryError unless the status is 2xx */
export async function postJson({ url, headers, body, signal }: Posted): Promise<string> {
  let response: Response;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    response = await fetchByProxy(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const text = await beginningOf(response);
    if (response.ok) return text;
  } catch (error) {
    throw new DeliveryError(limit.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : reasonOf(error));
  }
  throw new DeliveryError(`status ${response.status}`, {
    retryAfterMs: retryAfter(response.headers.get('retry-after')),
    isTooLarge: response.status === 413,
  });
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, LONGEST_ANSWER);
}

/** The system's code, where there is one: messages of libraries can quote addresses, whose paths can hold secrets. */
function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {};
  for (const each of [cause, error]) {
    if (each instanceof Error && 'code' in each && typeof each.code === 'string') return each.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}

/** Seconds or a date, as milliseconds from now. */
function retryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_WAIT_MS);
}
