/** Requests as they are on the wire, for what no client would send. */

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON-RPC message, whether it came alone or as the last event of a stream; or any other JSON. */
  readonly json: { readonly result?: Record<string, unknown>; readonly error?: unknown } & Readonly<Record<string, unknown>>;
}

export type Message = Readonly<Record<string, unknown>>;

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const ACCEPT = { accept: 'application/json, text/event-stream' };

export async function readAnswer(response: Response): Promise<RawAnswer> {
  const text = await response.text();
  const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => data);
  const { status, headers } = response;
  try {
    return { status, headers, text, json: JSON.parse(events.at(-1) ?? text) as RawAnswer['json'] };
  } catch {
    return { status, headers, text, json: {} };
  }
}

export function send(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    ...(signal && { signal }),
    headers: { ...ACCEPT, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Sends a message and reads the whole answer. */
export const post = async (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
  readAnswer(await send(url, body, headers));

export const initialize = (capabilities: object = {}, id = 0): Message => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'raw', version: '0' } },
});

export const call = (id: number, name: string, args: object = {}): Message => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** Opens a session of 2025-11-25 and answers with the headers that name it. */
export async function openSession(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  capabilities: object = {},
  path = '/mcp',
): Promise<Record<string, string>> {
  const opened = await post(`${url}${path}`, initialize(capabilities), headers);
  const id = opened.headers.get('mcp-session-id');
  if (id === null) throw new Error(`no session: ${opened.status} ${opened.text}`);
  const session = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
  await post(`${url}${path}`, { jsonrpc: '2.0', method: 'notifications/initialized' }, session);
  return session;
}

/** A message of 2026-07-28, with the headers that it needs. */
export function modern(
  method: string,
  params: object = {},
  id = 1,
  capabilities: object = {},
): { body: Message; headers: Record<string, string> } {
  const given: { readonly name?: unknown; readonly uri?: unknown; readonly _meta?: object } = params;
  const _meta = {
    ...given._meta,
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const named = given.name ?? given.uri;
  const name = named === undefined ? {} : { 'mcp-name': String(named) };
  return {
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...name },
  };
}

export function modernCall(
  url: string,
  name: string,
  args: object,
  headers: Readonly<Record<string, string>> = {},
  path = '/mcp',
): Promise<RawAnswer> {
  const message = modern('tools/call', { name, arguments: args });
  return post(`${url}${path}`, message.body, { ...message.headers, ...headers });
}

/** A stream that is read piece by piece. */
export class EventStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error(`no stream: ${response.status}`);
    this.#reader = response.body.getReader();
  }

  /** Reads on until the text so far matches. @throws where the stream ends before */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) return found;
      const part = await this.#reader.read();
      if (part.done) throw new Error(`the stream ended: ${this.#text}`);
      this.#text += this.#decoder.decode(part.value, { stream: true });
    }
  }

  /** Resolves when the server has ended the stream, whether in order or not. */
  async ended(): Promise<string> {
    try {
      for (;;) {
        const part = await this.#reader.read();
        if (part.done) return this.#text;
        this.#text += this.#decoder.decode(part.value, { stream: true });
      }
    } catch {
      return this.#text;
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

/** Opens a session over HTTP+SSE and answers with its stream and where to post. */
export async function openSse(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  at = '/sse',
): Promise<{ stream: EventStream; messages: string; headers: Readonly<Record<string, string>> }> {
  const response = await fetch(`${url}${at}`, { headers: { accept: 'text/event-stream', ...headers } });
  if (!response.ok) throw new Error(`no stream: ${response.status} ${await response.text()}`);
  const stream = new EventStream(response);
  const [, path = ''] = await stream.until(/^event: endpoint\ndata: (.+)\n\n/m);
  const messages = `${url}${path}`;
  await post(messages, initialize(), headers);
  await stream.until(/"id":0/);
  await post(messages, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return { stream, messages, headers };
}

/** Opens the stream of 2026-07-28 on which changed tools are told, and waits until the server has taken note. */
export async function subscribe(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const { body, headers: own } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const stream = new EventStream(await send(`${url}/mcp`, body, { ...own, ...headers }));
  await stream.until(/acknowledged/);
  return stream;
}
