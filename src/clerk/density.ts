const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The most values of an answer that is read: several times as many as the largest pages of Clerk have. */
const MOST_VALUES = 300_000;

/** How deep the values of an answer may nest. */
const MOST_LEVELS = 200;

/**
 * Whether JSON has so many values, or nests them so deep, that to parse it would keep every other caller waiting for
 * seconds: ten megabytes hold millions of them. One pass over the bytes, which need not be good JSON.
 */
export function isTooDense(json: Uint8Array): boolean {
  let values = 1;
  let level = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case QUOTE:
        at = endOfString(json, at + 1);
        break;
      case COMMA:
        if (++values > MOST_VALUES) return true;
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++values > MOST_VALUES || ++level > MOST_LEVELS) return true;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        level--;
        break;
    }
  }
  return false;
}

function endOfString(json: Uint8Array, start: number): number {
  for (let at = start; at < json.length; at++) {
    if (json[at] === BACKSLASH) at++;
    else if (json[at] === QUOTE) return at;
  }
  return json.length;
}
