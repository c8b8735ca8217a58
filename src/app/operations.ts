import { operations as declared } from '../../tools/index.js';
import type { Operation } from '../catalog/operation.js';

/**
 * Every operation of the catalog. The build replaces this module with a ready-made manifest, so that starting builds no
 * schema.
 */
export const operations: readonly Operation[] = declared;
