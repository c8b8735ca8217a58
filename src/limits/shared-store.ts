import type { BudgetStore } from './counter-store.js';
import type { OnceStore } from './once-store.js';
import type { RecordStore } from './record-store.js';

/** Credentials revoked before they expire, by an id that is not itself a secret. */
export interface RevocationStore {
  /** @throws when the store is away */
  revoke(id: string, ttlMs: number): Promise<void>;
  /** Takes a revocation back. @throws when the store is away */
  restore(id: string): Promise<void>;
  /** All revocations in force. @throws when the store is away */
  revoked(): Promise<ReadonlySet<string>>;
}

/** What several processes of one deployment must agree on. */
export interface SharedStore extends OnceStore, BudgetStore, RevocationStore, RecordStore {
  close(): Promise<void>;
}
