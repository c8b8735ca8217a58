import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { Waiting } from '../policy/policy-types.js';

type Notify = ServerContext['mcpReq']['notify'];

/** A client may answer a link only after its user has read it. */
const ANSWER_WITHIN_MS = 600_000;

/**
 * The links that one client from before 2026-07-28 was given to show (MCP's elicitation by URL). The client's answer to
 * a link decides nothing: people decide on the page behind it, where they sign in.
 */
export class ShownLinks {
  readonly #server: Server;
  /** Aborted when the client is gone. */
  readonly #gone: AbortSignal;
  /** Ids of approvals whose end the client has yet to be told. */
  readonly #open = new Set<string>();

  constructor(server: Server, gone: AbortSignal) {
    this.#server = server;
    this.#gone = gone;
  }

  /** For one call. */
  during({ mcpReq }: ServerContext): CallLinks {
    const waiting: Waiting[] = [];
    let told = Promise.resolve();
    return {
      show: (one) => {
        if (one.link === undefined || this.#open.has(one.id)) return;
        this.#open.add(one.id);
        waiting.push(one);
        const params = { mode: 'url', message: one.message, url: one.link, elicitationId: one.id } as const;
        const options = { relatedRequestId: mcpReq.id, signal: mcpReq.signal, timeout: ANSWER_WITHIN_MS };
        mcpReq.send({ method: 'elicitation/create', params }, options).then(
          ({ action }) => {
            if (action === 'decline') one.notOpened();
          },
          // The call waits all the same: the link is in the log and in the notifications.
          () => {},
        );
      },
      demanded: (one) => {
        if (this.#open.has(one.id)) return;
        this.#open.add(one.id);
        waiting.push(one);
      },
      decided: (id) => {
        told = told.then(() => this.#complete(id, mcpReq.notify));
      },
      end: async () => {
        await told;
        for (const one of waiting) if (this.#open.has(one.id)) void this.#watch(one);
      },
    };
  }

  /** The call has ended before a person decided. */
  async #watch(waiting: Waiting): Promise<void> {
    // Without the store there is no way to know; the client has the id to ask again with.
    const isKnown = await waiting.decided(this.#gone).then(
      () => true,
      () => false,
    );
    if (isKnown && !this.#gone.aborted) await this.#complete(waiting.id, (message) => this.#server.notification(message));
    this.#open.delete(waiting.id);
  }

  async #complete(elicitationId: string, notify: Notify): Promise<void> {
    if (!this.#open.delete(elicitationId)) return;
    // A client that cannot be told must still be answered.
    await notify({ method: 'notifications/elicitation/complete', params: { elicitationId } }).catch(() => {});
  }
}

/** What one call shows. */
export interface CallLinks {
  /** Asks the client to show the link while the call waits, unless it has the link already. */
  show(waiting: Waiting): void;
  /** The answer to the call asks the client to show the link. */
  demanded(waiting: Waiting): void;
  /** The call waits no longer; the client is told so before it is answered. */
  decided(id: string): void;
  /** The call is about to be answered. */
  end(): Promise<void>;
}
