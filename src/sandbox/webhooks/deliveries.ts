import { errorMessage } from '../../platform/error-message.js';
import { webhookKey, webhookSignature } from '../../platform/standard-webhook.js';
import { notFound } from '../sandbox-error.js';
import type { Endpoint } from './endpoint.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after a failed attempt before the next, as Svix has them. After the last the delivery has failed. */
const RETRIES_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
/** How long a receiver may take. By the machine's clock, as everything that is about the network. */
const TIMEOUT_MS = 15 * SECOND;
const MOST_UNDER_WAY = 20;
const MOST_KEPT = 1000;
/** Of timers in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Attempt {
  /** Unix milliseconds. */
  readonly at: number;
  /** Null where no answer came. */
  readonly status: number | null;
  /** Why none came. */
  readonly error: string | null;
}

interface Delivery {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly type: string;
  readonly objectId: string;
  readonly body: string;
  readonly attempts: Attempt[];
  status: 'waiting' | 'delivered' | 'failed';
  /** When the next attempt is due; null for now or never. */
  dueAt: number | null;
}

/** What is to be delivered. */
export interface Message {
  readonly type: string;
  readonly objectId: string;
  readonly body: string;
}

/** A delivery as `/_sandbox/webhooks` shows it. */
export interface ShownDelivery extends Pick<Delivery, 'id' | 'type' | 'status' | 'attempts'> {
  readonly url: string;
  readonly object_id: string;
  readonly next_attempt_at: number | null;
  readonly body: unknown;
}

export interface DeliveriesOptions {
  /** The sandbox's clock, in Unix milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
}

/**
 * Sends messages to endpoints, and again when they do not get through. Those about one object go to one endpoint in
 * order: the next waits until the one before was taken or given up.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Oldest first. */
  #all: Delivery[] = [];
  /** What waits for one endpoint and object; the first is the one that is under way or due next. */
  #lines = new Map<string, Delivery[]>();
  /** Lines whose first may be sent now. */
  #ready: Delivery[][] = [];
  #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #ended = new AbortController();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  get shown(): readonly ShownDelivery[] {
    return this.#all.map(({ id, type, objectId, status, attempts, dueAt, body, endpoint: { url } }) => {
      return { id, type, object_id: objectId, url, status, attempts, next_attempt_at: dueAt, body: JSON.parse(body) as unknown };
    });
  }

  send(message: Message, endpoint: Endpoint): void {
    this.#add({ ...message, id: this.#options.newId(), endpoint, attempts: [], status: 'waiting', dueAt: null });
  }

  /** Sends a message once more, under its own id, so that a receiver can tell that it had it. @throws SandboxError 404. */
  replay(id: string): void {
    const found = this.#all.find((delivery) => delivery.id === id);
    if (found === undefined) throw notFound('webhook message', id);
    if (found.status !== 'waiting') this.#add(Object.assign(found, { status: 'waiting' as const, dueAt: null }), false);
    else if (found.dueAt !== null) {
      found.dueAt = null;
      this.#makeReady(this.#lineOf(found));
    }
  }

  /** Is to be told when the clock was moved. */
  moved(): void {
    this.#sendDue();
  }

  /** Resolves when nothing is under way; what waits for a later attempt is not. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Forgets everything. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#all = [];
    this.#lines = new Map();
    this.#ready = [];
  }

  #add(delivery: Delivery, isNew = true): void {
    if (isNew) this.#all.push(delivery);
    if (this.#all.length > MOST_KEPT) this.#forgetOldest();
    const line = this.#lineOf(delivery);
    line.push(delivery);
    if (line.length === 1) this.#makeReady(line);
  }

  #lineOf({ endpoint, objectId }: Delivery): Delivery[] {
    const key = `${endpoint.url} ${objectId}`;
    const held = this.#lines.get(key);
    if (held !== undefined) return held;
    const line: Delivery[] = [];
    this.#lines.set(key, line);
    return line;
  }

  /** What still waits goes last. */
  #forgetOldest(): void {
    const settled = this.#all.findIndex(({ status }) => status !== 'waiting');
    const [forgotten] = this.#all.splice(Math.max(settled, 0), 1);
    if (forgotten === undefined || forgotten.status !== 'waiting') return;
    const line = this.#lineOf(forgotten);
    line.splice(line.indexOf(forgotten), 1);
  }

  #makeReady(line: Delivery[]): void {
    this.#ready.push(line);
    this.#sendReady();
  }

  #sendReady(): void {
    while (this.#underWay.size < MOST_UNDER_WAY) {
      const line = this.#ready.shift();
      if (line === undefined) return;
      const attempt: Promise<void> = this.#attempt(line, this.#ended.signal).finally(() => {
        this.#underWay.delete(attempt);
        this.#sendReady();
      });
      this.#underWay.add(attempt);
    }
  }

  async #attempt(line: Delivery[], ended: AbortSignal): Promise<void> {
    const delivery = line[0];
    if (delivery === undefined) return;
    delivery.dueAt = null;
    const result = await post(delivery, ended);
    if (ended.aborted) return;
    const at = this.#options.now();
    delivery.attempts.push({ at, ...result });
    const wait = RETRIES_MS[delivery.attempts.length - 1];
    const isTaken = result.status !== null && result.status >= 200 && result.status < 300;
    if (!isTaken && wait !== undefined && line[0] === delivery) {
      delivery.dueAt = at + wait;
      this.#wait();
      return;
    }
    delivery.status = isTaken ? 'delivered' : 'failed';
    // It may have been forgotten meanwhile.
    if (line[0] === delivery) line.shift();
    if (line.length > 0) this.#makeReady(line);
    else this.#lines.delete(`${delivery.endpoint.url} ${delivery.objectId}`);
  }

  #sendDue(): void {
    const now = this.#options.now();
    for (const line of this.#lines.values()) {
      const [first] = line;
      if (first?.dueAt == null || first.dueAt > now) continue;
      first.dueAt = null;
      this.#makeReady(line);
    }
    this.#wait();
  }

  /** Until the next attempt is due. A clock that stands still wakes nobody; who moves it does. */
  #wait(): void {
    clearTimeout(this.#timer);
    const due = [...this.#lines.values()].flatMap(([first]) => first?.dueAt ?? []);
    if (due.length === 0) return;
    const from = this.#options.now();
    const wakeUp = () => {
      if (this.#options.now() !== from) this.#sendDue();
    };
    const wait = Math.max(Math.min(...due) - from, 1);
    this.#timer = setTimeout(wakeUp, Math.min(wait, LONGEST_TIMER_MS)).unref();
  }
}

/** One attempt. The time that is signed is the machine's: receivers hold it against their own clock. */
async function post({ id, endpoint, body }: Delivery, ended: AbortSignal): Promise<Omit<Attempt, 'at'>> {
  const timestamp = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'clerk-mcp-sandbox',
        'svix-id': id,
        'svix-timestamp': String(timestamp),
        'svix-signature': webhookSignature(webhookKey(endpoint.secret), { id, timestamp, body }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return { status: response.status, error: null };
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    return { status: null, error: cause instanceof Error && 'code' in cause ? String(cause.code) : errorMessage(error) };
  }
}
