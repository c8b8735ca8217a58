import { randomUUID } from 'node:crypto';
import type { RecordStore } from '../limits/record-store.js';
import type { Caller } from '../policy/policy-types.js';

/** A caller with one client. `name` is verified; what the client says about itself is not. */
export interface CallerSeen {
  readonly name: string;
  /** The one of several instances that they called. */
  readonly instance?: string | undefined;
  readonly transport: Caller['transport'];
  readonly client: string | undefined;
  readonly clientVersion: string | undefined;
  readonly calls: number;
  /** Unix milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A connected client. Clients of newer protocol revisions have no sessions and show only by their calls. */
export interface SessionSeen {
  readonly caller: string;
  /** The one of several instances that it is connected to. */
  readonly instance?: string | undefined;
  readonly transport: Caller['transport'];
  readonly client: string | undefined;
  readonly clientVersion: string | undefined;
  /** Unix milliseconds. */
  readonly since: number;
}

export interface CallersSeen {
  /** The latest caller first. */
  readonly callers: readonly CallerSeen[];
  readonly sessions: readonly SessionSeen[];
}

export interface CallerBookOptions {
  /** Where the processes of a deployment share what they have seen. Default: nowhere. */
  readonly records?: RecordStore | undefined;
  /** The sessions that are open in this process. */
  readonly sessions?: (() => readonly SessionSeen[]) | undefined;
  /** Unix milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** How often a process shares, in milliseconds. Default: 5000. */
  readonly shareMs?: number;
}

/** More than people look through. The caller who has been silent for longest is forgotten. */
const MOST_CALLERS = 200;
const MOST_SESSIONS = 200;
const LONGEST_NAME = 200;
const SHARE_MS = 5_000;
const KIND = 'callers';

/** Who has called, and who is connected, since the running servers started. Nothing waits for it. */
export class CallerBook {
  readonly #options: CallerBookOptions;
  readonly #now: () => number;
  readonly #id = randomUUID();
  /** Ordered by their last calls. */
  readonly #callers = new Map<string, CallerSeen>();
  readonly #timer: NodeJS.Timeout | undefined;
  #shared: string | undefined;

  constructor(options: CallerBookOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { records, shareMs = SHARE_MS } = options;
    if (records !== undefined) this.#timer = setInterval(() => void this.#share(), shareMs).unref();
  }

  /** A call has come. */
  note({ name, transport, clientName, clientVersion }: Caller): void {
    const key = JSON.stringify([name, transport, clientName, clientVersion]);
    const known = this.#callers.get(key);
    const now = this.#now();
    this.#callers.delete(key);
    this.#callers.set(key, {
      name: name.slice(0, LONGEST_NAME),
      transport,
      client: clientName?.slice(0, LONGEST_NAME),
      clientVersion: clientVersion?.slice(0, LONGEST_NAME),
      calls: (known?.calls ?? 0) + 1,
      firstAt: known?.firstAt ?? now,
      lastAt: now,
    });
    if (this.#callers.size > MOST_CALLERS) this.#callers.delete(this.#callers.keys().next().value ?? '');
  }

  /** Of all processes that share the store. @throws when the store is away */
  async seen(): Promise<CallersSeen> {
    await this.#share();
    const others = (await this.#options.records?.all(KIND)) ?? [];
    const all = others.length === 0 ? [this.#own()] : others.map((text) => JSON.parse(text) as CallersSeen);
    const callers = all.flatMap((one) => one.callers).sort((one, other) => other.lastAt - one.lastAt);
    const sessions = all.flatMap((one) => one.sessions).sort((one, other) => other.since - one.since);
    return { callers, sessions };
  }

  /** Withdraws what this process has shared. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const from = this.#shared;
    if (from === undefined) return;
    await this.#options.records?.swap(KIND, this.#id, { from, to: undefined, ttlMs: 0 }).catch(() => {});
  }

  #own(): CallersSeen {
    const callers = [...this.#callers.values()];
    // Over stdio the program has one client, which is connected for as long as it runs.
    const connected = callers.filter(({ transport }) => transport === 'stdio');
    const sessions = [
      ...connected.map(({ name, firstAt, ...more }): SessionSeen => ({ ...toClient(more), caller: name, since: firstAt })),
      ...(this.#options.sessions?.() ?? []).slice(0, MOST_SESSIONS),
    ];
    return { callers, sessions };
  }

  /** Expires soon after a process that ended without cleaning up. */
  async #share(): Promise<void> {
    const { records, shareMs = SHARE_MS } = this.#options;
    if (records === undefined) return;
    const to = JSON.stringify(this.#own());
    try {
      const swap = (from: string | undefined) => records.swap(KIND, this.#id, { from, to, ttlMs: 4 * shareMs });
      if (!(await swap(this.#shared))) await swap(await records.read(KIND, this.#id));
      this.#shared = to;
    } catch {
      // The page says itself that the store is away.
    }
  }
}

const toClient = ({ transport, client, clientVersion }: Pick<CallerSeen, 'transport' | 'client' | 'clientVersion'>) => ({
  transport,
  client,
  clientVersion,
});
