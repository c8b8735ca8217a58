import type { ChildProcess } from 'node:child_process';
import { end, launch, type Program } from './program.js';

const NEWLINE = 10;

/** A client of one program over stdio that costs next to nothing itself. */
export class StdioClient {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #rest: Buffer[] = [];
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    child.once('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the program ended'));
    });
  }

  /** Resolves when the program has answered to `initialize`. */
  static async start(program: Program, stderr: 'ignore' | 'pipe' = 'ignore'): Promise<StdioClient> {
    const client = new StdioClient(launch(program, stderr));
    await client.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1.0.0' },
    });
    client.#write({ method: 'notifications/initialized' });
    return client;
  }

  request(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#write({ id, method, params });
    });
  }

  /** @throws when the tool says that the call failed */
  async call(name: string, args: object): Promise<string> {
    const { content, isError } = (await this.request('tools/call', { name, arguments: args })) as {
      content: readonly { text: string }[];
      isError?: boolean;
    };
    const text = content[0]?.text ?? '';
    if (isError === true) throw new Error(text);
    return text;
  }

  close(): Promise<void> {
    return end(this.child);
  }

  #write(message: object): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      this.#take(Buffer.concat([...this.#rest, chunk.subarray(from, to)]).toString());
      this.#rest = [];
      from = to + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
  }

  #take(line: string): void {
    const { id, result, error } = JSON.parse(line) as { id?: number; result?: unknown; error?: unknown };
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(JSON.stringify(error)));
  }
}
