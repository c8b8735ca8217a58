import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SERVER_INFO_META_KEY,
  type Server,
  type ServerContext,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/server';
import type { Calls } from '../call/call.js';
import { type Call, type CallOutcome, UnknownToolError } from '../call/call-types.js';
import { progressChannel } from '../call/progress.js';
import type { ToolDefinition } from '../catalog/operation-types.js';
import { plain } from '../platform/plain-text.js';
import { VERSION } from '../platform/version.js';
import type { Caller, LinkTiming, PersonAnswer } from '../policy/policy-types.js';
import { type TraceHeaders, tracer } from '../telemetry/tracing.js';
import { type Enter, GUIDE_CACHE_HINTS, type GuideOptions, guideCapabilities, serveGuide } from './guide.js';
import { SERVER_ICONS } from './icons.js';
import type { InstanceName } from './instance-name.js';
import { type AnswerCall, endOf, type QuickServer } from './quick-calls.js';
import { StrictServer } from './request-params.js';
import { MODERN_REVISION } from './revision.js';
import { ShownLinks } from './shown-links.js';

/** The key under which the one question of a call travels. */
const QUESTION = 'confirm';

/** How long a question stands: a person needs time to read. */
const ANSWER_WITHIN_MS = 600_000;

/** How long a client may keep the tool list, in milliseconds. */
const TOOLS_TTL_MS = 3_600_000;

/** The longest name or version of a client that is kept, in characters. */
const LONGEST_NAME = 100;

/** Makes a server for one connection, or for all requests of the era that has no connections. */
export type ServerFactory = (context?: { readonly era: 'legacy' | 'modern' }) => QuickServer;

/** Who is at the other end, and whether they can be asked through their client. */
export interface Seat {
  readonly caller: Caller;
  readonly canAsk: boolean;
}

export interface McpServerOptions {
  readonly calls: Pick<Calls, 'call'>;
  /** What is listed to the caller, in this order. */
  readonly tools: (context: ServerContext) => readonly ToolDefinition[];
  /** What the model is told at the handshake. */
  readonly instructions: (seat: Seat) => string;
  readonly name: Pick<InstanceName, 'title' | 'server' | 'ask'>;
  /** What is offered beside tools. Default: nothing. */
  readonly guide?: GuideOptions | undefined;
  /** How the guide's reads are admitted. Default: all are. */
  readonly enter?: Enter;
  /** Whether the list can change while a client is connected. If so, the client is promised a notification. Default: false. */
  readonly listChanged?: boolean;
  /**
   * Whether what a client is offered depends on a credential, which it can exchange for one with more scopes. It keeps no
   * list then: nobody would tell it that its list has grown. Default: false.
   */
  readonly byCredential?: boolean;
  /** Who is at the other end; the transport knows. */
  readonly caller: (context: ServerContext) => Caller;
  /** Whether the client can be sent something before the answer, such as a question. Default: it can. */
  readonly canStream?: (context: ServerContext) => boolean;
  /** `modern` for a server that speaks 2026-07-28 alone. Default: any revision that a handshake may choose. */
  readonly era?: 'legacy' | 'modern' | undefined;
  /** The name of the instance, where it is one of several. */
  readonly instance?: string | undefined;
  /** The trace context that the transport brought. Default: none. */
  readonly traceHeaders?: (context: ServerContext) => TraceHeaders | undefined;
  /** Called when a call begins. The function it returns is called when the call has ended, with its outcome. */
  readonly onCall?: (context: ServerContext) => (outcome?: CallOutcome) => void;
}

/**
 * One MCP server for one connection, in either era. Built on the SDK's low-level server: the tool list is
 * ready-made and one handler dispatches every call.
 */
export function createMcpServer(options: McpServerOptions): StrictServer {
  const info = { name: options.name.server, version: VERSION };
  const introduced = (): Implementation => ({ ...info, title: options.name.title, icons: SERVER_ICONS });
  const server: StrictServer = new StrictServer(
    info,
    {
      capabilities: {
        tools: options.listChanged === true ? { listChanged: true } : {},
        ...(options.guide && guideCapabilities(options.guide)),
      },
      ...(options.era === 'modern' && { supportedProtocolVersions: [MODERN_REVISION] }),
      ...(options.byCredential !== true && {
        cacheHints: { 'tools/list': { ttlMs: TOOLS_TTL_MS, cacheScope: 'private' }, ...GUIDE_CACHE_HINTS },
      }),
    },
    {
      title: () => options.name.title,
      greet: (method, context) => ({
        ...(method === 'initialize' ? { serverInfo: introduced() } : { _meta: { [SERVER_INFO_META_KEY]: introduced() } }),
        instructions: options.instructions(seatOf(server, options, context)),
      }),
      traced: {
        isTool: (name, context) => options.tools(context).some((tool) => tool.name === name),
        headers: (context) => options.traceHeaders?.(context),
        instance: options.instance,
      },
    },
  );

  const links = new ShownLinks(server, server.gone);
  if (options.guide !== undefined)
    serveGuide(server, options.guide, {
      enter: options.enter,
      byCredential: options.byCredential,
      callerOf: (context) => {
        options.name.ask();
        return callerOf(server, options, context);
      },
    });

  server.setRequestHandler('tools/list', async (request, context) => {
    if (request.params?.cursor !== undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor: the whole list is one page.');
    }
    return { tools: options.tools(context) } as ListToolsResult;
  });

  const answer: AnswerCall = async (request, context): Promise<CallToolResult | InputRequiredResult> => {
    const client = clientOf(server, context);
    const done = options.onCall?.(context);
    const channel = progressChannel(context);
    const { envelope } = context.mcpReq;
    const isModern = envelope !== undefined;
    if (isModern) server.quick?.learn(envelope);
    const canPush = !isModern && options.canStream?.(context) !== false;
    const shown = isModern || !canOpenLinks(client.capabilities) ? undefined : links.during(context);
    let outcome: CallOutcome | undefined;
    try {
      const call: Call = {
        name: request.params.name,
        arguments: request.params.arguments,
        caller: { ...options.caller(context), ...client.info },
        canAsk: canAsk(client.capabilities) && (isModern || canPush),
        takesLink: takesLink(client.capabilities, canPush),
        signal: endOf(context),
        onProgress: channel?.tell,
        onDecided: shown?.decided,
        onWaiting: canPush ? shown?.show : undefined,
      };
      outcome = await options.calls.call(isModern ? { ...call, answer: personAnswer(context) } : call);
      // After a person's slip another question follows; the policy counts them.
      while (outcome.kind === 'ask' && !isModern) {
        outcome = await outcome.resume(await askWhileWaiting(outcome, context));
      }
      if (outcome.kind === 'link' && !isModern) {
        shown?.demanded(outcome.waiting);
        throw demand(outcome.waiting);
      }
      return toResult(outcome);
    } catch (error) {
      if (error instanceof UnknownToolError) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw error;
    } finally {
      if (shown !== undefined) await shown.end();
      if (channel !== undefined) await channel.told();
      done?.(outcome);
    }
  };
  server.setRequestHandler('tools/call', answer);
  server.takeQuickly((request, context) => server.traced('tools/call', request, context, () => answer(request, context)));
  return server;
}

const callerOf = (server: Server, { caller }: McpServerOptions, context: ServerContext): Caller => ({
  ...caller(context),
  ...clientOf(server, context).info,
});

function seatOf(server: Server, options: McpServerOptions, context: ServerContext): Seat {
  const isModern = context.mcpReq.envelope !== undefined;
  const { capabilities } = clientOf(server, context);
  const canBeAsked = isModern || options.canStream?.(context) !== false;
  return { caller: callerOf(server, options, context), canAsk: canAsk(capabilities) && canBeAsked };
}

type Question = Extract<CallOutcome, { kind: 'ask' }>;

/**
 * How clients before 2026-07-28 are asked: by a request of ours while theirs waits. Only the policy judges the client's
 * answer, so it is not checked against the form here.
 */
async function askWhileWaiting({ message, schema, state }: Question, { mcpReq }: ServerContext): Promise<PersonAnswer> {
  const options = { relatedRequestId: mcpReq.id, signal: mcpReq.signal, timeout: ANSWER_WITHIN_MS };
  const params = { mode: 'form', message, requestedSchema: { ...schema } };
  try {
    const ask = () => mcpReq.send({ method: 'elicitation/create', params }, options);
    const attributes = { 'mcp.method.name': 'elicitation/create' };
    const { action, content } = await (tracer()?.within({ span: 'question', attributes }, ask) ?? ask());
    return { action, content: action === 'accept' ? content : undefined, state };
  } catch (error) {
    if (mcpReq.signal.aborted) throw error;
    const isLate = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;
    return { action: isLate ? 'unanswered' : 'failed', state };
  }
}

/** How a client of 2025-11-25 is told that it must show a link before its call can be answered. */
const demand = ({ id, message, link }: LinkWaiting): UrlElicitationRequiredError =>
  new UrlElicitationRequiredError([{ mode: 'url', message, url: link, elicitationId: id }], message);

type LinkWaiting = Extract<CallOutcome, { kind: 'link' }>['waiting'];

function toResult(outcome: CallOutcome): CallToolResult | InputRequiredResult {
  if (outcome.kind === 'ask') {
    return inputRequired({
      inputRequests: { [QUESTION]: inputRequired.elicit({ message: outcome.message, requestedSchema: { ...outcome.schema } }) },
      requestState: outcome.state,
    });
  }
  if (outcome.kind === 'link') {
    const { id, message, link } = outcome.waiting;
    return inputRequired({ inputRequests: { [QUESTION]: inputRequired.elicitUrl({ message, url: link }) }, requestState: id });
  }
  const content = [{ type: 'text' as const, text: outcome.text }];
  if (outcome.kind !== 'done') return { content, isError: true };
  return outcome.structured === undefined
    ? { content }
    : { content, structuredContent: outcome.structured as Record<string, unknown> };
}

/** The SDK's type of the envelope names no keys. */
interface Envelope {
  readonly [CLIENT_INFO_META_KEY]?: Implementation;
  readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
}

/** Name, version and abilities of the client: in the request's envelope since 2026-07-28, from the handshake before. */
function clientOf(server: Server, context: ServerContext): { capabilities: ClientCapabilities; info: Partial<Caller> } {
  const envelope = context.mcpReq.envelope as Envelope | undefined;
  // One server answers many clients of 2026-07-28: what it remembers may be another client's.
  const [info, capabilities = {}] =
    envelope === undefined
      ? [server.getClientVersion(), server.getClientCapabilities()]
      : [envelope[CLIENT_INFO_META_KEY], envelope[CLIENT_CAPABILITIES_META_KEY]];
  if (info === undefined) return { capabilities, info: {} };
  return { capabilities, info: { clientName: plain(info.name, LONGEST_NAME), clientVersion: plain(info.version, LONGEST_NAME) } };
}

/** `elicitation: {}` means forms; a client that names only URL mode cannot show one. */
function canAsk({ elicitation }: ClientCapabilities): boolean {
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

const canOpenLinks = ({ elicitation }: ClientCapabilities): boolean => elicitation?.url !== undefined;

function takesLink(capabilities: ClientCapabilities, canPush: boolean): LinkTiming | undefined {
  if (!canOpenLinks(capabilities)) return undefined;
  return canPush ? 'meanwhile' : 'first';
}

function personAnswer(context: ServerContext): PersonAnswer | undefined {
  const response = inputResponse(context.mcpReq.inputResponses, QUESTION);
  const state = context.mcpReq.requestState<unknown>();
  if (typeof state !== 'string') return undefined;
  if (response.kind === 'elicit') {
    return { action: response.action, content: response.action === 'accept' ? response.content : undefined, state };
  }
  // Something other than an answer came back under the question's key: an error of the client, say.
  return context.mcpReq.inputResponses?.[QUESTION] === undefined ? undefined : { action: 'failed', state };
}
