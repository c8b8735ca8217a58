import type { Operation } from '../../catalog/operation.js';
import { coverSecrets } from '../../policy/secrets/answer-secrets.js';

/**
 * An item without its secrets: whatever the resource marks as secret, and whatever looks like one. They are removed before
 * anything else happens to the item, so that conditions cannot test them either.
 */
export const withoutSecrets = (item: unknown, operation: Operation): unknown =>
  coverSecrets(item, operation, { mark: () => '[secret]', handsOut: false }).value;
