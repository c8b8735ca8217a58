import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groups } from '../../tools/groups.js';
import { loadOperations } from '../catalog/declaration.js';
import { fromManifest } from '../catalog/manifest.js';
import type { Operation } from '../catalog/operation.js';

/** The file of the manifest beside the program; put in by the build, not there where the sources run unbundled. */
declare const __MANIFEST__: string | undefined;

/** Every operation of the catalog. In the built program they come from a manifest, so that a start need not build a schema. */
export const operations: readonly Operation[] =
  typeof __MANIFEST__ === 'string'
    ? fromManifest(JSON.parse(readFileSync(join(import.meta.dirname, __MANIFEST__), 'utf8')), groups)
    : await loadOperations(groups);
