import { type ParseError, parse } from 'jsonc-parser';
import { UserError } from './user-error.js';

/**
 * Reads JSON that may hold secrets.
 * @throws UserError that says where the fault is, but nothing of the text there
 */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`no valid JSON${placeOf(text)}`);
  }
}

/** Line and column of the first fault, if it can be found. */
function placeOf(text: string): string {
  const faults: ParseError[] = [];
  try {
    parse(text, faults, { disallowComments: true });
  } catch {
    // It nests too deeply to be walked.
  }
  const [first] = faults;
  if (first === undefined) return '';
  const before = text.slice(0, first.offset).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}
