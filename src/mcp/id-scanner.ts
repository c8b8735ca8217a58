const QUOTE = 34;
const BACKSLASH = 92;
const OPENING_BRACE = 0x7b;
const OPENING: ReadonlySet<number> = new Set([OPENING_BRACE, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);
const COLON = 58;
const COMMA = 44;
const SPACE = 32;

/** Longer keys and ids are not kept, in bytes. */
const LONGEST = 512;
/** The most ids kept from one list of messages. */
const MOST_IDS = 10_000;

/**
 * Finds the ids of the requests in a message, or in a list of them, that is too long, too dense or too damaged to be
 * parsed: in one pass over its bytes and without keeping them. What stands before and between the outermost objects is
 * passed over.
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
  #answers = 0;
  #others = 0;
  readonly #ids = new Set<string | number>();

  /** To be called once, after the last bytes. Answers `[null]` where no id could be read, and `[]` where there are only responses. */
  ids(): readonly (string | number | null)[] {
    if (this.#depth > 0) this.#endObject();
    if (this.#ids.size > 0) return [...this.#ids];
    return this.#answers > 0 && this.#others === 0 ? [] : [null];
  }

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    if (this.#depth === 0) {
      if (byte === OPENING_BRACE) this.#depth = 1;
    } else if (this.#isInString) {
      if (this.#depth === 1) this.#keep(byte);
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
    } else if (byte === QUOTE) {
      this.#isInString = true;
      if (this.#depth === 1) this.#keep(byte);
    } else if (OPENING.has(byte)) this.#depth++;
    else if (CLOSING.has(byte)) {
      if (this.#depth === 1) this.#endObject();
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

  #endObject(): void {
    this.#endMember();
    const id = this.#id === undefined ? undefined : parse(this.#id);
    if (this.#isAnswer) this.#answers++;
    else {
      this.#others++;
      const isId = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
      if (isId && this.#ids.size < MOST_IDS) this.#ids.add(id);
    }
    this.#id = undefined;
    this.#isAnswer = false;
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
