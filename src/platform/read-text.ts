import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UserError } from './user-error.js';

const UTF_16_LE = [0xff, 0xfe] as const;
const UTF_16_BE = [0xfe, 0xff] as const;

/** A text's encoding, so that it can be written back the same way. */
export interface TextForm {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Whether it begins with a byte-order mark. */
  readonly isMarked: boolean;
}

/**
 * The text of a file that a person wrote with any editor: UTF-8 with or without a byte-order mark, or UTF-16 with one.
 * The mark is not part of the text; line breaks stay as they are.
 * @throws UserError that says what the bytes are instead
 */
export function decodeText(bytes: Uint8Array): string {
  const { encoding } = formOf(bytes);
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`it is no ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'} text: save it as UTF-8`);
  }
  // UTF-16 without a mark, or not text at all.
  if (text.includes('\0')) throw new UserError('it has NUL characters in it: save it as UTF-8');
  return text;
}

/** The encoding of these bytes. */
export function formOf(bytes: Uint8Array): TextForm {
  const begins = (...mark: readonly number[]): boolean => mark.every((byte, at) => bytes[at] === byte);
  if (begins(...UTF_16_LE)) return { encoding: 'utf-16le', isMarked: true };
  if (begins(...UTF_16_BE)) return { encoding: 'utf-16be', isMarked: true };
  return { encoding: 'utf-8', isMarked: begins(0xef, 0xbb, 0xbf) };
}

/** The bytes of a text in this encoding. */
export function encodeText(text: string, { encoding, isMarked }: TextForm): Buffer {
  const marked = isMarked ? `\uFEFF${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked);
  const bytes = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
}

/** @throws what the system says, or {@link decodeText} */
export const readText = async (path: string): Promise<string> => decodeText(await readFile(path));

/** @throws what the system says, or {@link decodeText} */
export const readTextSync = (path: string): string => decodeText(readFileSync(path));
