import { openRedisStore } from '../../limits/redis.js';
import { StoreUnavailableError } from '../../limits/store-unavailable.js';
import { type Finding, failure, fault, ok } from './finding.js';

const TIMEOUT_MS = 2_000;

/** Sends the shared store a small request. */
export async function checkStore(url: string): Promise<Finding[]> {
  try {
    const store = await openRedisStore({ url, timeoutMs: TIMEOUT_MS });
    try {
      await store.revoked();
      return [ok('store', 'The shared store answers.')];
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) return [fault('store', error)];
    return [
      failure(
        'store',
        `The shared store does not answer (${error.message}).`,
        'Check its address and password. Gated calls are refused while it is away.',
      ),
    ];
  }
}
