/** Nine bytes are twelve characters of base64url, with nothing left over. */
const ID_BYTES = 9;
const ID_LENGTH = 12;

/** Drawing random bytes costs the same for one id as for some hundreds. */
const IDS_AT_ONCE = 256;

/** Ids of calls: random, and no two alike. */
export class CallIds {
  readonly #randomBytes: (size: number) => Buffer;
  #drawn = '';
  #at = 0;

  constructor(randomBytes: (size: number) => Buffer) {
    this.#randomBytes = randomBytes;
  }

  next(): string {
    if (this.#at >= this.#drawn.length) {
      this.#drawn = this.#randomBytes(ID_BYTES * IDS_AT_ONCE).toString('base64url');
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += ID_LENGTH;
    return this.#drawn.slice(start, this.#at);
  }
}
