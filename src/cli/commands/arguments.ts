import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { parseJsonText } from '../../platform/json-text.js';

/** The arguments of a call as they stand on a command line. @throws ConfigError, which repeats nothing of them */
export function parseJsonArguments(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new ConfigError(`The arguments are ${errorMessage(error)}.`);
  }
}
