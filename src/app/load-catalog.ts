import { Catalog } from '../catalog/catalog.js';
import { DISCOVERY_NAMES } from '../catalog/discovery-names.js';
import { ConfigError } from '../config/config-error.js';
import type { Logger } from '../platform/logger.js';
import { jobs, operations } from './operations.js';

/** All reviewed operations of Clerk's. */
export const catalog = new Catalog(operations);

/** The same with the jobs. */
export const catalogWithJobs = new Catalog([...operations, ...jobs]);

/** Receives sentences about the operations of a document. */
export interface CatalogLog {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * The catalog with the jobs, plus unreviewed tools for operations that only the document has.
 * @param openapi the path of the document; without it, nothing of OpenAPI is loaded
 * @throws ConfigError for a document that cannot be used
 */
export async function loadCatalog(openapi: string | undefined, log: CatalogLog): Promise<Catalog> {
  if (openapi === undefined) return catalogWithJobs;
  const { readUnreviewed } = await import('../openapi/read-unreviewed.js');
  const { DocumentError } = await import('../openapi/document-error.js');
  try {
    const {
      operations: unreviewed,
      version,
      leftOut,
    } = await readUnreviewed(openapi, catalog, [...DISCOVERY_NAMES, ...jobs.map(({ name }) => name)]);
    for (const { operation, reason } of leftOut) log.warn(`--openapi leaves out ${operation}: ${reason}`);
    log.info(`--openapi adds ${unreviewed.length} unreviewed operations, with the API version ${version}`);
    return new Catalog([...operations, ...jobs, ...unreviewed]);
  } catch (error) {
    throw error instanceof DocumentError
      ? new ConfigError(`--openapi ${error.message.startsWith(openapi) ? '' : `${openapi}: `}${error.message}`)
      : error;
  }
}

/** Reports on a document's operations through the logger. */
export const catalogLog = (logger: Logger): CatalogLog => {
  return { info: (message) => logger.info(message), warn: (message) => logger.warn(message) };
};
