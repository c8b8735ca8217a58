import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RecordStore } from '../../limits/record-store.js';

const KIND = 'approvals-page';
const ID = 'key';
/** When the key changes, open forms have to be filled in again. */
const LASTS_MS = 30 * 24 * 3_600_000;
const CHALLENGE_MS = 5 * 60_000;
const NONCE_BYTES = 16;

/**
 * A key that all processes of a deployment share. Signed values need not be kept, so that people who are not signed in
 * take no memory.
 */
export class PageKey {
  readonly #records: RecordStore;
  readonly #now: () => number;

  constructor(records: RecordStore, now: () => number) {
    this.#records = records;
    this.#now = now;
  }

  /** The token that a form of this visit must hold, so that no other site can send the form. @throws StoreUnavailableError */
  async formToken(visit: string): Promise<string> {
    return (await this.#sign('form', visit)).toString('base64url');
  }

  /** @throws StoreUnavailableError */
  async isFormToken(visit: string, token: string | null): Promise<boolean> {
    return isSame(await this.#sign('form', visit), token ?? '');
  }

  /**
   * The value for a passkey to sign for `purpose`, or for an issuer to send back, within five minutes and from this visit's browser.
   * @throws StoreUnavailableError
   */
  async challenge(visit: string, purpose: string, lifetimeMs = CHALLENGE_MS): Promise<string> {
    const until = Buffer.alloc(8);
    until.writeBigUInt64BE(BigInt(this.#now() + lifetimeMs));
    const open = Buffer.concat([randomBytes(NONCE_BYTES), until]);
    const mac = await this.#sign('challenge', visit, purpose, open.toString('base64url'));
    return Buffer.concat([open, mac]).toString('base64url');
  }

  /** @throws StoreUnavailableError */
  async isChallenge(visit: string, purpose: string, challenge: string): Promise<boolean> {
    const bytes = Buffer.from(challenge, 'base64url');
    const open = bytes.subarray(0, NONCE_BYTES + 8);
    if (open.length < NONCE_BYTES + 8 || open.readBigUInt64BE(NONCE_BYTES) < BigInt(this.#now())) return false;
    const mac = await this.#sign('challenge', visit, purpose, open.toString('base64url'));
    return isSame(mac, bytes.subarray(open.length).toString('base64url'));
  }

  /** A secret that can be derived again and need not be kept: 43 characters of base64url. @throws StoreUnavailableError */
  async secret(visit: string, purpose: string): Promise<string> {
    return (await this.#sign('secret', visit, purpose)).toString('base64url');
  }

  async #sign(...parts: string[]): Promise<Buffer> {
    return createHmac('sha256', await this.#key())
      .update(JSON.stringify(parts))
      .digest();
  }

  async #key(): Promise<string> {
    const known = await this.#records.read(KIND, ID);
    if (known !== undefined) return known;
    const key = randomBytes(32).toString('base64url');
    if (await this.#records.swap(KIND, ID, { from: undefined, to: key, ttlMs: LASTS_MS })) return key;
    return this.#key();
  }
}

function isSame(expected: Buffer, given: string): boolean {
  const bytes = Buffer.from(given, 'base64url');
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
