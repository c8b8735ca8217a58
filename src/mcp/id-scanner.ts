const QUOTE = 34;
const BACKSLASH = 92;
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);
const COLON = 58;
const COMMA = 44;
const SPACE = 32;

/** The longest key or id that is kept, in bytes. */
const LONGEST = 512;

/**
 * Finds the id of a request in a message that is too long or too damaged to be parsed, in one pass over its bytes and
 * without keeping them.
 */
export class IdScanner {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** The bytes of the key or value of the outermost object that is being read. */
  #token: number[] = [];
  #key: string | undefined;
  #id: string | undefined;
  #isAnswer = false;

  /** The id, `null` where none could be read; `undefined` where the message is itself an answer. */
  get id(): string | number | null | undefined {
    if (this.#isAnswer) return undefined;
    const id = this.#id === undefined ? undefined : parse(this.#id);
    return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : null;
  }

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    if (this.#isInString) {
      if (this.#depth === 1) this.#keep(byte);
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
    } else if (byte === QUOTE) {
      this.#isInString = true;
      if (this.#depth === 1) this.#keep(byte);
    } else if (OPENING.has(byte)) this.#depth++;
    else if (CLOSING.has(byte)) {
      if (this.#depth === 1) this.#endMember();
      this.#depth--;
    } else if (this.#depth !== 1) return;
    else if (byte === COLON) this.#endKey();
    else if (byte === COMMA) this.#endMember();
    else if (byte > SPACE) this.#keep(byte);
  }

  #keep(byte: number): void {
    if (this.#token.length < LONGEST) this.#token.push(byte);
  }

  #endKey(): void {
    const key = parse(this.#text());
    this.#key = typeof key === 'string' ? key : undefined;
  }

  #endMember(): void {
    const value = this.#text();
    if (this.#key === 'id') this.#id = value;
    if (this.#key === 'result' || this.#key === 'error') this.#isAnswer = true;
    this.#key = undefined;
  }

  #text(): string {
    const text = Buffer.from(this.#token).toString();
    this.#token = [];
    return text;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
