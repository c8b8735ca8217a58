import type { Config, HttpValues } from '../config/config.js';
import { openRedisStore, type RedisStore } from '../limits/redis.js';
import type { SharedStore } from '../limits/shared-store.js';
import type { Logger } from '../platform/logger.js';
import { requireSigningKey, storeLocation } from './http-settings.js';

/** The store, and whether it can be used now. */
export interface OpenedStore {
  readonly store: SharedStore;
  readonly isUp: () => boolean;
}

/**
 * Opens the store that the settings name, if they name one, and says in the log when it comes and goes, and once what is not
 * right about it.
 * @throws ConfigError, StoreUrlError
 */
export async function openStore(config: Config, http: HttpValues, logger: Logger): Promise<OpenedStore | undefined> {
  const location = storeLocation(http);
  if (location === undefined) return undefined;
  requireSigningKey(config.signingKey);
  let isUp = false;
  let opened: RedisStore | undefined;
  let isLookedOver = false;
  const lookOver = (): void => {
    if (opened === undefined || isLookedOver) return;
    isLookedOver = true;
    void tellFlaws(opened, logger);
  };
  opened = await openRedisStore({
    ...location,
    onState: (state, reason) => {
      isUp = state === 'up';
      if (isUp) logger.info('the shared store is available');
      else logger.error({ reason }, 'the shared store is unavailable: gated calls are refused, reads still work');
      if (isUp) lookOver();
    },
  });
  if (isUp) lookOver();
  return { store: opened, isUp: () => isUp };
}

/** What cannot be found out now, `doctor` can. */
async function tellFlaws(store: RedisStore, logger: Logger): Promise<void> {
  try {
    const { flawsOf } = await import('../limits/store-facts.js');
    for (const { grave, message, advice } of flawsOf(await store.facts())) {
      logger[grave ? 'error' : 'warn'](`${message} ${advice}`);
    }
  } catch (error) {
    logger.debug({ err: error }, 'the shared store could not be looked over');
  }
}
