import type { Catalog } from '../catalog/catalog.js';
import { OpenApiDocument } from './document.js';
import { readFileDocument } from './source.js';
import { type UnreviewedTools, unreviewedOperations } from './unreviewed.js';

/**
 * Reads a document from a file and makes tools of the operations that the catalog lacks.
 * @throws DocumentError
 */
export const readUnreviewed = async (path: string, catalog: Catalog, reserved: readonly string[]): Promise<UnreviewedTools> =>
  unreviewedOperations(new OpenApiDocument(await readFileDocument(path)), catalog, reserved);
