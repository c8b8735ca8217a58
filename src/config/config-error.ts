import { UserError } from '../platform/user-error.js';

/** Why the start was stopped: what is wrong and what to do, in one message for a person. Never holds a secret. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
}

export const STDOUT_IS_TAKEN =
  '--audit-log - writes the record to standard output, which only clerk-mcp http leaves free. Give a file or a folder, like --audit-log audit.jsonl.';
