import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp';
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client as EmbeddedClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as EmbeddedSse } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as EmbeddedHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitationCompleteNotificationSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { type AskedClient, answerTo, declared, isAsked } from './elicitation.js';
import { type ProgramClient, toResult } from './program.js';
import { validator } from './validator.js';

/** Every kind of client, by transport; those marked so can put a question to a person. */
export const HTTP_CLIENTS = [
  'v1',
  'v1 over SSE',
  'v2 (2025)',
  'v2 (2026)',
  '@ai-sdk/mcp',
  '@ai-sdk/mcp over SSE',
  '@langchain/mcp-adapters',
  '@langchain/mcp-adapters over SSE',
] as const;
export type HttpClientKind = (typeof HTTP_CLIENTS)[number];

/** Those that can put a question to a person. */
export const ASKING_CLIENTS = HTTP_CLIENTS.filter((kind) => !kind.startsWith('@langchain'));

export type HttpClient = Pick<ProgramClient, 'listTools' | 'call' | 'close'>;

export interface HttpClientOptions extends AskedClient {
  readonly token?: string;
  /** The one of several instances. Default: the server has one, at the plain paths. */
  readonly instance?: string;
  /**
   * Called when the server says that its tools have changed. The client is connected only once it can hear that. The SDKs'
   * own clients alone have this.
   */
  readonly onToolsChanged?: () => void;
}

/** Connects a real client to a server at `url`, which is without a path. */
export async function connectHttp(kind: HttpClientKind, url: string, options: HttpClientOptions = {}): Promise<HttpClient> {
  const headers: Record<string, string> = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const isSse = kind.endsWith('over SSE');
  const endpoint = `${url}${isSse ? '/sse' : '/mcp'}${options.instance === undefined ? '' : `/${options.instance}`}`;
  if (kind.startsWith('v1')) return connectEmbedded(endpoint, isSse, headers, options);
  if (kind.startsWith('v2')) return connectModern(endpoint, kind === 'v2 (2026)', headers, options);
  if (kind.startsWith('@ai-sdk')) return connectAiSdk(endpoint, isSse, headers, options);
  return connectLangchain(endpoint, isSse, headers);
}

type Headers = Record<string, string>;

/** The option by which the SDKs' clients hear of changed tools, if the server says that it tells. */
const hearing = (onToolsChanged: (() => void) | undefined) =>
  onToolsChanged && { listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: onToolsChanged } } };

/** `fetch`, with a promise that resolves once the stream is open on which a server of before 2026-07-28 speaks unasked. */
function watchedFetch() {
  let isOpen = (): void => {};
  const opened = new Promise<void>((resolve) => {
    isOpen = resolve;
  });
  const watched = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    if ((init?.method ?? 'GET') === 'GET' && response.ok) isOpen();
    return response;
  };
  return { fetch: watched, opened };
}

async function connectEmbedded(
  endpoint: string,
  isSse: boolean,
  headers: Headers,
  { onToolsChanged, ...asked }: HttpClientOptions,
): Promise<HttpClient> {
  const client = new EmbeddedClient(
    { name: 'test', version: '1' },
    { capabilities: declared(asked), jsonSchemaValidator: validator, ...hearing(onToolsChanged) },
  );
  if (isAsked(asked)) client.setRequestHandler(ElicitRequestSchema, ({ params }) => answerTo(asked, params));
  client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => asked.onComplete?.(params.elicitationId));
  const Transport = isSse ? EmbeddedSse : EmbeddedHttp;
  const { fetch, opened } = watchedFetch();
  await client.connect(new Transport(new URL(endpoint), { requestInit: { headers }, fetch }));
  if (onToolsChanged) await opened;
  return {
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, request = {}) =>
      toResult((await client.callTool({ name, arguments: args }, undefined, request)) as Record<string, unknown>),
    close: () => client.close(),
  };
}

async function connectModern(
  endpoint: string,
  isPinned: boolean,
  headers: Headers,
  { onToolsChanged, ...asked }: HttpClientOptions,
): Promise<HttpClient> {
  const client = new ModernClient(
    { name: 'test', version: '1' },
    {
      capabilities: declared(asked),
      jsonSchemaValidator: validator,
      ...hearing(onToolsChanged),
      ...(isPinned ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {}),
    },
  );
  if (isAsked(asked)) client.setRequestHandler('elicitation/create', ({ params }) => answerTo(asked, params));
  client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => asked.onComplete?.(params.elicitationId));
  const { fetch, opened } = watchedFetch();
  await client.connect(new ModernHttp(new URL(endpoint), { requestInit: { headers }, fetch }));
  // In 2026-07-28 the client asks for a stream as it connects.
  if (onToolsChanged && !isPinned) await opened;
  return {
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, request = {}) =>
      toResult((await client.callTool({ name, arguments: args }, request)) as Record<string, unknown>),
    close: () => client.close(),
  };
}

async function connectAiSdk(
  endpoint: string,
  isSse: boolean,
  headers: Headers,
  { person }: HttpClientOptions,
): Promise<HttpClient> {
  const client = await createMCPClient({
    transport: { type: isSse ? 'sse' : 'http', url: endpoint, headers },
    ...(person && { capabilities: { elicitation: {} } }),
  });
  if (person) {
    client.onElicitationRequest(ElicitationRequestSchema, async ({ params }) =>
      person({ message: params.message, requestedSchema: params.requestedSchema }),
    );
  }
  return {
    listTools: async () => (await client.listTools()).tools.map((tool) => ({ ...tool, inputSchema: tool.inputSchema as object })),
    call: async (name, args = {}) => {
      const tool = (await client.tools())[name];
      if (tool === undefined) throw new Error(`no tool is named ${name}`);
      return toResult((await tool.execute(args, { toolCallId: '1', messages: [] })) as Record<string, unknown>);
    },
    close: () => client.close(),
  };
}

async function connectLangchain(endpoint: string, isSse: boolean, headers: Headers): Promise<HttpClient> {
  const clients = new MultiServerMCPClient({
    mcpServers: { clerk: { transport: isSse ? 'sse' : 'http', url: endpoint, headers } },
  });
  const tools = await clients.getTools();
  return {
    listTools: async () => tools.map(({ name, description, schema }) => ({ name, description, inputSchema: schema as object })),
    call: async (name, args = {}) => {
      const tool = tools.find((candidate) => candidate.name === name);
      if (tool === undefined) throw new Error(`no tool is named ${name}`);
      try {
        const text = String(await tool.invoke(args));
        return toResult({ content: [{ type: 'text', text }] });
      } catch (error) {
        // It throws what is an error, with the text at the end of its message.
        const message = error instanceof Error ? error.message : String(error);
        return toResult({ content: [{ type: 'text', text: message.slice(Math.max(0, message.indexOf('{'))) }], isError: true });
      }
    },
    close: () => clients.close(),
  };
}
