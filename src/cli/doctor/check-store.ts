import { openRedisStore } from '../../limits/redis.js';
import type { StoreLocation } from '../../limits/store-address.js';
import { type Finding, failure, fault, ok } from './finding.js';

const TIMEOUT_MS = 2_000;

/** Sends the shared store a small request. */
export async function checkStore(location: StoreLocation): Promise<Finding[]> {
  let reason: string | undefined;
  try {
    const store = await openRedisStore({
      ...location,
      timeoutMs: TIMEOUT_MS,
      onState: (state, why) => {
        reason = state === 'up' ? undefined : (why ?? 'unknown');
      },
    });
    await store.close();
  } catch (error) {
    return [fault('store', error)];
  }
  if (reason === undefined) return [ok('store', 'The shared store answers.')];
  return [
    failure(
      'store',
      `The shared store cannot be used (${reason}).`,
      'Check its address and password. Gated calls are refused while it is away.',
    ),
  ];
}
