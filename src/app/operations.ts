import { groups } from '../../tools/groups.js';
import { loadOperations } from '../catalog/declaration.js';
import { fromManifest } from '../catalog/manifest.js';
import type { Operation } from '../catalog/operation.js';
import { JOB_TOOLS } from '../jobs/job-tools.js';
import { readPrepared } from '../platform/prepared.js';

declare const __BUILT__: true | undefined;

const loaders = {
  ...groups,
  ...Object.fromEntries(Object.entries(JOB_TOOLS).map(([name, { declaration }]) => [name, declaration])),
};

/** Everything that is declared. The built program reads it from a manifest, so that a start need not build schemas. */
const declared: readonly Operation[] =
  typeof __BUILT__ === 'undefined'
    ? await loadOperations(loaders)
    : fromManifest(JSON.parse(readPrepared('manifest.json')), loaders);

/** Every operation of Clerk's. */
export const operations = declared.filter((operation) => !operation.isJob);

/** The tools that carry out many calls of them. */
export const jobs = declared.filter((operation) => operation.isJob);
