import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { parseJsonText } from '../../platform/json-text.js';

/** Reads a call's arguments from a command line. @throws ConfigError, which never quotes them */
export function parseJsonArguments(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new ConfigError(`The arguments are ${errorMessage(error)}.`);
  }
}
