import { randomUUID } from 'node:crypto';
import type { ClerkAnswer } from '../catalog/clerk-answer.js';

/** A number that may not come out of JSON.parse and JSON.stringify as it went in: long, with a fraction or exponent, or -0. */
const ODD_NUMBER = /[:,[]\s*(-0(?![.\d])|-?(?:\d{16}|\d+[.eE])[\d.eE+-]*)/g;

/** Whether some number would be changed. May also say so of digits within a string. */
function hasOddNumbers(json: string): boolean {
  for (const [, number = ''] of json.matchAll(ODD_NUMBER)) if (isChanged(number)) return true;
  return false;
}

const isChanged = (number: string): boolean => JSON.stringify(Number(number)) !== number;

/** A JSON answer whose numbers are written as they were sent. */
export interface ExactJson {
  /** As parsed, except that a string stands for every number that a double or JSON.stringify would change. */
  readonly value: unknown;
  readonly write: (value: unknown) => string;
  /** Whether this string stands for a number. */
  readonly isNumber: (text: string) => boolean;
}

/** Where the answer's own text is not at hand, its numbers are what JSON.parse made of them. */
export function exactJson({ value, raw }: ClerkAnswer): ExactJson {
  const plain: ExactJson = { value, write: (part) => JSON.stringify(part), isNumber: () => false };
  if (raw === undefined || !hasOddNumbers(raw)) return plain;
  let mark: string | undefined;
  const marked = markOddNumbers(raw, () => (mark ??= `${randomUUID()}:`));
  // It only looked like a number, within a string.
  if (mark === undefined) return plain;
  const start = mark;
  const stands = new RegExp(`"${start}([^"]+)"`, 'g');
  return {
    value: JSON.parse(marked),
    write: (part) => JSON.stringify(part).replaceAll(stands, '$1'),
    isNumber: (text) => text.startsWith(start),
  };
}

/** @param mark made when a number first needs one */
function markOddNumbers(json: string, mark: () => string): string {
  let out = '';
  let copied = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at] as string;
    if (char === '"') {
      at = endOfString(json, at);
    } else if (startsNumber(char)) {
      let end = at + 1;
      while (end < json.length && NUMBER_CHARS.includes(json[end] as string)) end++;
      const number = json.slice(at, end);
      if (isChanged(number)) {
        out += `${json.slice(copied, at)}"${mark()}${number}"`;
        copied = end;
      }
      at = end - 1;
    }
  }
  return out + json.slice(copied);
}

const NUMBER_CHARS = '0123456789+-.eE';

const startsNumber = (char: string): boolean => char === '-' || (char >= '0' && char <= '9');

function endOfString(json: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (json[at] === '\\') at++;
    else if (json[at] === '"' || at >= json.length) return at;
  }
}
