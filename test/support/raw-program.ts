import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NODE } from './node.js';
import { childEnv, type Ended, ended, PROGRAM } from './program.js';

/** One line of the program's stdout. */
export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: { readonly message?: string; readonly requestedSchema?: unknown };
  readonly result?: Result;
  readonly error?: { code: number; message: string };
}

/** The result of a call; a question of 2026-07-28 is one too. */
export interface Result {
  readonly isError?: boolean;
  readonly content?: { text: string }[];
  readonly resultType?: string;
  readonly requestState?: string;
  readonly inputRequests?: Readonly<Record<string, { params: { message: string; requestedSchema: QuestionSchema } }>>;
}

export interface QuestionSchema {
  readonly properties: Readonly<Record<string, { type: string; title: string }>>;
}

/** The JSON that the model is answered with. */
export const modelOf = (message: Message): Record<string, unknown> =>
  JSON.parse(message.result?.content?.[0]?.text ?? '{}') as Record<string, unknown>;

export interface RawOptions {
  /** Arguments for Node itself. */
  readonly nodeArgs?: readonly string[];
  /** What the shell does first: `ulimit -f 8`. */
  readonly limit?: string;
  /** Another copy of the built program. */
  readonly program?: string;
  /** The user that it runs as. */
  readonly uid?: number;
  /** A descriptor for its stderr, or a pipe that is never read. Default: a pipe that is. */
  readonly stderr?: number | 'unread';
}

/** A process spoken to line by line, so that what is on stdout is seen as it is. */
export class RawProgram {
  readonly child: ChildProcess;
  readonly ended: ReturnType<typeof ended>;
  readonly lines: string[] = [];
  readonly #waiting: { matches: (message: Message) => boolean; resolve: (message: Message) => void }[] = [];

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, how: RawOptions = {}) {
    const command = [NODE, ...(how.nodeArgs ?? []), how.program ?? PROGRAM, ...args];
    const [file = '', ...rest] =
      how.limit === undefined ? command : ['/bin/sh', '-c', `${how.limit}; exec "$@"`, 'sh', ...command];
    this.child = spawn(file, rest, {
      env: childEnv(env),
      stdio: ['pipe', 'pipe', typeof how.stderr === 'number' ? how.stderr : 'pipe'],
      ...(how.uid === undefined ? {} : { uid: how.uid }),
    });
    this.child.stdin?.on('error', () => {});
    this.ended = ended(this.child);
    if (how.stderr === 'unread') this.child.stderr?.removeAllListeners('data').pause();
    if (this.child.stdout === null) throw new Error('no stdout');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.lines.push(line);
      const message = JSON.parse(line) as Message;
      for (const [index, entry] of this.#waiting.entries()) {
        if (!entry.matches(message)) continue;
        this.#waiting.splice(index, 1);
        entry.resolve(message);
        return;
      }
    });
  }

  send(message: object): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  /** Writes text as it is. */
  write(text: string): void {
    this.child.stdin?.write(text);
  }

  /** The next line that is a list, as what was asked in one is answered. */
  list(): Promise<readonly Message[]> {
    return this.#next(Array.isArray) as Promise<unknown> as Promise<readonly Message[]>;
  }

  answer(id: Message['id'] | null): Promise<Message> {
    return this.#next((message) => message.id === id && message.method === undefined);
  }

  /** The next request that the program makes of its client. */
  request(method: string): Promise<Message> {
    return this.#next((message) => message.method === method && message.id !== undefined);
  }

  #next(matches: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  async handshake(capabilities: object = {}, protocolVersion = '2025-11-25'): Promise<void> {
    const answered = this.answer(0);
    this.send({
      id: 0,
      method: 'initialize',
      params: { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '0' } },
    });
    await answered;
    this.send({ method: 'notifications/initialized' });
  }

  /** `more` stands beside name and arguments: what a retry of 2026-07-28 carries, for instance. */
  call(id: number, name: string, args: object = {}, more: object = {}): void {
    this.send({ id, method: 'tools/call', params: { name, arguments: args, ...more } });
  }
}

/** Sends all lines at once, waits for the answer to each request among them, and leaves. */
export async function converse(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  lines: readonly string[],
): Promise<Ended> {
  const program = new RawProgram(args, env);
  const answers = lines.flatMap((line) => {
    const id = /^\{"jsonrpc":"2\.0","id":("[^"]*"|\d+),.*\}$/.exec(line)?.[1];
    return id === undefined ? [] : [program.answer(JSON.parse(id) as string | number)];
  });
  program.write(lines.map((line) => `${line}\n`).join(''));
  await Promise.all(answers);
  program.child.stdin?.end();
  return program.ended;
}

/** What every request of 2026-07-28 says of its client. */
const envelope = (capabilities: object): object => ({
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  },
});

/** A client of 2026-07-28 without an SDK, so that it can send what no decent client would. */
export class ModernRawClient {
  readonly program: RawProgram;
  #id = 0;

  constructor(program: RawProgram) {
    this.program = program;
  }

  async call(
    name: string,
    args: object,
    options: { capabilities?: object; inputResponses?: unknown; requestState?: unknown } = {},
  ): Promise<Message> {
    const { capabilities = { elicitation: {} }, ...retry } = options;
    this.#id++;
    const answered = this.program.answer(this.#id);
    this.program.call(this.#id, name, args, { ...retry, ...envelope(capabilities) });
    return answered;
  }

  /** Calls once and answers with the question; fails where none is asked. */
  async ask(name: string, args: object): Promise<{ state: string; message: string; schema: QuestionSchema }> {
    const answer = await this.call(name, args);
    const [request] = Object.values(answer.result?.inputRequests ?? {});
    const state = answer.result?.requestState;
    if (request === undefined || state === undefined) throw new Error(`no question: ${JSON.stringify(answer)}`);
    return { state, message: request.params.message, schema: request.params.requestedSchema };
  }
}
