import { Pool } from 'undici';

export type Era = '2026-07-28' | '2025-11-25';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const CLIENT = { name: 'bench', version: '1.0.0' };

/** Every request stands for itself and says who asks. */
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A client of one address over Streamable HTTP that costs next to nothing itself. */
export class HttpClient {
  readonly #pool: Pool;
  readonly #era: Era;
  #session: Record<string, string> = {};
  #lastId = 0;

  private constructor(url: string, era: Era) {
    this.#pool = new Pool(url, { connections: 32, pipelining: 1 });
    this.#era = era;
  }

  static async connect(url: string, era: Era): Promise<HttpClient> {
    const client = new HttpClient(url, era);
    if (era === '2025-11-25') await client.#initialize();
    return client;
  }

  /** @throws when the call failed */
  async call(name: string, args: object): Promise<void> {
    const params = { name, arguments: args };
    const isModern = this.#era === '2026-07-28';
    const { text } = await this.#post(
      { id: ++this.#lastId, method: 'tools/call', params: isModern ? { ...params, _meta: MODERN_META } : params },
      isModern ? { 'mcp-protocol-version': this.#era, 'mcp-method': 'tools/call', 'mcp-name': name } : this.#session,
    );
    if (!text.includes('"result"') || text.includes('"isError":true')) throw new Error(`no result: ${text}`);
  }

  /** @throws when there is no list */
  async list(): Promise<void> {
    const isModern = this.#era === '2026-07-28';
    const { text } = await this.#post(
      { id: ++this.#lastId, method: 'tools/list', params: isModern ? { _meta: MODERN_META } : {} },
      isModern ? { 'mcp-protocol-version': this.#era, 'mcp-method': 'tools/list' } : this.#session,
    );
    if (!text.includes('"tools":[')) throw new Error(`no list: ${text}`);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #initialize(): Promise<void> {
    const params = { protocolVersion: this.#era, capabilities: {}, clientInfo: CLIENT };
    const { id } = await this.#post({ id: 0, method: 'initialize', params }, {});
    if (id === undefined) throw new Error('no session');
    this.#session = { 'mcp-session-id': id, 'mcp-protocol-version': this.#era };
    await this.#post({ method: 'notifications/initialized' }, this.#session);
  }

  async #post(message: object, headers: Record<string, string>): Promise<{ text: string; id: string | undefined }> {
    const response = await this.#pool.request({
      method: 'POST',
      path: '/mcp',
      headers: { ...HEADERS, ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
    const id = response.headers['mcp-session-id'];
    return { text: await response.body.text(), id: typeof id === 'string' ? id : undefined };
  }
}
