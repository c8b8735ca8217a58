import { createHash } from 'node:crypto';
import type { RecordStore } from '../limits/record-store.js';
import type { Approver } from './approver-file.js';
import type { Approvers } from './approvers.js';
import { isPassphrase } from './passphrase.js';

export interface SignInOptions {
  readonly approvers: Approvers;
  readonly records: RecordStore;
  /** Called when a name is locked for a while, with the name as it was entered. */
  readonly onLocked?: ((name: string) => void) | undefined;
  /** Unix milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export type SignedIn =
  | { readonly ok: true; readonly approver: Approver }
  | {
      readonly ok: false;
      /** `wrong`: the name or the passphrase. `slowed`, `locked`: the passphrase was not checked. `busy`: too many tries at once. */
      readonly why: 'wrong' | 'slowed' | 'locked' | 'busy';
      /** When it is worth trying again, in milliseconds. */
      readonly retryAfterMs: number;
    };

interface Tries {
  readonly failures: number;
  /** No try is checked before this time, in Unix milliseconds. */
  readonly until: number;
}

const KIND = 'approver-tries';
/** This many failures cost nothing. */
const FREE = 3;
/** After this many failures the name is locked for a while. */
const MOST = 10;
const LOCKED_MS = 15 * 60_000;
const FORGOTTEN_MS = 3_600_000;
const SLOWEST_MS = 60_000;
/** A check takes 128 MB: checks take turns, and at most this many wait. */
const MOST_WAITING = 8;

/**
 * Signs people in by their passphrase. Each try counts before it is checked, so that many tries at once do not get around
 * the limits: after three failures each further try must wait twice as long as the one before, and after ten the name is
 * locked for a quarter of an hour.
 */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #now: () => number;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws StoreUnavailableError, ApproverFileError */
  async byPassphrase(name: string, passphrase: string): Promise<SignedIn> {
    if (this.#waiting >= MOST_WAITING) return { ok: false, why: 'busy', retryAfterMs: 1000 };
    this.#waiting++;
    const turn = this.#turn.then(() => this.#look(name, passphrase));
    this.#turn = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  async #look(name: string, passphrase: string): Promise<SignedIn> {
    const { approvers, records, onLocked } = this.#options;
    const key = createHash('sha256').update(name.toLowerCase()).digest('base64url');
    const text = await records.read(KIND, key);
    const { failures, until }: Tries = text === undefined ? { failures: 0, until: 0 } : (JSON.parse(text) as Tries);
    const waitMs = until - this.#now();
    // A longer wait would mean that the clock was set back.
    if (waitMs > 0 && waitMs <= LOCKED_MS)
      return { ok: false, why: failures >= MOST ? 'locked' : 'slowed', retryAfterMs: waitMs };
    const tries = toTries(failures + 1, this.#now());
    const counted = JSON.stringify(tries);
    const isCounted = await records.swap(KIND, key, { from: text, to: counted, ttlMs: FORGOTTEN_MS });
    if (!isCounted) return { ok: false, why: 'busy', retryAfterMs: 1000 };
    const approver = await approvers.find(name);
    if ((await isPassphrase(passphrase, approver?.passphrase)) && approver !== undefined) {
      await records.swap(KIND, key, { from: counted, to: undefined, ttlMs: 0 });
      return { ok: true, approver };
    }
    if (tries.failures === MOST) onLocked?.(name);
    return { ok: false, why: 'wrong', retryAfterMs: Math.max(0, tries.until - this.#now()) };
  }
}

function toTries(failures: number, now: number): Tries {
  if (failures >= MOST) return { failures, until: now + LOCKED_MS };
  const waitMs = failures < FREE ? 0 : Math.min(SLOWEST_MS, 1000 * 2 ** (failures - FREE));
  return { failures, until: now + waitMs };
}
