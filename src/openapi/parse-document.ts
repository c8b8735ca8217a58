import { errorMessage } from '../platform/error-message.js';
import { plain } from '../platform/plain-text.js';
import { DocumentError } from './document-error.js';

/** Clerk's own documents have less than 1 MB. */
export const MOST_BYTES = 8 * 1024 * 1024;
/** No document that people write is nested half as deeply. */
const DEEPEST = 100;
const MOST_VALUES = 2_000_000;

/**
 * Parses a document's text to plain data that is safe to go through: not too large, not too deep.
 * @throws DocumentError
 */
export async function parseText(text: string): Promise<unknown> {
  if (Buffer.byteLength(text) > MOST_BYTES) throw tooLarge();
  const bare = text.replace(/^\uFEFF/, '');
  const value = /^\s*[{[]/.test(bare) ? await parseJsonOrYaml(bare) : await readYaml(bare);
  refuseUnbounded(value);
  return value;
}

export const tooLarge = (): DocumentError => new DocumentError(`The document has more than ${MOST_BYTES / 1024 / 1024} MB.`);

/** YAML can begin with a bracket too. */
async function parseJsonOrYaml(text: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return readYaml(text).catch(() => {
      const reason = errorMessage(error);
      throw new DocumentError(`The document is not valid JSON: ${plain(reason, 200)}.`);
    });
  }
}

async function readYaml(text: string): Promise<unknown> {
  return (await import('./yaml-thread.js')).parseYaml(text);
}

/** Goes through the levels in a loop, since recursion would itself fail at great depth. */
function refuseUnbounded(value: unknown): void {
  let level: unknown[] = [value];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new DocumentError(`The document nests more than ${DEEPEST} levels deep.`);
    const next: unknown[] = [];
    for (const item of level) {
      if (item === null || typeof item !== 'object') continue;
      for (const member of Object.values(item)) next.push(member);
      if (values + next.length > MOST_VALUES) throw new DocumentError(`The document holds more than ${MOST_VALUES} values.`);
    }
    values += next.length;
    level = next;
  }
}
