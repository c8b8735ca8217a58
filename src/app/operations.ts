import { groups } from '../../tools/groups.js';
import { loadOperations } from '../catalog/declaration.js';
import { fromManifest } from '../catalog/manifest.js';
import type { Operation } from '../catalog/operation.js';
import { readPrepared } from '../platform/prepared.js';

declare const __BUILT__: true | undefined;

/** Every operation of the catalog. In the built program they come from a manifest, so that a start need not build a schema. */
export const operations: readonly Operation[] =
  typeof __BUILT__ === 'undefined'
    ? await loadOperations(groups)
    : fromManifest(JSON.parse(readPrepared('manifest.json')), groups);
