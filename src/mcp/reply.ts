/** The parts of a reply that are not its JSON. */
export interface ReplyInit {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once, when the reply is through or given up. */
  readonly over?: () => void;
}

/**
 * The answer to an HTTP request, from wherever it comes. A short one is kept as text: the streams inside a `Response`
 * cost more than everything else about it. It becomes a `Response` once, where the platform asks for one.
 */
export class Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | null;
  readonly #over: () => void;

  constructor(body: string | ReadableStream<Uint8Array> | null, { status = 200, headers = {}, over = () => {} }: ReplyInit = {}) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.#over = over;
  }

  static json(value: unknown, init: ReplyInit = {}): Reply {
    return Reply.ofJson(JSON.stringify(value), init);
  }

  /** @param json written already */
  static ofJson(json: string, init: ReplyInit = {}): Reply {
    return new Reply(json, { ...init, headers: { 'Content-Type': 'application/json', ...init.headers } });
  }

  /** What the SDK answered. */
  static from(response: Response, over?: () => void): Reply {
    const init = { status: response.status, headers: Object.fromEntries(response.headers), ...(over && { over }) };
    return new Reply(response.body, init);
  }

  /** The same reply with further headers. Headers that it already has are kept. */
  with(headers: Readonly<Record<string, string>>): Reply {
    const all = { ...this.headers };
    const own = Object.keys(all).map((name) => name.toLowerCase());
    for (const name in headers) if (!own.includes(name.toLowerCase())) all[name] = headers[name] ?? '';
    return new Reply(this.body, { status: this.status, headers: all, over: this.#over });
  }

  /** The same reply, once the first part of its body is there. Until then another reply can take its place. */
  async begun(): Promise<Reply> {
    if (!(this.body instanceof ReadableStream)) return this;
    const reader = this.body.getReader();
    let first: Awaited<ReturnType<typeof reader.read>> | undefined = await reader.read().catch((error: unknown) => {
      this.#over();
      throw error;
    });
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const part = first ?? (await reader.read());
          first = undefined;
          if (part.done) controller.close();
          else controller.enqueue(part.value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Reply(body, { status: this.status, headers: this.headers, over: this.#over });
  }

  /** Another reply is sent in its place. */
  discard(): void {
    this.#over();
    if (this.body instanceof ReadableStream) void this.body.cancel().catch(() => {});
  }

  /** @param fail told when the body breaks off; the body's reader then learns nothing of the cause. Default: the reader gets the error. */
  toResponse(fail?: (error: unknown) => void): Response {
    const { status, headers, body } = this;
    if (body instanceof ReadableStream) return new Response(followed(body, this.#over, fail), { status, headers });
    this.#over();
    return new Response(body, { status, headers });
  }

  /** To be called when a reply that was written by other means is through. */
  get over(): () => void {
    return this.#over;
  }
}

/** The body, and `over` called once when it has been read to its end, broke off, or is no longer wanted. */
function followed(
  body: ReadableStream<Uint8Array>,
  over: () => void,
  fail: ((error: unknown) => void) | undefined,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const end = (): boolean => {
    if (isOver) return false;
    isOver = true;
    over();
    return true;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const part = await reader.read();
          if (isOver) return;
          if (!part.done) return controller.enqueue(part.value);
          controller.close();
          end();
        } catch (error) {
          // A reader that has gone away is not a failure; its stream is closed already.
          if (!end()) return;
          if (fail === undefined) return controller.error(error);
          fail(error);
          controller.close();
        }
      },
      cancel: (reason) => {
        end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

export interface RefusalOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** When it is worth trying again; sent as `Retry-After` in whole seconds. */
  readonly retryAfterMs?: number | undefined;
  /** JSON-RPC's code. Default: -32000, an error of the server's own. */
  readonly code?: number;
  /** The id of the refused message. Default: the reply answers none in particular. */
  readonly id?: string | number | null;
}

/**
 * The answer to a request that does not reach MCP, in the form that MCP clients read: a JSON-RPC error. It holds no secret and no inner detail.
 */
export function refuse(status: number, message: string, options: RefusalOptions = {}): Reply {
  const error = { jsonrpc: '2.0', error: { code: options.code ?? -32_000, message }, id: options.id ?? null };
  return refusal(status, error, { ...options.headers, ...retryAfter(options.retryAfterMs) });
}

const LOOK = 'If it was a call that changes something, look whether that was done before you send it again.';

/** There will be no answer: what was asked for is no longer wanted, or nobody is left to give it. */
export const givenUp = (): Reply =>
  refuse(503, `The request was given up: its session has ended, or the server is stopping. ${LOOK}`);

/** A fault of this program, whatever the request had set going by then. */
export const failedInside = (): Reply => refuse(500, `The server failed on this request, and its log says why. ${LOOK}`);

/** A refusal with a body of another form. */
export const refusal = (status: number, body: object, headers: Readonly<Record<string, string>>): Reply =>
  Reply.json(body, { status, headers: { 'Cache-Control': 'no-store', ...headers } });

/** `Retry-After`, rounded up so that no client comes a moment too early; nothing where waiting does not help. */
export function retryAfter(ms: number | undefined): Record<string, string> {
  if (ms === undefined || !Number.isFinite(ms)) return {};
  return { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}
