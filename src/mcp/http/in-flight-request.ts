import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server';
import type { AuthenticatedCaller } from '../auth/authenticator.js';

/**
 * One request over HTTP with everything that its calls need to know of it, and the places that they hold. The places
 * are given back when the answer is through or given up, but not while a call still works.
 */
export class Exchange {
  readonly caller: AuthenticatedCaller;
  /** What the SDK hands on to the handlers. It holds no token. */
  readonly authInfo: AuthInfo;
  readonly #release: () => void;
  #working = 0;
  #isOver = false;
  #isReleased = false;

  /** @param release called once, when nothing of the exchange goes on any more */
  constructor(caller: AuthenticatedCaller, release: () => void) {
    this.caller = caller;
    this.#release = release;
    this.authInfo = { token: '', clientId: caller.name, scopes: [...caller.scopes], extra: { exchange: this } };
  }

  /** A call is begun; it ends when the function that this answers with is called. */
  begin(): () => void {
    this.#working++;
    return () => {
      this.#working--;
      this.#settle();
    };
  }

  /** The answer is through, or nobody waits for it. */
  over(): void {
    this.#isOver = true;
    this.#settle();
  }

  #settle(): void {
    if (!this.#isOver || this.#working > 0 || this.#isReleased) return;
    this.#isReleased = true;
    this.#release();
  }
}

/** The exchange that a message came by. */
export function exchangeOf(context: ServerContext): Exchange {
  const exchange = context.http?.authInfo?.extra?.exchange;
  if (exchange instanceof Exchange) return exchange;
  throw new Error('a message came by no exchange');
}

/** The response, with the exchange over once its body has been read or given up. */
export function endsWith(exchange: Pick<Exchange, 'over'>, response: Response): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    exchange.over();
    return response;
  }
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const part = await reader.read();
          if (!part.done) return controller.enqueue(part.value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        exchange.over();
      },
      cancel: (reason) => {
        exchange.over();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}
