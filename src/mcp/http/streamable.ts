import { randomUUID } from 'node:crypto';
import { type Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { type Refusal, refusalResponse, refuse } from '../refusal.js';
import { Connection, onAnswer } from './connection.js';
import { endsWith } from './exchange.js';
import type { Incoming } from './incoming.js';
import type { Session, Sessions } from './sessions.js';

/** JSON-RPC codes as the SDK's own transport gives them. */
const NO_SESSION = -32_001;
const INVALID_REQUEST = -32_600;
const CANCELLED = -32_800;

/** A connection of a client that speaks a revision before 2026-07-28 over Streamable HTTP. */
class StreamableConnection extends Connection<WebStandardStreamableHTTPServerTransport> {
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
  readonly createServer: () => Server;
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

  async handle(incoming: Incoming): Promise<Response> {
    const id = incoming.request.headers.get('mcp-session-id');
    if (id !== null) {
      const session = this.#options.sessions.find(id, incoming.exchange.caller);
      if (session?.value instanceof StreamableConnection) return this.#pass(session.value, session, incoming);
      return this.#refuse(incoming, refuse(404, 'Session not found. Start a new one with initialize.', { code: NO_SESSION }));
    }
    if (incoming.messages.some(({ method }) => method === 'initialize')) return this.#open(incoming);
    return this.#refuse(incoming, refuse(400, 'The header Mcp-Session-Id is missing. A session starts with initialize.'));
  }

  async #open(incoming: Incoming): Promise<Response> {
    const { sessions, createServer, onFull, onError, keepAliveMs } = this.#options;
    const place = sessions.reserve(incoming.exchange.caller);
    if (!place.ok) {
      onFull();
      return this.#refuse(incoming, place.refusal);
    }
    const server = createServer();
    let session: Session<Connection | undefined> | undefined;
    const transport = new WebStandardStreamableHTTPServerTransport({
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

  async #pass(connection: StreamableConnection, session: Pick<Session<unknown>, 'use'>, incoming: Incoming): Promise<Response> {
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
