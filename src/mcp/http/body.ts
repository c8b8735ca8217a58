import type { IncomingMessage } from 'node:http';
import { IdScanner } from '../id-scanner.js';
import { readMessage } from '../read-message.js';
import { type RefusalOptions, type Reply, refuse } from '../reply.js';

/** JSON-RPC's codes for a body that is not JSON, and for an invalid request. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/** The body cannot be used; `refusal` is what to answer. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly refusal: Reply;

  constructor(status: 400 | 408 | 413 | 415, message: string, options: RefusalOptions = {}) {
    super(message);
    this.refusal = refuse(status, message, options);
  }
}

export interface BodyLimits {
  /** Default: 4 MiB. */
  readonly maxBytes?: number;
  /** How long the whole body may take to arrive, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Reads a JSON body within limits of size and time. The rest of a refused body is left unread.
 * @param incoming the same request as it came by `node:http`, to read its body without a web stream in between
 * @throws BodyError
 */
export async function readJsonBody(request: Request, limits: BodyLimits = {}, incoming?: IncomingMessage): Promise<unknown> {
  const { maxBytes = 4 * 1024 * 1024, timeoutMs = 10_000 } = limits;
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new BodyError(415, 'The body must be JSON: Content-Type: application/json.');
  }
  if ((request.headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new BodyError(415, 'The body must not be compressed.');
  }
  // Created only when thrown: an error costs more than reading a short body.
  const tooLarge = (): BodyError => new BodyError(413, `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge();
  if (incoming !== undefined) return parse(await collect(incoming, maxBytes, timeoutMs, tooLarge));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of arriving(request, timeoutMs)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return parse(Buffer.concat(chunks));
}

function collect(incoming: IncomingMessage, maxBytes: number, timeoutMs: number, tooLarge: () => BodyError): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: Buffer | BodyError): void => {
      clearTimeout(timer);
      incoming.off('data', take).off('end', end).off('error', breakOff).off('close', breakOff);
      if (outcome instanceof BodyError) {
        // The listener deals with what still arrives.
        incoming.pause();
        reject(outcome);
      } else resolve(outcome);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) settle(tooLarge());
      else chunks.push(chunk);
    };
    const end = (): void => settle(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    const breakOff = (): void => settle(new BodyError(400, 'The body broke off.'));
    const timer = setTimeout(() => settle(new BodyError(408, 'The body did not arrive in time.')), timeoutMs);
    if (incoming.destroyed) breakOff();
    else incoming.on('data', take).on('end', end).on('error', breakOff).on('close', breakOff);
  });
}

/** The parts of the body as they arrive. A reader that stops early stops the sender too. */
async function* arriving(request: Request, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BodyError(408, 'The body did not arrive in time.')), timeoutMs);
  });
  late.catch(() => {});
  let complete = false;
  try {
    for (;;) {
      const part = await Promise.race([reader.read(), late]).catch((error: unknown) => {
        throw error instanceof BodyError ? error : new BodyError(400, 'The body broke off.');
      });
      if (part.done) break;
      yield part.value;
    }
    complete = true;
  } finally {
    clearTimeout(timer);
    if (!complete) void reader.cancel().catch(() => {});
  }
}

function parse(bytes: Uint8Array): unknown {
  const read = readMessage(bytes);
  if (read.kind === 'json') return read.value;
  if (read.kind === 'no json') throw new BodyError(400, 'The body is not JSON in UTF-8.', { code: PARSE_ERROR });
  const scanner = new IdScanner();
  scanner.feed(bytes);
  const [id = null, ...others] = scanner.ids();
  throw new BodyError(400, read.message, { code: INVALID_REQUEST, id: others.length === 0 ? id : null });
}
