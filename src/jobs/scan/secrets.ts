import type { Operation } from '../../catalog/operation.js';
import { coverSecrets } from '../../policy/secrets/answer-secrets.js';

/**
 * An item without what is secret in it: what the resource marks, and what looks like it. It is taken out before anything else
 * is done with the item, so that no condition can ask for it either.
 */
export const withoutSecrets = (item: unknown, operation: Operation): unknown =>
  coverSecrets(item, operation, { mark: () => '[secret]', handsOut: false }).value;
