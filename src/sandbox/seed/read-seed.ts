import { readFileSync } from 'node:fs';
import { errorMessage } from '../../platform/error-message.js';
import { type SeedDescription, SeedError } from './description.js';

/** The description in a JSON file. What it says is checked when it is seeded. @throws SeedError */
export function readSeed(path: string): SeedDescription {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new SeedError(`cannot be read: ${errorMessage(error)}`);
  }
  try {
    return JSON.parse(text) as SeedDescription;
  } catch (error) {
    throw new SeedError(`${path} is not JSON: ${errorMessage(error)}`);
  }
}
