import { errorMessage } from '../../platform/error-message.js';

/** A document could not be had; `message` says in words why, to follow its address. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  /** Nothing answered, so that another document of the same host cannot be had either. */
  readonly isAway: boolean;

  constructor(message: string, { isAway = false }: { readonly isAway?: boolean } = {}) {
    super(message);
    this.isAway = isAway;
  }
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Metadata and keys have a few thousand bytes. */
const MAX_BYTES = 1_048_576;

/**
 * A document of JSON at an address, where no redirect is followed: who follows one trusts whoever it leads to.
 * @throws UnreadableError
 */
export async function readJson(address: string, fetch: Fetch, timeoutMs: number, request: RequestInit = {}): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const headers = { accept: 'application/json', ...(request.headers as Record<string, string> | undefined) };
    const response = await fetch(address, { ...request, headers, redirect: 'manual', signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new UnreadableError(statusOf(response, address));
    }
    return parsed(await textOf(response));
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    if (signal.aborted) throw new UnreadableError(`gave no whole answer within ${timeoutMs / 1000} s`, { isAway: true });
    throw new UnreadableError(networkReason(error), { isAway: true });
  }
}

function statusOf({ status, headers }: Response, address: string): string {
  const location = headers.get('location');
  if (status < 300 || status >= 400 || location === null) return `answered ${status}`;
  const target = URL.canParse(location, address) ? new URL(location, address) : undefined;
  const where = target === undefined ? 'elsewhere' : `to ${(target.origin + target.pathname).slice(0, 200)}`;
  return `redirects ${where}, and redirects are not followed`;
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MAX_BYTES) throw new UnreadableError(`answered with more than ${MAX_BYTES} bytes`);
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  const start = text.trimStart();
  if (start === '') throw new UnreadableError('answered with nothing');
  if (start.startsWith('<')) throw new UnreadableError('answered with a page for people (HTML) instead of JSON');
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableError('answered with something else than JSON');
  }
}

const NETWORK: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was broken off',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what listens there speaks no TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what listens there speaks no TLS',
};

/** `fetch` says only that it failed; the reason is the cause of its error. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  if (code === undefined) return `cannot be reached: ${errorMessage(cause)}`;
  const isCertificate = /CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(code);
  return NETWORK[code] ?? (isCertificate ? `its certificate is not accepted (${code})` : `cannot be reached (${code})`);
}
