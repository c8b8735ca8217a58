import { UserError } from '../platform/user-error.js';

/** The document cannot be used at all. `message` says why, for a person. */
export class DocumentError extends UserError {
  override readonly name = 'DocumentError';
}
