import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Claimed } from '../limits/once-store.js';
import type { RecordStore } from '../limits/record-store.js';
import { StoreUnavailableError } from '../limits/store-unavailable.js';
import { errorMessage } from '../platform/error-message.js';
import type { ApprovalSeen, Approvals, ApprovalWish, Needs, OpenedApproval, UsedBy } from '../policy/confirmation/approvals.js';
import type { Caller } from '../policy/policy-types.js';
import { type Approval, seen, stateOf, toApproval } from './approval.js';
import { type Approvers, canDecide } from './approvers.js';
import { makeRoom, type Under } from './caller-room.js';
import { type Heard, hear, type Say, type Unheard } from './hear.js';

/** What the desk reports: a call waits, was decided, or too many wait. Listeners must not throw, and nothing waits for them. */
export interface DeskEvents {
  readonly opened?: (approval: Approval, link: string | undefined) => void;
  readonly decided?: (approval: Approval) => void;
  /** At most once a minute for each caller. */
  readonly flood?: (caller: string) => void;
  /** Something the operator should know: one line. */
  readonly warn?: (message: string) => void;
}

export interface ApprovalDeskOptions {
  readonly records: RecordStore;
  readonly approvers: Approvers;
  readonly randomBytes: (size: number) => Buffer;
  /** Where people see the approvals, without a slash at the end: `http://localhost:5776/approvals`. */
  readonly address: () => Promise<string | undefined>;
  /** The command that enrols an approver. */
  readonly enrolCommand: string;
  /** Another place where approvers can sign in. */
  readonly issuer?: string | undefined;
  readonly events?: DeskEvents | undefined;
  /** Unix milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** How often to check whether another process has received a decision, in milliseconds. Default: 500. */
  readonly pollMs?: number | undefined;
}

/** The most calls that may wait for one caller. */
export const MOST_PENDING = 10;
/** The largest approval, in characters of JSON; no person reads as much. */
const LARGEST = 256 * 1024;
/** How long people can look up an approval after it can no longer be used. */
const KEPT_MS = 24 * 3_600_000;
const KIND = 'approval';
/** The record kind that lists a caller's approvals. */
const CALLERS = 'approvals-of';
const MOST_TRIES = 50;
/** How often the operator hears about the same caller's flood, in milliseconds. */
const FLOOD_TOLD_MS = 60_000;

/**
 * Where calls wait for people who are not at the client. Every process of the deployment can read what is kept here; an
 * approval is used once, by the process that gets the call.
 */
export class ApprovalDesk implements Approvals {
  readonly enrolCommand: string;
  readonly #options: ApprovalDeskOptions;
  readonly #now: () => number;
  /** When the operator was told of a caller's flood. */
  readonly #floods = new Map<string, number>();
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(options: ApprovalDeskOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.enrolCommand = options.enrolCommand;
  }

  async reaches(needs: Needs, { name }: Pick<Caller, 'name'>): Promise<boolean> {
    try {
      return canDecide(await this.#options.approvers.all(), needs, name, this.#options.issuer);
    } catch (error) {
      this.#options.events?.warn?.(errorMessage(error));
      return false;
    }
  }

  async open(wish: ApprovalWish): Promise<OpenedApproval> {
    const { randomBytes, events } = this.#options;
    const approval = toApproval(wish, `apr_${randomBytes(16).toString('base64url')}`, this.#now());
    const text = JSON.stringify(approval);
    if (text.length > LARGEST) return { ok: false, why: 'too_large' };
    const placed = await this.#place(approval);
    if (placed === 'flood') {
      if (this.#isNewFlood(approval.caller.name)) events?.flood?.(approval.caller.name);
      return { ok: false, why: 'flood' };
    }
    if (placed !== undefined) {
      return { ok: true, approval: seen(placed, this.#now()), link: await this.link(placed.id), isNew: false };
    }
    const link = await this.link(approval.id);
    events?.opened?.(approval, link);
    return { ok: true, approval: seen(approval, this.#now()), link, isNew: true };
  }

  async find(id: string): Promise<ApprovalSeen | undefined> {
    const approval = await this.get(id);
    return approval && seen(approval, this.#now());
  }

  async link(id: string): Promise<string | undefined> {
    const address = await this.#options.address();
    return address && `${address}/${id}`;
  }

  async wait(id: string, ms: number, signal: AbortSignal | undefined): Promise<ApprovalSeen | undefined> {
    const until = performance.now() + ms;
    for (;;) {
      // Watch before looking, so that a decision made meanwhile is not missed.
      const change = this.#nextChange(id, Math.min(until - performance.now(), this.#options.pollMs ?? 500), signal);
      const found = await this.find(id).catch((error: unknown) => {
        change.stop();
        throw error;
      });
      if (found?.state !== 'pending' || performance.now() >= until || signal?.aborted === true) {
        change.stop();
        return found;
      }
      await change.happened;
    }
  }

  async take(id: string, usedBy: UsedBy): Promise<Claimed> {
    const now = this.#now();
    const memory = await this.#options.records.memory();
    let isForgotten = false;
    const taken = await this.#change(
      id,
      (approval) => {
        const isApproved = stateOf(approval, now) === 'approved';
        isForgotten = isApproved && approval.memory !== memory;
        return isApproved && !isForgotten ? { ...approval, usedAt: now, usedBy } : undefined;
      },
      memory,
    );
    if (isForgotten) await this.replace(id);
    if (taken !== undefined) return 'first';
    return isForgotten ? 'forgotten' : 'again';
  }

  async replace(id: string): Promise<void> {
    const now = this.#now();
    await this.#change(id, (approval) =>
      ['pending', 'approved'].includes(stateOf(approval, now)) ? { ...approval, replacedAt: now } : undefined,
    );
  }

  /** @throws StoreUnavailableError */
  async get(id: string): Promise<Approval | undefined> {
    if (!/^apr_[\w-]{22}$/.test(id)) return undefined;
    const text = await this.#options.records.read(KIND, id);
    return text === undefined ? undefined : (JSON.parse(text) as Approval);
  }

  /** All approvals kept, newest first: those that wait, and those decided or expired within a day. @throws StoreUnavailableError */
  async list(): Promise<readonly Approval[]> {
    const texts = await this.#options.records.all(KIND);
    return texts.map((text) => JSON.parse(text) as Approval).sort((one, other) => other.createdAt - one.createdAt);
  }

  /** How many wait. @throws StoreUnavailableError */
  async pending(): Promise<number> {
    const now = this.#now();
    return (await this.list()).filter((approval) => stateOf(approval, now) === 'pending').length;
  }

  /** Takes a person's decision. @throws StoreUnavailableError, ApproverFileError */
  async decide(id: string, say: Say): Promise<Heard> {
    // A person who was removed meanwhile can no longer decide.
    const approver = await this.#options.approvers.find(say.approver.name);
    let flaw: Unheard = 'not_found';
    let found: Approval | undefined;
    const memory = await this.#options.records.memory();
    const change = (approval: Approval): Approval | undefined => {
      // What was approved before the store may have forgotten something may have been used then.
      found = approval.memory === memory ? approval : { ...approval, words: [], memory };
      const heard = approver === undefined ? 'not_enrolled' : hear(found, { ...say, approver }, this.#now());
      if (typeof heard !== 'string') return heard;
      flaw = heard;
      return undefined;
    };
    const changed = await this.#change(id, change, memory);
    if (changed === undefined) return { ok: false, why: flaw, approval: found };
    this.#options.events?.decided?.(changed);
    return { ok: true, approval: changed };
  }

  /**
   * Files a new approval. Returns the existing one if the same call already has one, `flood` if too many calls of the caller
   * wait, and `undefined` once it is filed.
   */
  async #place(approval: Approval): Promise<Approval | 'flood' | undefined> {
    const { records } = this.#options;
    const key = createHash('sha256').update(placeOf(approval)).digest('base64url');
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const text = await records.read(CALLERS, key);
      const now = this.#now();
      const listed = text === undefined ? [] : (JSON.parse(text) as Under[]);
      const current = await Promise.all(listed.filter(({ until }) => until > now).map(({ id }) => this.get(id)));
      const under = current.filter(
        (one) => one !== undefined && ['pending', 'approved'].includes(stateOf(one, now)),
      ) as Approval[];
      const same = under.find(({ digest }) => digest === approval.digest);
      if (same !== undefined) return same;
      if (under.filter((one) => stateOf(one, now) === 'pending').length >= MOST_PENDING) return 'flood';
      // Kept before it is listed, so that whatever is listed can be found.
      const record = JSON.stringify(approval);
      const standing = new Set([...under, approval].map(({ id }) => id));
      const own: Under = { id: approval.id, digest: approval.digest, until: approval.expiresAt, size: record.length };
      const [list, dropped] = makeRoom([...listed.filter(({ until }) => until + KEPT_MS > now), own], standing);
      const ttlMs = Math.max(...list.map(({ until }) => until)) + KEPT_MS - now;
      await records.swap(KIND, approval.id, { from: undefined, to: record, ttlMs: this.#ttl(approval) });
      if (await records.swap(CALLERS, key, { from: text, to: JSON.stringify(list), ttlMs })) {
        await Promise.all(dropped.map(({ id }) => this.#forget(id)));
        return undefined;
      }
      // Another call of this caller came first, perhaps the same one.
      await records.swap(KIND, approval.id, { from: record, to: undefined, ttlMs: 0 });
    }
    throw new StoreUnavailableError('contended');
  }

  async #change(
    id: string,
    change: (approval: Approval) => Approval | undefined,
    memory?: string,
  ): Promise<Approval | undefined> {
    const { records } = this.#options;
    if (!/^apr_[\w-]{22}$/.test(id)) return undefined;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const from = await records.read(KIND, id);
      const changed = from === undefined ? undefined : change(JSON.parse(from) as Approval);
      if (changed === undefined) return undefined;
      if (await records.swap(KIND, id, { from, to: JSON.stringify(changed), ttlMs: this.#ttl(changed), memory })) {
        this.#changes.emit(id);
        return changed;
      }
    }
    throw new StoreUnavailableError('contended');
  }

  async #forget(id: string): Promise<void> {
    const { records } = this.#options;
    const from = await records.read(KIND, id);
    if (from !== undefined) await records.swap(KIND, id, { from, to: undefined, ttlMs: 0 });
  }

  #ttl({ expiresAt }: Approval): number {
    return Math.max(0, expiresAt - this.#now()) + KEPT_MS;
  }

  /** A caller refused in a loop is reported only once in a while, so that other messages are not drowned out. */
  #isNewFlood(caller: string): boolean {
    const now = this.#now();
    for (const [name, at] of this.#floods) if (Math.abs(now - at) >= FLOOD_TOLD_MS) this.#floods.delete(name);
    if (this.#floods.has(caller)) return false;
    this.#floods.set(caller, now);
    return true;
  }

  #nextChange(id: string, ms: number, signal: AbortSignal | undefined): { happened: Promise<void>; stop: () => void } {
    const { promise: happened, resolve } = withResolvers();
    const timer = setTimeout(resolve, Math.max(0, ms));
    this.#changes.once(id, resolve);
    signal?.addEventListener('abort', resolve, { once: true });
    const stop = (): void => {
      clearTimeout(timer);
      this.#changes.off(id, resolve);
      signal?.removeEventListener('abort', resolve);
      resolve();
    };
    return { happened: happened.then(stop), stop };
  }
}

/** What waits on one of several instances takes no place from what the same caller asks of another. */
const placeOf = ({ caller, instance }: Approval): string =>
  instance.name === undefined ? caller.name : JSON.stringify([instance.name, caller.name]);

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
