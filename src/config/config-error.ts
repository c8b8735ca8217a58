import { UserError } from '../platform/user-error.js';

/** Why the start was stopped: what is wrong and what to do, in one message for a person. Never holds a secret. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
}
