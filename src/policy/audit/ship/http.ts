import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { proxyFor } from '../../../platform/proxy.js';
import { DeliveryError } from './transport.js';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly signal: AbortSignal;
}

export interface PosterOptions {
  readonly url: string;
  /** How long an answer may take, in milliseconds. Default: 10 s. */
  readonly timeoutMs?: number;
  /** PEM: who signed the receiver's certificate, and what this side shows of its own. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

const TIMEOUT_MS = 10_000;
const CONNECT_MS = 5_000;
/** No answer that matters is longer. */
const LONGEST_ANSWER = 65_536;
const LONGEST_WAIT_MS = 300_000;

/** Posts to one address, through a proxy if the environment names one for it. */
export class Poster {
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #dispatcher: Dispatcher;

  constructor({ url, timeoutMs = TIMEOUT_MS, tls = {} }: PosterOptions) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    const connect = { timeout: CONNECT_MS, ...tls };
    const proxy = proxyFor(url);
    // One request at a time, and none that undici sends again by itself.
    const options = { connections: 1, pipelining: 1 };
    this.#dispatcher =
      proxy === undefined
        ? new Agent({ ...options, connect })
        : new ProxyAgent({ ...options, uri: proxy.href, proxyTls: { timeout: CONNECT_MS }, requestTls: connect });
  }

  /** Answers with the beginning of what comes back. @throws DeliveryError unless the status is 2xx */
  async post({ headers, body, signal }: Message): Promise<Buffer> {
    const limit = AbortSignal.timeout(this.#timeoutMs);
    let answer: Dispatcher.ResponseData;
    let beginning: Buffer;
    try {
      answer = await request(this.#url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.any([signal, limit]),
        dispatcher: this.#dispatcher,
      });
      beginning = await beginningOf(answer.body);
    } catch (error) {
      throw new DeliveryError(limit.aborted ? `no answer within ${this.#timeoutMs / 1000} s` : reasonOf(error));
    }
    const { statusCode } = answer;
    if (statusCode >= 200 && statusCode < 300) return beginning;
    throw new DeliveryError(`status ${statusCode}`, {
      retryAfterMs: retryAfter(answer.headers['retry-after']),
      isTooLarge: statusCode === 413,
    });
  }

  close(): void {
    void this.#dispatcher.destroy().catch(() => {});
  }
}

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks);
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
function retryAfter(header: string | readonly string[] | undefined): number | undefined {
  const text = [header ?? []].flat()[0];
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_WAIT_MS);
}
