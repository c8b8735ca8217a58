import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { Reply, refuse } from '../reply.js';
import { Connection, onAnswer } from './connection.js';
import type { Incoming } from './incoming.js';
import { isRequest } from './messages.js';
import { STREAM_HEADERS } from './stream-headers.js';
import type { SessionEndpointOptions } from './streamable.js';
import { StreamedResponse } from './streamed-response.js';

/** A connection of a client that speaks HTTP+SSE, the transport of 2024-11-05. */
class SseConnection extends Connection<SSEServerTransport> {}

/** `GET /sse`, on which the server sends everything, and `POST /messages`, on which it receives. */
export class SseEndpoint {
  readonly #options: SessionEndpointOptions;
  readonly #messagesPath: string;

  /** @param messagesPath where clients are told to post */
  constructor(options: SessionEndpointOptions, messagesPath: string) {
    this.#options = options;
    this.#messagesPath = messagesPath;
  }

  /** The stream. Its request lasts as long as the session. */
  async open({ request, inFlight }: Incoming): Promise<Reply> {
    const { sessions, createServer, onFull, onError, keepAliveMs } = this.#options;
    const place = sessions.reserve(inFlight.caller);
    if (!place.ok) {
      onFull();
      inFlight.over();
      return place.refusal;
    }
    const server = createServer();
    const stream = new StreamedResponse();
    const transport = new SSEServerTransport(this.#messagesPath, stream);
    const connection = new SseConnection(server, transport);
    onAnswer(transport, (id) => connection.settle(id)?.over());
    server.onerror = onError;
    try {
      await server.connect(transport);
    } catch (error) {
      place.giveBack();
      throw error;
    }
    const alive = setInterval(() => stream.write(': keepalive\n\n'), keepAliveMs).unref();
    const close = async (): Promise<void> => {
      clearInterval(alive);
      connection.end();
      await server.close();
    };
    const session = place.fill(transport.sessionId, connection, close, () => connection.toolsChanged());
    const end = (): void => void session.end('closed');
    server.onclose = end;
    // A client that leaves before its stream is read does not cancel the stream.
    if (request.signal.aborted) end();
    request.signal.addEventListener('abort', end, { once: true });
    const free = session.use();
    const over = (): void => {
      free();
      inFlight.over();
    };
    return new Reply(stream.body, { headers: STREAM_HEADERS, over });
  }

  /** A message to the server. Its answer goes out on the stream. */
  async post({ request, body, messages, inFlight }: Incoming): Promise<Reply> {
    const answer = (status: number, message: string): Reply => {
      inFlight.over();
      return refuse(status, message);
    };
    const id = new URL(request.url).searchParams.get('sessionId');
    const connection = id === null ? undefined : this.#options.sessions.find(id, inFlight.caller)?.value;
    if (!(connection instanceof SseConnection)) return answer(404, 'Session not found. Start a new one with GET /sse.');
    if (!connection.expect(messages, inFlight)) return answer(400, 'The id of a request is in use in this session.');
    try {
      await connection.transport.handleMessage(body, { authInfo: inFlight.authInfo });
    } catch {
      connection.settleAll(inFlight);
      return answer(400, 'The body is not a JSON-RPC message.');
    }
    for (const cancelled of connection.cancelledBy(messages)) connection.settle(cancelled)?.over();
    if (!messages.some(isRequest)) inFlight.over();
    return new Reply('Accepted', { status: 202, headers: { 'Content-Type': 'text/plain;charset=UTF-8' } });
  }
}
