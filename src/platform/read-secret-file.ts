import { statSync } from 'node:fs';
import { fileProblem } from './file-problem.js';
import { readTextSync } from './read-text.js';

/** Far more than any key or password has. */
const MOST_BYTES = 4096;

/**
 * The text of a file that holds a secret and nothing else, without the space around it.
 * @param what the secret, like `a password`
 * @param fault makes the error to throw of why the file cannot be read: the end of a sentence, without its full stop
 */
export function readSecretFile(path: string, what: string, fault: (reason: string) => Error): string {
  try {
    // Looked at first: whoever opens a pipe waits for another to write to it.
    const file = statSync(path);
    if (!file.isFile()) throw new Error('it is not a regular file');
    if (file.size > MOST_BYTES) throw new Error(`it is too large to hold only ${what}`);
    return readTextSync(path).trim();
  } catch (error) {
    throw fault(fileProblem(error, 'read'));
  }
}
