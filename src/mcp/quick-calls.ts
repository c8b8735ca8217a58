import {
  type CallToolRequest,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Implementation,
  type InputRequiredResult,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
  SERVER_INFO_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Abort } from '../platform/abort.js';
import { isRecord } from '../platform/is-record.js';

/** Answers one call. */
export type AnswerCall = (
  request: Pick<CallToolRequest, 'params'>,
  context: ServerContext,
) => Promise<CallToolResult | InputRequiredResult>;

/** A server, and what answers plain calls in its place. */
export type QuickServer = Server & { readonly quick?: QuickCalls | undefined };

/** An answer that is ready to be sent. */
export class ReadyAnswer {
  readonly jsonrpc = '2.0';
  readonly id: RequestId;
  readonly json: string;
  /** Of an error. */
  readonly code: number | undefined;

  constructor(id: RequestId, json: string, code?: number) {
    this.id = id;
    this.json = json;
    this.code = code;
  }
}

/** What the SDK makes of an error that has no code of JSON-RPC's. */
const INTERNAL_ERROR = -32_603;

/** Envelopes of 2026-07-28 that are remembered, and the longest of them. A client sends the same one with every request. */
const MOST_ENVELOPES = 500;
const LONGEST_ENVELOPE = 2000;

/** A call's context without the `AbortController` that the SDK makes for each. */
interface QuickContext extends ServerContext {
  readonly abort: Abort;
}

/** What ends the call: light where the call came the quick way. */
export const endOf = (context: ServerContext): Abort | AbortSignal =>
  (context as Partial<QuickContext>).abort ?? context.mcpReq.signal;

/** How one call comes and goes. */
export interface Passage {
  /**
   * Takes the answer. Not called once the call was cancelled.
   * @param isLast whether no other call is under way here
   */
  readonly send: (answer: ReadyAnswer, isLast: boolean) => void;
  readonly http?: ServerContext['http'];
}

export interface QuickCallsOptions {
  readonly server: Server;
  readonly answer: AnswerCall;
  /** What every answer of 2026-07-28 says of the server. */
  readonly serverInfo: () => Implementation | undefined;
}

/**
 * Plain calls, given straight to their handler. On its own way the SDK checks each message and each answer several times
 * over, which costs as much as all else that is done for a call. Whatever is not exactly a name, arguments and, since
 * 2026-07-28, an envelope that the SDK has accepted before, is left to it.
 */
export class QuickCalls {
  readonly #options: QuickCallsOptions;
  readonly #underway = new Map<RequestId, Abort>();
  readonly #envelopes = new Set<string>();
  #isClosed = false;

  constructor(options: QuickCallsOptions) {
    this.#options = options;
  }

  /** Takes the call if it is a plain one from a client that has introduced itself, as all before 2026-07-28 do. */
  take(message: unknown, passage: Passage): boolean {
    if (this.#isClosed || !isPlainCall(message) || this.#underway.has(message.id)) return false;
    if (this.#options.server.getClientVersion() === undefined) return false;
    void this.#run(message, { own: message.id, envelope: undefined }, passage);
    return true;
  }

  /** Takes a plain call of 2026-07-28, which goes by an id of our own: another client may use the same as this one. */
  takeModern(message: JSONRPCRequest, own: RequestId, passage: Passage): boolean {
    if (this.#isClosed || !this.isKnown(message)) return false;
    const { name, arguments: args, _meta } = message.params as CallToolRequest['params'];
    const params = { name, ...(args !== undefined && { arguments: args }) };
    void this.#run({ id: message.id, params }, { own, envelope: _meta }, passage);
    return true;
  }

  /** Whether it is a plain call of 2026-07-28 with an envelope that has been accepted before. */
  isKnown(message: unknown): message is JSONRPCRequest {
    if (!isPlainCall(message, true)) return false;
    const key = keyOf(message.params._meta);
    return key !== undefined && this.#envelopes.has(key);
  }

  /** The SDK has accepted this envelope. */
  learn(envelope: unknown): void {
    const key = keyOf(envelope);
    if (key === undefined || this.#envelopes.has(key)) return;
    if (this.#envelopes.size >= MOST_ENVELOPES) this.#envelopes.clear();
    this.#envelopes.add(key);
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

  async #run(
    { id, params }: Pick<PlainCall, 'id' | 'params'>,
    { own, envelope }: { readonly own: RequestId; readonly envelope: unknown },
    { send, http }: Passage,
  ): Promise<void> {
    const abort = new Abort();
    this.#underway.set(own, abort);
    const { server, answer } = this.#options;
    let ready: ReadyAnswer;
    try {
      const result = await answer({ params }, contextOf(server, { id: own, abort, envelope, http }));
      const json = JSON.stringify(envelope === undefined ? result : this.#stamped(result));
      ready = new ReadyAnswer(id, `{"result":${json},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
    } catch (error) {
      const told = toError(error);
      ready = new ReadyAnswer(id, JSON.stringify({ jsonrpc: '2.0', id, error: told }), told.code);
    }
    if (this.#underway.get(own) === abort) this.#underway.delete(own);
    if (!abort.aborted) send(ready, this.#underway.size === 0);
  }

  /** With what the SDK adds to every result of 2026-07-28. */
  #stamped(result: CallToolResult | InputRequiredResult): object {
    const info = this.#options.serverInfo();
    return {
      ...result,
      resultType: 'resultType' in result ? result.resultType : 'complete',
      ...(info !== undefined && { _meta: { [SERVER_INFO_META_KEY]: info } }),
    };
  }
}

type PlainCall = JSONRPCRequest & { readonly params: CallToolRequest['params'] };

/** @param isModern whether it has an envelope */
export function isPlainCall(message: unknown, isModern = false): message is PlainCall {
  if (!isRecord(message) || message.method !== 'tools/call' || message.jsonrpc !== '2.0') return false;
  const { id, params } = message;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false;
  if (!isRecord(params) || typeof params.name !== 'string') return false;
  const { arguments: args } = params;
  if (args !== undefined && (!isRecord(args) || Object.hasOwn(args, '__proto__'))) return false;
  for (const key in message) if (!(key === 'jsonrpc' || key === 'id' || key === 'method' || key === 'params')) return false;
  for (const key in params) if (!(key === 'name' || key === 'arguments' || (isModern && key === '_meta'))) return false;
  return true;
}

/** An envelope as text; undefined for one that is long, or that has more than the keys of an envelope. */
function keyOf(meta: unknown): string | undefined {
  if (!isRecord(meta)) return undefined;
  const {
    [PROTOCOL_VERSION_META_KEY]: version,
    [CLIENT_INFO_META_KEY]: info,
    [CLIENT_CAPABILITIES_META_KEY]: capabilities,
  } = meta;
  let keys = 0;
  for (const _ in meta) keys++;
  if (version === undefined || info === undefined || capabilities === undefined || keys !== 3) return undefined;
  const key = JSON.stringify([version, info, capabilities]);
  return key.length > LONGEST_ENVELOPE ? undefined : key;
}

interface Place {
  readonly id: RequestId;
  readonly abort: Abort;
  readonly envelope: unknown;
  readonly http: ServerContext['http'];
}

/** The part of the SDK's context that the handler of calls uses. */
function contextOf(server: Server, { id, abort, envelope, http }: Place): QuickContext {
  const mcpReq = {
    id,
    method: 'tools/call',
    envelope,
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
function toError(error: unknown): { readonly code: number; readonly message: string } {
  const { code, message, data } = error as { code?: unknown; message?: string; data?: unknown };
  return {
    code: Number.isSafeInteger(code) ? (code as number) : INTERNAL_ERROR,
    message: message ?? 'Internal error',
    ...(data !== undefined && { data }),
  };
}
