import { errorMessage } from '../../platform/error-message.js';
import { fileProblem } from '../../platform/file-problem.js';
import { parseJsonText } from '../../platform/json-text.js';
import { readTextSync } from '../../platform/read-text.js';
import { type SeedDescription, SeedError } from './description.js';

/** The description in a JSON file. What it says is checked when it is seeded. @throws SeedError */
export function readSeed(path: string): SeedDescription {
  let text: string;
  try {
    text = readTextSync(path);
  } catch (error) {
    throw new SeedError(`${path} cannot be read: ${fileProblem(error, 'read')}.`);
  }
  try {
    return parseJsonText(text) as SeedDescription;
  } catch (error) {
    throw new SeedError(`${path} is ${errorMessage(error)}`);
  }
}
