import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  isJSONRPCRequest,
  ProtocolErrorCode,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { givenUp, Reply, refuse } from '../reply.js';
import { invalidParams } from '../request-params.js';
import type { ServerFactory } from '../server.js';
import { accepted, BOTH_FORMS } from './accept.js';
import { Connection, onAnswer } from './connection.js';
import type { Incoming } from './incoming.js';
import { isRequest } from './messages.js';
import { QuickSessionTransport } from './quick-path/session-transport.js';
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

  /** The client asks for the list, so it has missed nothing. */
  lists(): void {
    this.#isBehind = false;
  }

  /** A notification is lost while the client has no stream, so it is sent again once there is one. */
  listens(): void {
    if (this.#isBehind) super.toolsChanged();
  }
}

export interface SessionEndpointOptions {
  readonly sessions: Sessions<Connection | undefined>;
  readonly createServer: ServerFactory;
  /** Called when a session was refused because there was no place. */
  readonly onFull: () => void;
  readonly onError: (error: Error) => void;
  /** How often an open stream gets a comment, in milliseconds. */
  readonly keepAliveMs: number;
  /** Whether tool calls take the short way of `quick-path/`. */
  readonly quickPath: boolean;
}

/** `/mcp` for revisions before 2026-07-28: each client has a session, which a server of its own answers. */
export class StreamableEndpoint {
  readonly #options: SessionEndpointOptions;

  constructor(options: SessionEndpointOptions) {
    this.#options = options;
  }

  async handle(incoming: Incoming): Promise<Reply> {
    const { request, messages } = incoming;
    const takes = accepted(request.headers);
    if (request.method === 'GET' && !takes.stream)
      return this.#refuse(incoming, refuse(406, 'Only a stream of events can be sent here: Accept: text/event-stream.'));
    if (messages.some(isRequest) && !takes.json && !takes.stream) {
      return this.#refuse(incoming, refuse(406, `The answer can be sent as JSON or as a stream: Accept: ${BOTH_FORMS}.`));
    }
    const id = request.headers.get('mcp-session-id');
    if (id !== null) {
      const session = this.#options.sessions.find(id, incoming.inFlight.caller);
      if (session?.value instanceof StreamableConnection) return this.#pass(session.value, session, incoming);
      return this.#refuse(incoming, refuse(404, 'Session not found. Start a new one with initialize.', { code: NO_SESSION }));
    }
    if (messages.some(({ method }) => method === 'initialize')) {
      const fault = initializeFault(incoming.body);
      return fault === undefined ? this.#open(incoming) : this.#refuse(incoming, fault);
    }
    return this.#refuse(incoming, refuse(400, 'The header Mcp-Session-Id is missing. A session starts with initialize.'));
  }

  async #open(incoming: Incoming): Promise<Reply> {
    const { sessions, createServer, onFull, onError, keepAliveMs, quickPath } = this.#options;
    const place = sessions.reserve(incoming.inFlight.caller);
    if (!place.ok) {
      onFull();
      return this.#refuse(incoming, place.refusal);
    }
    const server = createServer();
    let session: Session<Connection | undefined> | undefined;
    const Transport = quickPath ? QuickSessionTransport : WebStandardStreamableHTTPServerTransport;
    const transport = new Transport({
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
    if (transport instanceof QuickSessionTransport) transport.quick = server.quick;
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

  async #pass(connection: StreamableConnection, session: Pick<Session<unknown>, 'use'>, incoming: Incoming): Promise<Reply> {
    const { request, body, messages, inFlight } = incoming;
    if (!connection.expect(messages, inFlight)) {
      return this.#refuse(incoming, refuse(400, 'The id of a request is in use in this session.', { code: INVALID_REQUEST }));
    }
    const free = session.use();
    const over = (): void => {
      connection.settleAll(inFlight);
      free();
      inFlight.over();
    };
    if (messages.some(({ method }) => method === 'tools/list')) connection.lists();
    const { transport } = connection;
    const quick = transport instanceof QuickSessionTransport && transport.quickly(incoming, this.#options.keepAliveMs, over);
    if (quick) return quick;
    try {
      const { authInfo, takesStream } = inFlight;
      const response = await transport.handleRequest(acceptingBoth(request), { parsedBody: body, authInfo });
      if (request.method === 'GET' && response.ok) connection.listens();
      await this.#giveUp(connection, incoming);
      const isStream = response.headers.get('content-type') === 'text/event-stream';
      if (isStream && !takesStream) return await withoutStream(response, Array.isArray(body), over);
      return Reply.from(response, over);
    } catch (error) {
      over();
      throw error;
    }
  }

  /** A cancelled request is never answered, so its stream would stay open. */
  async #giveUp(connection: StreamableConnection, { messages }: Incoming): Promise<void> {
    for (const id of connection.cancelledBy(messages)) {
      const error = { code: CANCELLED, message: 'The request was cancelled.' };
      await connection.transport.send({ jsonrpc: '2.0', id, error }).catch(() => {});
    }
  }

  #refuse({ inFlight }: Incoming, refusal: Reply): Reply {
    inFlight.over();
    return refusal;
  }
}

/** The SDK mistakes an `initialize` with wrong parameters for a request outside any session. */
function initializeFault(body: unknown): Reply | undefined {
  if (!isJSONRPCRequest(body) || body.method !== 'initialize' || isInitializeRequest(body)) return undefined;
  const error = { code: ProtocolErrorCode.InvalidParams, message: invalidParams('initialize', body) };
  return Reply.json({ jsonrpc: '2.0', id: body.id, error }, { status: 400, headers: { 'Cache-Control': 'no-store' } });
}

/** The SDK's transport requires both forms in `Accept`; which one is sent is decided here. */
function acceptingBoth(request: Request): Request {
  if (request.headers.get('accept') === BOTH_FORMS) return request;
  const headers = new Headers(request.headers);
  headers.set('accept', BOTH_FORMS);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

const DATA = 'data: ';

/** Collects the answers from an event stream, for a client that does not accept streams. */
async function withoutStream(response: Response, isBatch: boolean, over: () => void): Promise<Reply> {
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(DATA));
  const events = lines.map((line) => JSON.parse(line.slice(DATA.length)) as object);
  const answers = events.filter((message) => !('method' in message));
  const id = response.headers.get('mcp-session-id');
  const init = { headers: { 'Cache-Control': 'no-cache, no-transform', ...(id !== null && { 'Mcp-Session-Id': id }) }, over };
  if (answers.length > 0) return Reply.json(isBatch ? answers : answers[0], init);
  over();
  return givenUp();
}
