import { randomUUID } from 'node:crypto';
import { IDEMPOTENCY_KEY, type Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';

/**
 * The idempotency key for a call that needs one and was given none. It is made after the confirmation, which covers only
 * what the caller sent, so that repeating the call still matches it.
 */
export const madeInputs = (operation: Operation, args: Arguments): Arguments | undefined =>
  operation.keyed && args[IDEMPOTENCY_KEY] === undefined ? { [IDEMPOTENCY_KEY]: randomUUID() } : undefined;

/** An error's model with the key that was made, so that the call can be repeated as the same one. */
export function withMade(model: Record<string, unknown>, made: Arguments | undefined): Record<string, unknown> {
  if (made === undefined) return model;
  const hint = `${String(model.hint)} With this ${IDEMPOTENCY_KEY} it can be called again without being done twice.`;
  return { ...model, hint, ...made };
}
