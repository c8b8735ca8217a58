import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';

const segments = (path: string): string[] => path.split('/').map((segment) => (segment.startsWith('{') ? '{}' : segment));

const isPrefix = (prefix: readonly string[], of: readonly string[]): boolean =>
  prefix.length <= of.length && prefix.every((segment, index) => segment === of[index]);

const isRead = (operation: Operation): boolean =>
  operation.method === 'GET' && operation.risk === 'read' && operation.spec.deprecated === undefined;

/** The reads whose path begins the operation's own, the longest first. */
function readsAbove(operation: Operation, catalog: Catalog): Operation[] {
  const path = segments(operation.path);
  return catalog.operations
    .filter((candidate) => isRead(candidate) && isPrefix(segments(candidate.path), path))
    .sort((a, b) => segments(b.path).length - segments(a.path).length);
}

/**
 * The read that tells whether a call of the operation was carried out: the one it declares for its
 * target, else the nearest above its path.
 */
export const readThatTells = (operation: Operation, catalog: Catalog | undefined): string | undefined =>
  operation.spec.target?.read ?? (catalog === undefined ? undefined : readsAbove(operation, catalog)[0]?.name);

/** The lists in which the ids of the operation's path are found, the nearest first. */
export function readsThatFind(operation: Operation, catalog: Catalog | undefined): string[] {
  if (catalog === undefined) return [];
  const path = segments(operation.path);
  return readsAbove(operation, catalog)
    .filter((read) => path[segments(read.path).length] === '{}')
    .map((read) => read.name);
}
