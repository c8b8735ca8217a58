import { loadOperations } from '../src/catalog/declaration.js';
import { groups } from './groups.js';

/** Every operation of the catalog, with its schemas. */
export const operations = await loadOperations(groups);
