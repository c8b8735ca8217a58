import { operations as declared } from '../../tools/index.js';
import type { Operation } from '../catalog/operation.js';

/**
 * Every operation of the catalog. The build puts a ready-made manifest in this module's place, so that a start need
 * not build a schema.
 */
export const operations: readonly Operation[] = declared;
