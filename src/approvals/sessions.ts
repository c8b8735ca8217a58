import { createHash, randomBytes } from 'node:crypto';
import type { RecordStore } from '../limits/record-store.js';
import type { Word } from '../policy/confirmation/approvals.js';
import type { Approver, Subject } from './approver-file.js';
import { type Approvers, hasSubject } from './approvers.js';

/** A person who is signed in. */
export interface Session {
  readonly approver: Approver;
  readonly method: Word['method'];
  /** Their identity at the issuer, if they signed in there. */
  readonly subject?: Subject | undefined;
  /** A digest of the secret that only the page in their browser knows; `undefined` if scripts did not run. */
  readonly browser?: string | undefined;
}

interface Kept {
  readonly name: string;
  /** When the approver was enrolled: enrolled again, they count as another person. */
  readonly added: string;
  readonly method: Word['method'];
  readonly subject?: Subject | undefined;
  readonly browser?: string | undefined;
}

/** A working day. */
const LASTS_MS = 8 * 3_600_000;
const KIND = 'approver-session';

/** The people who are signed in, each by a token that is kept only as a hash. */
export class Sessions {
  readonly #records: RecordStore;
  readonly #approvers: Approvers;

  constructor(records: RecordStore, approvers: Approvers) {
    this.#records = records;
    this.#approvers = approvers;
  }

  /** Returns a new token, 43 characters of base64url, good for eight hours. @throws StoreUnavailableError */
  async open({ approver: { name, added }, method, subject, browser }: Session): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const kept: Kept = { name, added, method, subject, browser };
    await this.#records.swap(KIND, keyOf(token), { from: undefined, to: JSON.stringify(kept), ttlMs: LASTS_MS });
    return token;
  }

  /** `undefined` if the person is no longer enrolled. @throws StoreUnavailableError, ApproverFileError */
  async find(token: string): Promise<Session | undefined> {
    const text = await this.#records.read(KIND, keyOf(token));
    if (text === undefined) return undefined;
    const { name, added, method, subject, browser } = JSON.parse(text) as Kept;
    const approver = await this.#approvers.find(name);
    if (approver?.added !== added || (subject !== undefined && !hasSubject(approver, subject))) return undefined;
    return { approver, method, subject, browser };
  }

  /** @throws StoreUnavailableError */
  async end(token: string): Promise<void> {
    const from = await this.#records.read(KIND, keyOf(token));
    if (from !== undefined) await this.#records.swap(KIND, keyOf(token), { from, to: undefined, ttlMs: 0 });
  }
}

const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
