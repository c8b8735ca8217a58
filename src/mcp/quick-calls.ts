import type {
  CallToolRequest,
  CallToolResult,
  InputRequiredResult,
  JSONRPCMessage,
  JSONRPCRequest,
  RequestId,
  Server,
  ServerContext,
} from '@modelcontextprotocol/server';
import { Abort } from '../platform/abort.js';
import { isRecord } from '../platform/is-record.js';

/** Answers one call. */
export type AnswerCall = (
  request: Pick<CallToolRequest, 'params'>,
  context: ServerContext,
) => Promise<CallToolResult | InputRequiredResult>;

/** What the SDK makes of an error that has no code of JSON-RPC's. */
const INTERNAL_ERROR = -32_603;

/** A call's context without the `AbortController` that the SDK makes for each. */
interface QuickContext extends ServerContext {
  readonly abort: Abort;
}

/** What ends the call: light where the call came the quick way. */
export const endOf = (context: ServerContext): Abort | AbortSignal =>
  (context as Partial<QuickContext>).abort ?? context.mcpReq.signal;

/**
 * Plain calls of one client from before 2026-07-28, given straight to their handler. On its own way the SDK checks each
 * message and each answer several times over, which costs as much as all else that is done for a call. Whatever is not
 * exactly a name and arguments is left to it.
 */
export class QuickCalls {
  readonly #server: Server;
  readonly #answer: AnswerCall;
  readonly #underway = new Map<RequestId, Abort>();
  #isClosed = false;

  constructor(server: Server, answer: AnswerCall) {
    this.#server = server;
    this.#answer = answer;
  }

  /**
   * Takes the call if it is a plain one, and its client has introduced itself.
   * @param send takes the answer as JSON; not called once the call was cancelled
   */
  take(message: unknown, send: (json: string) => void, http?: ServerContext['http']): boolean {
    if (this.#isClosed || !isPlainCall(message) || this.#underway.has(message.id)) return false;
    if (this.#server.getClientVersion() === undefined) return false;
    void this.#run(message, send, http);
    return true;
  }

  /** Ends a call that was taken. */
  cancel(message: unknown): void {
    if (!isRecord(message) || message.method !== 'notifications/cancelled' || !isRecord(message.params)) return;
    const { requestId } = message.params;
    if (typeof requestId === 'string' || typeof requestId === 'number') this.#underway.get(requestId)?.abort();
  }

  /** Ends all calls: the client is gone. */
  close(): void {
    this.#isClosed = true;
    for (const abort of this.#underway.values()) abort.abort();
  }

  async #run({ id, params }: PlainCall, send: (json: string) => void, http: ServerContext['http']): Promise<void> {
    const abort = new Abort();
    this.#underway.set(id, abort);
    let answer: string;
    try {
      const result = await this.#answer({ params }, contextOf(this.#server, id, abort, http));
      answer = `{"result":${JSON.stringify(result)},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
    } catch (error) {
      answer = JSON.stringify({ jsonrpc: '2.0', id, error: toError(error) });
    }
    if (this.#underway.get(id) === abort) this.#underway.delete(id);
    if (!abort.aborted) send(answer);
  }
}

type PlainCall = JSONRPCRequest & { readonly params: CallToolRequest['params'] };

function isPlainCall(message: unknown): message is PlainCall {
  if (!isRecord(message) || message.method !== 'tools/call' || message.jsonrpc !== '2.0') return false;
  const { id, params } = message;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false;
  if (!isRecord(params) || typeof params.name !== 'string') return false;
  if (params.arguments !== undefined && !isRecord(params.arguments)) return false;
  for (const key in message) if (!(key === 'jsonrpc' || key === 'id' || key === 'method' || key === 'params')) return false;
  for (const key in params) if (!(key === 'name' || key === 'arguments')) return false;
  return true;
}

/** The part of the SDK's context that the handler of calls uses. */
function contextOf(server: Server, id: RequestId, abort: Abort, http: ServerContext['http']): QuickContext {
  const mcpReq = {
    id,
    method: 'tools/call',
    requestState: () => undefined,
    get signal() {
      return abort.signal;
    },
    send: (request: Parameters<Server['request']>[0], options?: Parameters<Server['request']>[1]) =>
      server.request(request as never, { ...options, relatedRequestId: id } as never),
    notify: (notification: Parameters<Server['notification']>[0]) => server.notification(notification, { relatedRequestId: id }),
  };
  return { abort, mcpReq, http } as unknown as QuickContext;
}

/** The error as the SDK would tell it. */
function toError(error: unknown): Extract<JSONRPCMessage, { error: unknown }>['error'] {
  const { code, message, data } = error as { code?: unknown; message?: string; data?: unknown };
  return {
    code: Number.isSafeInteger(code) ? (code as number) : INTERNAL_ERROR,
    message: message ?? 'Internal error',
    ...(data !== undefined && { data }),
  };
}
