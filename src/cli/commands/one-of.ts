import { didYouMean } from '../../catalog/nearest.js';
import { ConfigError } from '../../config/config-error.js';

/** The value of a flag that takes one of a few words. @throws ConfigError */
export function oneOf<T extends string>(flag: string, given: unknown, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new ConfigError(`${flag}: expected one of ${known.join(', ')}.${didYouMean(String(given), known)}`);
}
