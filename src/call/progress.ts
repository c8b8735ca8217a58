import type { ServerContext } from '@modelcontextprotocol/server';
import type { SendOptions } from '../clerk/clerk-client.js';
import type { Waiting } from '../policy/policy-types.js';

/** What a client is told of a call before it is answered. Holds nothing from the arguments or from Clerk. */
export interface Progress {
  /** Grows with every message. */
  readonly progress: number;
  /** The final value of `progress`, when known. */
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

/** How often a client is told that its call still waits for a person: many clients give up on a silent call. */
const REMIND_MS = 10_000;

/** Reports on one call: that it waits for a person or for another attempt, and the beginning and end of a bulk call. */
export class CallProgress {
  readonly #tell: (progress: Progress) => void;
  readonly #items: number | undefined;
  #reminder: NodeJS.Timeout | undefined;
  #reminded = 0;

  /** @param items how many the call acts on; undefined for one that is no bulk call */
  constructor(tell: (progress: Progress) => void, items: number | undefined) {
    this.#tell = tell;
    this.#items = items;
  }

  /** The call waits for a person who is not at the client, until it is sent or refused. */
  awaitsPerson({ link }: Waiting): void {
    const where = link === undefined ? 'in a terminal, by clerk-mcp approvals' : `at ${link}`;
    const tell = (): void => {
      // Stays below any value that follows once it is sent.
      this.#tell({ progress: 0.25 - 0.25 / (this.#reminded + 1), message: `Waits for a person to approve it ${where}` });
      this.#reminded++;
    };
    this.decided();
    tell();
    this.#reminder = setInterval(tell, REMIND_MS).unref();
  }

  decided(): void {
    clearInterval(this.#reminder);
  }

  begin(): void {
    if (this.#items !== undefined && this.#reminded === 0)
      this.#tell({ progress: 0, total: this.#items, message: `Sending ${this.#items} in one request` });
  }

  waits({ attempt, waitMs, reason }: Retry): void {
    const seconds = (waitMs / 1000).toFixed(1);
    const message = `${REASONS[reason]}: attempt ${attempt + 1} follows in ${seconds} s`;
    if (this.#items === undefined) this.#tell({ progress: attempt, message });
    // A bulk request is carried out as a whole, so no item counts as done before the end.
    else this.#tell({ progress: attempt / (attempt + 1), total: this.#items, message });
  }

  /** Clerk has carried it out. */
  end(): void {
    if (this.#items !== undefined) this.#tell({ progress: this.#items, total: this.#items, message: 'Done' });
  }
}

export interface ProgressChannel {
  readonly tell: (progress: Progress) => void;
  /** Resolves when every message is on its way, so that the answer cannot overtake them. */
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
      // A client that cannot be told must still be answered.
      told = told.then(notify).catch(() => {});
    },
    told: () => told,
  };
}
