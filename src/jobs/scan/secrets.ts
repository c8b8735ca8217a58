import type { Operation } from '../../catalog/operation.js';
import { isRecord } from '../../platform/is-record.js';
import { redactSecrets } from '../../policy/secrets/masking.js';
import { type Declared, resourceOf } from '../../response/declared.js';

const MASK = '[secret]';

/**
 * An item without what is secret in it: what the resource marks, and what looks like it. It is taken out before anything else
 * is done with the item, so that no condition can ask for it either.
 */
export function withoutSecrets(item: unknown, operation: Operation): unknown {
  const { value } = redactSecrets(item, operation, MASK);
  return mask(value, resourceOf(item, operation.spec.request)?.shape);
}

function mask(value: unknown, shape: Declared | undefined): unknown {
  if (shape === undefined || shape.free || value === null || value === undefined) return value;
  if (shape.secret !== undefined) return MASK;
  if (Array.isArray(value)) return value.map((item) => mask(item, shape));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mask(member, shape.properties.get(key))]));
}
