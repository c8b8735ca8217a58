import { randomUUID } from 'node:crypto';
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { type Refusal, refusalResponse, refuse } from '../refusal.js';
import type { ServerFactory } from '../server.js';
import { Connection, onAnswer } from './connection.js';
import { DirectAnswer } from './direct.js';
import { type Exchange, endsWith } from './in-flight-request.js';
import type { Incoming } from './incoming.js';
import type { Reply } from './reply.js';
import type { Session, Sessions } from './sessions.js';

/** JSON-RPC codes as the SDK's own transport gives them. */
const NO_SESSION = -32_001;
const INVALID_REQUEST = -32_600;
const CANCELLED = -32_800;

/** The SDK's transport, with a short way for tool calls: of nearly all, the answer is all that there is to send. */
class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #direct = new Map<string | number, DirectAnswer>();

  deliver(message: JSONRPCRequest, { authInfo }: Exchange, answer: DirectAnswer): void {
    this.#direct.set(message.id, answer);
    this.onmessage?.(message, { authInfo });
  }

  override async send(message: JSONRPCMessage, options?: { relatedRequestId?: string | number }): Promise<void> {
    const id = 'method' in message ? options?.relatedRequestId : message.id;
    const answer = id === undefined ? undefined : this.#direct.get(id);
    if (id === undefined || answer === undefined) return super.send(message, options);
    if ('method' in message) return answer.tell(message);
    this.#direct.delete(id);
    answer.answer(message);
  }

  override async close(): Promise<void> {
    for (const answer of this.#direct.values()) answer.giveUp();
    this.#direct.clear();
    await super.close();
  }
}

/** A connection of a client that speaks a revision before 2026-07-28 over Streamable HTTP. */
class StreamableConnection extends Connection<SessionTransport> {
  #isBehind = false;

  override toolsChanged(): void {
    this.#isBehind = true;
    super.toolsChanged();
  }

  /** The client asks for the list, so that it has missed nothing. */
  lists(): void {
    this.#isBehind = false;
  }

  /** What is said while the client has no stream is lost, and said again once it has one. */
  listens(): void {
    if (this.#isBehind) super.toolsChanged();
  }
}

export interface SessionEndpointOptions {
  readonly sessions: Sessions<Connection | undefined>;
  readonly createServer: ServerFactory;
  /** Told of a session that was refused for want of a place. */
  readonly onFull: () => void;
  readonly onError: (error: Error) => void;
  /** How often an open stream gets a comment, in milliseconds. */
  readonly keepAliveMs: number;
}

/** `/mcp` for revisions before 2026-07-28: each client has a session, which a server of its own answers. */
export class StreamableEndpoint {
  readonly #options: SessionEndpointOptions;

  constructor(options: SessionEndpointOptions) {
    this.#options = options;
  }

  async handle(incoming: Incoming): Promise<Reply | Response> {
    const id = incoming.request.headers.get('mcp-session-id');
    if (id !== null) {
      const session = this.#options.sessions.find(id, incoming.exchange.caller);
      if (session?.value instanceof StreamableConnection) return this.#pass(session.value, session, incoming);
      return this.#refuse(incoming, refuse(404, 'Session not found. Start a new one with initialize.', { code: NO_SESSION }));
    }
    if (incoming.messages.some(({ method }) => method === 'initialize')) return this.#open(incoming);
    return this.#refuse(incoming, refuse(400, 'The header Mcp-Session-Id is missing. A session starts with initialize.'));
  }

  async #open(incoming: Incoming): Promise<Reply | Response> {
    const { sessions, createServer, onFull, onError, keepAliveMs } = this.#options;
    const place = sessions.reserve(incoming.exchange.caller);
    if (!place.ok) {
      onFull();
      return this.#refuse(incoming, place.refusal);
    }
    const server = createServer();
    let session: Session<Connection | undefined> | undefined;
    const transport = new SessionTransport({
      sessionIdGenerator: randomUUID,
      keepAliveMs,
      onsessioninitialized: (id) => {
        const close = async (): Promise<void> => {
          connection.end();
          await server.close();
        };
        session = place.fill(id, connection, close, () => connection.toolsChanged());
      },
    });
    const connection = new StreamableConnection(server, transport);
    onAnswer(transport, (id) => connection.settle(id));
    server.onerror = onError;
    server.onclose = () => void session?.end('closed');
    try {
      await server.connect(transport);
      return await this.#pass(connection, { use: () => session?.use() ?? (() => {}) }, incoming);
    } finally {
      if (session === undefined) {
        place.giveBack();
        await server.close();
      }
    }
  }

  async #pass(
    connection: StreamableConnection,
    session: Pick<Session<unknown>, 'use'>,
    incoming: Incoming,
  ): Promise<Reply | Response> {
    const { request, body, messages, exchange } = incoming;
    if (!connection.expect(messages, exchange)) {
      return this.#refuse(incoming, refuse(400, 'The id of a request is in use in this session.', { code: INVALID_REQUEST }));
    }
    const free = session.use();
    const over = (): void => {
      connection.settleAll(exchange);
      free();
      exchange.over();
    };
    if (messages.some(({ method }) => method === 'tools/list')) connection.lists();
    const call = directCall(incoming, connection.transport.sessionId);
    if (call !== undefined) return this.#answer(connection.transport, call, exchange, over);
    try {
      const { authInfo } = exchange;
      const response = await connection.transport.handleRequest(request, { parsedBody: body, authInfo });
      if (request.method === 'GET' && response.ok) connection.listens();
      await this.#giveUp(connection, incoming);
      return endsWith({ over }, response);
    } catch (error) {
      over();
      throw error;
    }
  }

  #answer(transport: SessionTransport, call: JSONRPCRequest, exchange: Exchange, over: () => void): Promise<Reply | Response> {
    const headers = { 'Mcp-Session-Id': transport.sessionId ?? '' };
    // A client that goes away has not cancelled what it asked for, in these revisions.
    const answer = new DirectAnswer({ headers, keepAliveMs: this.#options.keepAliveMs, over, onGone: () => {} });
    transport.deliver(call, exchange, answer);
    return answer.reply;
  }

  /** A request that was cancelled is never answered, so that its stream would stay open. */
  async #giveUp(connection: StreamableConnection, { messages }: Incoming): Promise<void> {
    for (const id of connection.cancelledBy(messages)) {
      const error = { code: CANCELLED, message: 'The request was cancelled.' };
      await connection.transport.send({ jsonrpc: '2.0', id, error }).catch(() => {});
    }
  }

  #refuse({ exchange }: Incoming, refusal: Refusal): Response {
    exchange.over();
    return refusalResponse(refusal);
  }
}

/** The call that is all of a request in which everything is as it should be. Any other is left to the SDK. */
function directCall({ request: { headers }, body }: Incoming, session: string | undefined): JSONRPCRequest | undefined {
  if (session === undefined || Array.isArray(body) || !isJSONRPCRequest(body) || body.method !== 'tools/call') return undefined;
  const accept = headers.get('accept') ?? '';
  const version = headers.get('mcp-protocol-version');
  const isInOrder =
    accept.includes('application/json') &&
    accept.includes('text/event-stream') &&
    (version === null || SUPPORTED_PROTOCOL_VERSIONS.includes(version));
  return isInOrder ? body : undefined;
}
