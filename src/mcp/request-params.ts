import {
  type Implementation,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  Server,
  type ServerContext,
  type ServerOptions,
  specTypeSchemas,
} from '@modelcontextprotocol/server';
import { tracer } from '../telemetry/tracing.js';
import { type AnswerCall, QuickCalls } from './quick-calls.js';
import { MODERN_REVISION } from './revision.js';
import { type RequestInsight, tracedRequest } from './traced-request.js';

/** The requests served here that have parameters. */
const SCHEMAS = {
  initialize: specTypeSchemas.InitializeRequest,
  'tools/list': specTypeSchemas.ListToolsRequest,
  'tools/call': specTypeSchemas.CallToolRequest,
  'prompts/list': specTypeSchemas.ListPromptsRequest,
  'prompts/get': specTypeSchemas.GetPromptRequest,
  'resources/list': specTypeSchemas.ListResourcesRequest,
  'resources/templates/list': specTypeSchemas.ListResourceTemplatesRequest,
  'resources/read': specTypeSchemas.ReadResourceRequest,
  'completion/complete': specTypeSchemas.CompleteRequest,
} as const;

const isKnown = (method: string): method is keyof typeof SCHEMAS => method in SCHEMAS;

/** What is wrong with the parameters of a request, for its sender; the first few faults. */
export function invalidParams(method: string, request: unknown): string | undefined {
  const result = isKnown(method) ? SCHEMAS[method]['~standard'].validate(request) : undefined;
  if (result === undefined || result instanceof Promise || result.issues === undefined) return undefined;
  const faults = result.issues.slice(0, 5).map(({ path = [], message }) => `${path.map(nameOf).join('.')}: ${message}`);
  return `Invalid params for ${method}. ${faults.join('; ')}`.slice(0, 1000);
}

const nameOf = (part: PropertyKey | { readonly key: PropertyKey }): string => String(typeof part === 'object' ? part.key : part);

/**
 * A call as hosts send it: `arguments: null` means none. JSON text is passed on as it is, to be parsed where the inputs
 * are known.
 */
function withReadArguments<T extends object>(request: T): T {
  const params: unknown = 'params' in request ? request.params : undefined;
  if (params === null || typeof params !== 'object' || !('arguments' in params)) return request;
  const { arguments: given, ...rest } = params;
  if (given === null) return { ...request, params: rest };
  // The SDK would drop a `__proto__` and make the call without it; as text it is refused where the inputs are known.
  const text = typeof given === 'object' && Object.hasOwn(given, '__proto__') ? JSON.stringify(given) : given;
  return typeof text === 'string' ? { ...request, params: { ...rest, arguments: { arguments: text } } } : request;
}

/** How a server introduces itself, which depends on who asks and on what is known of the instance by then; and how it is observed. */
export interface Introduction {
  readonly title: () => string;
  /** What is added to the answer to a handshake. */
  readonly greet: (method: 'initialize' | 'server/discover', context: ServerContext) => Result;
  readonly traced: Omit<RequestInsight, 'revision'>;
}

/**
 * The SDK's server with three differences: arguments are taken as hosts send them, wrong parameters are the sender's
 * error and not an internal one, and each client is greeted with what is known by then.
 */
export class StrictServer extends Server {
  readonly #gone = new AbortController();
  readonly #introduction: Introduction;
  #info: Implementation | undefined;
  #quick: QuickCalls | undefined;

  constructor(info: Implementation, options: ServerOptions, introduction: Introduction) {
    super(info, options);
    this.#introduction = introduction;
  }

  /** Aborted when the client is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Answers plain calls without the SDK's detour. */
  get quick(): QuickCalls | undefined {
    return this.#quick;
  }

  /** From now on plain calls can be given straight to their handler. */
  takeQuickly(answer: AnswerCall): void {
    this.#quick = new QuickCalls({ server: this, answer, serverInfo: () => this._outboundServerInfo() });
  }

  protected override _onclose(): void {
    this.#gone.abort();
    this.#quick?.close();
    super._onclose();
  }

  protected override _onnotification(...[message, extra]: Parameters<Server['_onnotification']>): void {
    this.#quick?.cancel(message);
    super._onnotification(message, extra);
  }

  /** Goes into every answer of 2026-07-28. */
  protected override _outboundServerInfo(): Implementation | undefined {
    const title = this.#introduction.title();
    const info = super._outboundServerInfo();
    if (info !== undefined && this.#info?.title !== title) this.#info = { ...info, title };
    return this.#info;
  }

  protected override _wrapHandler(...[method, handler]: Parameters<Server['_wrapHandler']>): ReturnType<Server['_wrapHandler']> {
    const wrapped = super._wrapHandler(method, handler);
    const traced: typeof wrapped = async (given, context) => {
      const request = method === 'tools/call' ? withReadArguments(given) : given;
      return this.traced(method, request, context, () => answer(request, context));
    };
    const answer = async (request: Parameters<typeof wrapped>[0], context: ServerContext): Promise<Result> => {
      try {
        const result = await wrapped(request, context);
        if (method !== 'initialize' && method !== 'server/discover') return result;
        return { ...result, ...this.#introduction.greet(method, context) };
      } catch (error) {
        const fault = error instanceof ProtocolError ? undefined : invalidParams(method, request);
        if (fault === undefined) throw error;
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, fault);
      }
    };
    return traced;
  }

  /** Answers one request, within a span where the process is observed. */
  traced<T extends Result>(method: string, request: unknown, context: ServerContext, answer: () => Promise<T>): Promise<T> {
    return tracer() === undefined ? answer() : tracedRequest(method, request, context, this.#insight, answer);
  }

  get #insight(): RequestInsight {
    const revision = ({ mcpReq }: ServerContext): string | undefined =>
      mcpReq.envelope === undefined ? this._negotiatedProtocolVersion : MODERN_REVISION;
    return { ...this.#introduction.traced, revision };
  }
}
