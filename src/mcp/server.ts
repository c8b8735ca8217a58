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
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { ToolDefinition } from '../catalog/types.js';
import type { Caller, PersonAnswer } from '../policy/types.js';
import { VERSION } from '../version.js';
import { type CallOutcome, type Calls, UnknownToolError } from './call.js';

/** The key under which the one question of a call travels. */
const QUESTION = 'confirm';

/** A person needs time to read; the question stands this long. */
const ANSWER_WITHIN_MS = 600_000;

/** How long a client may keep the tool list, in milliseconds. */
const TOOLS_TTL_MS = 3_600_000;

export interface McpServerOptions {
  readonly calls: Calls;
  /** What is listed, in this order. */
  readonly tools: readonly ToolDefinition[];
  readonly instructions: string;
  /** Who is at the other end; the transport knows. */
  readonly caller: (context: ServerContext) => Caller;
}

/**
 * One MCP server for one connection, in either era. Built on the SDK's low-level server: the tool list is
 * ready-made and one handler dispatches every call.
 */
export function createMcpServer(options: McpServerOptions): Server {
  const server = new Server(
    { name: 'clerk-mcp', title: 'Clerk', version: VERSION },
    {
      capabilities: { tools: {} },
      instructions: options.instructions,
      cacheHints: { 'tools/list': { ttlMs: TOOLS_TTL_MS, cacheScope: 'private' } },
      inputRequired: { roundTimeoutMs: ANSWER_WITHIN_MS },
    },
  );
  const list = { tools: options.tools } as ListToolsResult;

  server.setRequestHandler('tools/list', (request) => {
    if (request.params?.cursor !== undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor: the whole list is one page.');
    }
    return list;
  });

  server.setRequestHandler('tools/call', async (request, context): Promise<CallToolResult | InputRequiredResult> => {
    const client = clientOf(server, context);
    try {
      const outcome = await options.calls.call({
        name: request.params.name,
        arguments: request.params.arguments,
        caller: { ...options.caller(context), ...client.info },
        canAsk: canAsk(client.capabilities),
        answer: personAnswer(context),
        signal: context.mcpReq.signal,
      });
      return toResult(outcome);
    } catch (error) {
      if (error instanceof UnknownToolError) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw error;
    }
  });
  return server;
}

function toResult(outcome: CallOutcome): CallToolResult | InputRequiredResult {
  if (outcome.kind === 'ask') {
    return inputRequired({
      inputRequests: { [QUESTION]: inputRequired.elicit({ message: outcome.message, requestedSchema: { ...outcome.schema } }) },
      requestState: outcome.state,
    });
  }
  const content = [{ type: 'text' as const, text: outcome.text }];
  return outcome.kind === 'done' ? { content } : { content, isError: true };
}

/** The SDK's type of the envelope names no keys. */
interface Envelope {
  readonly [CLIENT_INFO_META_KEY]?: Implementation;
  readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
}

/** Name, version and abilities of the client: in the request's envelope since 2026-07-28, from the handshake before. */
function clientOf(server: Server, context: ServerContext): { capabilities: ClientCapabilities; info: Partial<Caller> } {
  const envelope = context.mcpReq.envelope as Envelope | undefined;
  const info = envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
  const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities() ?? {};
  return { capabilities, info: info === undefined ? {} : { clientName: info.name, clientVersion: info.version } };
}

/** `elicitation: {}` means forms; a client that names only URL mode cannot show one. */
function canAsk({ elicitation }: ClientCapabilities): boolean {
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

function personAnswer(context: ServerContext): PersonAnswer | undefined {
  const response = inputResponse(context.mcpReq.inputResponses, QUESTION);
  const state = context.mcpReq.requestState<unknown>();
  if (response.kind !== 'elicit') return undefined;
  return {
    action: response.action,
    content: response.action === 'accept' ? response.content : undefined,
    state: typeof state === 'string' ? state : undefined,
  };
}
