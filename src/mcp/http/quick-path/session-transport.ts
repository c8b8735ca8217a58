import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { QuickCalls } from '../../quick-calls.js';
import { isPlainCall, ReadyAnswer } from '../../quick-calls.js';
import type { Reply } from '../../reply.js';
import { accepted } from '../accept.js';
import type { InFlightRequest } from '../in-flight-request.js';
import type { Incoming } from '../incoming.js';
import { DirectAnswer } from './direct-answer.js';

/** The SDK's transport, with a short way for tool calls: for nearly all of them, only the answer has to be sent. */
export class QuickSessionTransport extends WebStandardStreamableHTTPServerTransport {
  /** The server's, once it is connected. */
  quick: QuickCalls | undefined;
  readonly #direct = new Map<string | number, DirectAnswer>();

  /**
   * The answer to a valid request that is a single call; `undefined` for any other, which is left to the SDK.
   * @param over called once the answer is through or given up
   */
  quickly(incoming: Incoming, keepAliveMs: number, over: () => void): Promise<Reply> | undefined {
    const call = this.sessionId === undefined ? undefined : directCall(incoming);
    if (call === undefined) return undefined;
    const answer = new DirectAnswer({
      headers: { 'Mcp-Session-Id': this.sessionId ?? '' },
      keepAliveMs,
      streams: incoming.inFlight.takesStream ? 'in time' : 'never',
      over,
      // In these revisions, a client that goes away has not cancelled its requests.
      onGone: () => {},
    });
    this.#deliver(call, incoming.inFlight, answer);
    return answer.reply;
  }

  override async send(message: JSONRPCMessage | ReadyAnswer, options?: { relatedRequestId?: string | number }): Promise<void> {
    const id = 'method' in message ? options?.relatedRequestId : message.id;
    const answer = id === undefined ? undefined : this.#direct.get(id);
    if (id === undefined || answer === undefined)
      return message instanceof ReadyAnswer ? undefined : super.send(message, options);
    if ('method' in message) return answer.tell(message);
    this.#direct.delete(id);
    answer.answer(message);
  }

  override async close(): Promise<void> {
    for (const answer of this.#direct.values()) answer.giveUp();
    this.#direct.clear();
    await super.close();
  }

  #deliver(message: JSONRPCRequest, { authInfo }: InFlightRequest, answer: DirectAnswer): void {
    this.#direct.set(message.id, answer);
    const send = (ready: ReadyAnswer): void => void this.send(ready);
    if (this.quick?.take(message, { send, http: { authInfo } }) === true) return;
    this.onmessage?.(message, { authInfo });
  }
}

function directCall({ request: { headers }, body }: Incoming): JSONRPCRequest | undefined {
  if (!isPlainCall(body) && (Array.isArray(body) || !isJSONRPCRequest(body) || body.method !== 'tools/call')) return undefined;
  const version = headers.get('mcp-protocol-version');
  const isSupported = version === null || SUPPORTED_PROTOCOL_VERSIONS.includes(version);
  return isSupported && accepted(headers).json ? body : undefined;
}
