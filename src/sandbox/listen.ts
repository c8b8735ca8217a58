import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxRequest, SandboxResponse } from './middleware.js';

/** More than Clerk's largest upload of 10 MB with its multipart frame. */
const MOST_BODY_BYTES = 12 * 1024 * 1024;

const plainError = (status: number, code: string, message: string, clerk_trace_id: string): SandboxResponse => ({
  status,
  body: { errors: [{ code, message, long_message: message }], clerk_trace_id },
});

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly newTraceId: () => string;
}

/** Serves `handle` on a port of its own. @returns the server once it listens, and its port. */
export async function listen(
  handle: (request: SandboxRequest) => Promise<SandboxResponse>,
  { host, port, newTraceId }: ListenOptions,
): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    const traceId = newTraceId();
    outgoing.setHeader('x-clerk-trace-id', traceId);
    answerRequest(incoming, traceId, handle).then(
      (response) => send(outgoing, response),
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function answerRequest(
  incoming: IncomingMessage,
  traceId: string,
  handle: (request: SandboxRequest) => Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  const body = await readBytes(incoming);
  if (body === undefined) {
    return plainError(413, 'request_body_too_large', `A body can have at most ${MOST_BODY_BYTES} bytes.`, traceId);
  }
  const [path = '', query = ''] = split(incoming.url ?? '/', '?');
  const segments = decode(path);
  if (segments === undefined) return plainError(400, 'malformed_request_parameters', 'The path is not well encoded.', traceId);
  return handle({
    method: incoming.method ?? 'GET',
    segments,
    query: new URLSearchParams(query),
    headers: incoming.headers as Record<string, string | undefined>,
    body,
    traceId,
  });
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

/** Segments are decoded one by one, so that an encoded slash stays part of a value. Undefined when malformed. */
function decode(path: string): string[] | undefined {
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    if (segments.length > 1 && segments.at(-1) === '') segments.pop();
    return segments[0] === 'v1' ? segments.slice(1) : segments;
  } catch {
    return undefined;
  }
}

/** Undefined when there are too many; the rest is then read and dropped, so that the answer can be read. */
async function readBytes(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length <= MOST_BODY_BYTES) chunks.push(chunk);
  }
  return length <= MOST_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

function send(outgoing: ServerResponse, { status, headers, body, broken }: SandboxResponse): void {
  if (broken === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  if (body === undefined) {
    if (broken === 'cut') outgoing.destroy();
    else outgoing.writeHead(status, { 'content-length': 0, ...headers }).end();
    return;
  }
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  if (broken === 'cut') outgoing.write(bytes.subarray(0, bytes.length / 2), () => outgoing.destroy());
  else outgoing.end(bytes);
}
