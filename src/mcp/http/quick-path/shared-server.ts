import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  PerRequestHTTPServerTransport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import type { QuickCalls, QuickServer, ReadyAnswer } from '../../quick-calls.js';
import type { Reply } from '../../reply.js';
import { MODERN_REVISION } from '../../revision.js';
import type { ServerFactory } from '../../server.js';
import type { InFlightRequest } from '../in-flight-request.js';
import type { Incoming, Route } from '../incoming.js';
import { DirectAnswer } from './direct-answer.js';

const CLASSIFICATION = { era: 'modern', revision: MODERN_REVISION } as const;

/** One call under way. */
interface Underway {
  /** As the client gave it; other clients may use the same id. */
  readonly id: string | number;
  readonly answer: DirectAnswer;
}

/**
 * Brings the calls of all requests to one server, under ids of our own. The SDK speaks this revision only on its
 * transport for a single request, so this extends it.
 */
class Channel extends PerRequestHTTPServerTransport {
  readonly #underway = new Map<string | number, Underway>();
  #lastId = 0;
  #delivering: number | undefined;

  constructor() {
    super({ classification: CLASSIFICATION });
  }

  /** Returns our own id for the call; `undefined` for a message that the server refuses without calling a handler. */
  deliver(
    message: JSONRPCRequest,
    { authInfo }: InFlightRequest,
    answer: DirectAnswer,
    quick: QuickCalls | undefined,
  ): number | undefined {
    const id = ++this.#lastId;
    this.#underway.set(id, { id: message.id, answer });
    const send = (ready: ReadyAnswer): void => {
      if (this.#underway.delete(id)) answer.answer(ready);
    };
    if (quick?.takeModern(message, id, { send, http: { authInfo } }) === true) return id;
    this.#delivering = id;
    try {
      this.onmessage?.({ ...message, id }, { classification: CLASSIFICATION, authInfo });
    } finally {
      this.#delivering = undefined;
    }
    return this.#underway.has(id) ? id : undefined;
  }

  /** Ends a call whose answer is no longer wanted. */
  cancel(id: number): void {
    const underway = this.#underway.get(id);
    if (underway === undefined) return;
    this.#underway.delete(id);
    const params = { requestId: id, reason: 'The client has gone away.' };
    this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, { classification: CLASSIFICATION });
    underway.answer.giveUp();
  }

  override async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if ('method' in message) {
      const related = options?.relatedRequestId;
      if (related !== undefined) this.#underway.get(related)?.answer.tell(message);
      return;
    }
    const { id } = message;
    const underway = id === undefined ? undefined : this.#underway.get(id);
    if (id === undefined || underway === undefined) return;
    this.#underway.delete(id);
    if (id !== this.#delivering) underway.answer.answer({ ...message, id: underway.id } as JSONRPCMessage);
  }

  override async close(): Promise<void> {
    for (const { answer } of this.#underway.values()) answer.giveUp();
    this.#underway.clear();
    await super.close();
  }
}

/**
 * A short way for tool calls in 2026-07-28, the bulk of all requests: the SDK makes a server for each of them, which
 * costs more than the call itself does here. Any irregular request is left to the SDK.
 */
export class SharedServer {
  readonly #channel = new Channel();
  readonly #server: QuickServer;
  #connecting: Promise<void> | undefined;
  readonly #keepAliveMs: number;

  constructor({ createServer, onError, keepAliveMs }: SharedServerOptions) {
    this.#server = createServer({ era: 'modern' });
    this.#server.onerror = onError;
    this.#keepAliveMs = keepAliveMs;
    this.#connecting = this.#server.connect(this.#channel).then(() => {
      this.#connecting = undefined;
    });
  }

  /** Whether it is a call as they come again and again, so that the SDK need not be asked what it is. */
  knows({ headers }: Request, body: unknown): body is JSONRPCRequest {
    return this.#server.quick?.isKnown(body) === true && isNamed(headers, body);
  }

  /** The answer, or `undefined` for a request that the SDK should answer. */
  async handle({ request, body, route, inFlight, node }: Incoming): Promise<Reply | undefined> {
    const message = route === undefined ? (body as JSONRPCRequest) : callIn(route);
    if (message === undefined || !isNamed(request.headers, message)) return undefined;
    if (this.#connecting !== undefined) await this.#connecting;
    let id: number | undefined;
    const cancel = (): void => {
      if (id !== undefined) this.#channel.cancel(id);
    };
    const answer = new DirectAnswer({
      headers: {},
      keepAliveMs: this.#keepAliveMs,
      streams: 'once needed',
      errorStatus: true,
      over: () => inFlight.over(),
      onGone: cancel,
    });
    if (node === undefined ? request.signal.aborted : node.outgoing.destroyed) return undefined;
    id = this.#channel.deliver(message, inFlight, answer, this.#server.quick);
    if (id === undefined) return undefined;
    if (node === undefined) request.signal.addEventListener('abort', cancel, { once: true });
    else node.outgoing.once('close', cancel);
    return answer.reply;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** The call, where the SDK has found a request of 2026-07-28 to be one. */
function callIn(route: Route): JSONRPCRequest | undefined {
  if (route.kind !== 'modern' || route.messageKind !== 'request') return undefined;
  const { message, classification } = route;
  return message.method === 'tools/call' && classification.revision === MODERN_REVISION ? message : undefined;
}

/** Whether the headers say what the message does. */
const isNamed = (headers: Headers, { method, params }: JSONRPCRequest): boolean =>
  headers.get('mcp-protocol-version') === MODERN_REVISION &&
  headers.get('mcp-method') === method &&
  headers.get('mcp-name') === params?.name;

export interface SharedServerOptions {
  readonly createServer: ServerFactory;
  readonly onError: (error: Error) => void;
  /** How often an open stream gets a comment, in milliseconds. */
  readonly keepAliveMs: number;
}
