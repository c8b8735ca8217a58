import type { ServerContext } from '@modelcontextprotocol/server';
import type { SendOptions } from '../clerk/client.js';

/** What a client is told of a call that is not yet answered. Holds nothing that came in the arguments or from Clerk. */
export interface Progress {
  /** Each is more than the one before it. */
  readonly progress: number;
  /** Where `progress` ends, when that is known. */
  readonly total?: number;
  readonly message: string;
}

type Retry = Parameters<NonNullable<SendOptions['onRetry']>>[0];

const REASONS: Readonly<Record<Retry['reason'], string>> = {
  rate_limited: 'Clerk takes no more requests for now',
  not_connected: 'Clerk could not be reached',
  answer_lost: 'The answer was lost',
  http_502: 'Clerk answered 502',
  http_503: 'Clerk answered 503',
  http_504: 'Clerk answered 504',
};

/** Tells of one call: of every wait before another attempt, and of the beginning and end of one with many items. */
export class CallProgress {
  readonly #tell: (progress: Progress) => void;
  readonly #items: number | undefined;

  /** @param items how many the call acts on; undefined for one that is no bulk call */
  constructor(tell: (progress: Progress) => void, items: number | undefined) {
    this.#tell = tell;
    this.#items = items;
  }

  begin(): void {
    if (this.#items !== undefined)
      this.#tell({ progress: 0, total: this.#items, message: `Sending ${this.#items} in one request` });
  }

  waits({ attempt, waitMs, reason }: Retry): void {
    const seconds = (waitMs / 1000).toFixed(1);
    const message = `${REASONS[reason]}: attempt ${attempt + 1} follows in ${seconds} s`;
    if (this.#items === undefined) this.#tell({ progress: attempt, message });
    // A bulk request is carried out whole or not at all: until then there is progress, but never one item done.
    else this.#tell({ progress: attempt / (attempt + 1), total: this.#items, message });
  }

  /** Clerk has carried it out. */
  end(): void {
    if (this.#items !== undefined) this.#tell({ progress: this.#items, total: this.#items, message: 'Done' });
  }
}

export interface ProgressChannel {
  readonly tell: (progress: Progress) => void;
  /** Resolves when all that was told is on its way, so that the answer cannot overtake it. */
  readonly told: () => Promise<void>;
}

/** The way to tell the client, when it has asked to be told. */
export function progressChannel({ mcpReq }: ServerContext): ProgressChannel | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let told = Promise.resolve();
  return {
    tell: (progress) => {
      const notify = async (): Promise<void> => {
        if (mcpReq.signal.aborted) return;
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, ...progress } });
      };
      // A client that cannot be told is still to be answered.
      told = told.then(notify).catch(() => {});
    },
    told: () => told,
  };
}
