import type { Catalog } from '../catalog/catalog.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { FolderLedgers, MemoryLedgers } from '../jobs/apply/ledger.js';
import { Runs } from '../jobs/apply/runs.js';
import { FolderPlanStore, MemoryPlanStore } from '../jobs/plan/plan-store.js';
import type { PlanServices } from '../jobs/services.js';
import { Vault } from '../jobs/state/vault.js';
import { Changes, FolderChangeStore, MemoryChangeStore } from '../jobs/undo/changes.js';
import { fileProblem } from '../platform/file-problem.js';
import type { Logger } from '../platform/logger.js';
import { makeFolder } from '../platform/make-folder.js';
import type { Instance } from '../policy/policy-types.js';

const DAY_MS = 24 * 3_600_000;
/** How long the former state of what was changed is kept, in days. */
const UNDO_DAYS = 7;

export interface PlanServicesOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly instance: Instance;
  readonly logger: Logger;
}

/** What plans need, in the folder of `--state-dir` or in memory. @throws ConfigError */
export async function openPlanServices({ config, catalog, instance, logger }: PlanServicesOptions): Promise<PlanServices> {
  const { stateDir, undoDays = UNDO_DAYS } = config.values;
  const vault = stateDir === undefined ? undefined : await openVault(stateDir, config.signingKey);
  const undoneMs = undoDays * DAY_MS;
  const changes = vault === undefined ? new MemoryChangeStore() : new FolderChangeStore(vault, undoneMs);
  const warn = (message: string): void => logger.warn(message);
  return {
    instance,
    store: vault === undefined ? new MemoryPlanStore() : new FolderPlanStore(vault, undoneMs),
    ledgers: vault === undefined ? new MemoryLedgers() : new FolderLedgers(vault),
    runs: new Runs(),
    changes,
    undoneMs,
    keeper: undoDays === 0 ? undefined : new Changes({ catalog, instance: instance.id, store: changes, warn }),
    rehearse: async (rehearsal) => {
      try {
        return await (await import('./rehearse.js')).rehearse(rehearsal);
      } catch (error) {
        // The plan is good without it, and says that it was not tried out.
        if (!rehearsal.signal.aborted) logger.warn({ err: error }, 'a plan could not be rehearsed');
        rehearsal.signal.throwIfAborted();
        return undefined;
      }
    },
  };
}

/** A folder cannot be made where a file is. */
const isFile = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

async function openVault(dir: string, secret: string | undefined): Promise<Vault> {
  try {
    await makeFolder(dir);
    return await Vault.open(dir, secret);
  } catch (error) {
    throw new ConfigError(
      `--state-dir ${dir} cannot be used: ${isFile(error) ? 'it is a file: name a folder' : fileProblem(error, 'write')}.`,
    );
  }
}
