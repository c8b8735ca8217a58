const ID_BYTES = 9;

/** Drawing random bytes costs the same for one id as for some hundreds. */
const IDS_AT_ONCE = 256;

/** Ids of calls: random, and no two alike. */
export class CallIds {
  readonly #randomBytes: (size: number) => Buffer;
  #drawn: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(randomBytes: (size: number) => Buffer) {
    this.#randomBytes = randomBytes;
  }

  next(): string {
    if (this.#at >= this.#drawn.length) {
      this.#drawn = this.#randomBytes(ID_BYTES * IDS_AT_ONCE);
      this.#at = 0;
    }
    const end = this.#at + ID_BYTES;
    const id = this.#drawn.toString('base64url', this.#at, end);
    this.#at = end;
    return id;
  }
}
