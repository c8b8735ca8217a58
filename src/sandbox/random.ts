import { createHash, randomBytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The largest multiple of 62 in a byte: bytes from here on would favour some letters and are drawn again. */
const FAIR = 248;
const POOL_BYTES = 16_384;
/** Of SHA-512. */
const BLOCK_BYTES = 64;
const FRACTION_BYTES = 6;
/** KSUIDs count seconds from here. */
const KSUID_EPOCH_SECONDS = 1_400_000_000;
const TIME_LETTERS = 6;
const RANDOM_LETTERS = 21;

/** A source of random bytes: the system's, or one that a seed makes repeatable. */
export class Random {
  readonly #seed: string | number | undefined;
  /** How many blocks of a repeatable source were made. */
  #blocks = 0;
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** @param seed Makes every draw repeatable. Default: the system's cryptographic source. */
  constructor(seed?: string | number) {
    this.#seed = seed;
  }

  /** How many bytes were drawn from a repeatable source. Setting it goes on from there. The system's source counts none. */
  get drawn(): number {
    if (this.#seed === undefined) return 0;
    return this.#blocks * BLOCK_BYTES - (this.#pool.length - this.#at);
  }

  set drawn(count: number) {
    if (this.#seed === undefined) return;
    this.#blocks = Math.floor(count / BLOCK_BYTES);
    this.#pool = this.#refill();
    this.#at = count % BLOCK_BYTES;
  }

  #refill(): Uint8Array {
    if (this.#seed === undefined) return randomBytes(POOL_BYTES);
    return createHash('sha512')
      .update(`${this.#seed}:${this.#blocks++}`)
      .digest();
  }

  #byte(): number {
    if (this.#at === this.#pool.length) {
      this.#pool = this.#refill();
      this.#at = 0;
    }
    return this.#pool[this.#at++] as number;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#byte());
  }

  /** From 0 up to 1, without 1. */
  fraction(): number {
    return Buffer.from(this.bytes(FRACTION_BYTES)).readUIntBE(0, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES);
  }

  base62(length: number): string {
    let out = '';
    while (out.length < length) {
      const byte = this.#byte();
      if (byte < FAIR) out += BASE62[byte % 62];
    }
    return out;
  }

  hex(length: number): string {
    return Buffer.from(this.bytes(Math.ceil(length / 2)))
      .toString('hex')
      .slice(0, length);
  }

  /** `prefix_` and 27 letters that sort by time, as Clerk's ids do. @param at Unix milliseconds. */
  id(prefix: string, at: number): string {
    let seconds = Math.max(0, Math.floor(at / 1000) - KSUID_EPOCH_SECONDS);
    let time = '';
    for (let i = 0; i < TIME_LETTERS; i++) {
      time = BASE62[seconds % 62] + time;
      seconds = Math.floor(seconds / 62);
    }
    return `${prefix}_${time}${this.base62(RANDOM_LETTERS)}`;
  }
}

/** A source of chance for one purpose, so that what one draws does not shift the others. */
export const chance = (purpose: string, seed: string | number | undefined): Random =>
  new Random(seed === undefined ? undefined : `${purpose}:${seed}`);
