import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';

const segments = (path: string): string[] => path.split('/').map((segment) => (segment.startsWith('{') ? '{}' : segment));

const isPrefix = (prefix: readonly string[], of: readonly string[]): boolean =>
  prefix.length <= of.length && prefix.every((segment, index) => segment === of[index]);

const isRead = (operation: Operation): boolean =>
  operation.method === 'GET' && operation.risk === 'read' && operation.spec.deprecated === undefined;

/** The reads whose path is a prefix of the operation's own, longest first. */
function readsAbove(operation: Operation, catalog: Catalog): Operation[] {
  const path = segments(operation.path);
  return catalog.operations
    .filter((candidate) => isRead(candidate) && isPrefix(segments(candidate.path), path))
    .sort((a, b) => segments(b.path).length - segments(a.path).length);
}

/**
 * The read that shows whether a call of the operation took effect: the one declared for its target, otherwise the
 * nearest one above its path.
 */
export const readThatTells = (operation: Operation, catalog: Catalog | undefined): string | undefined =>
  operation.spec.target?.read ?? (catalog === undefined ? undefined : readsAbove(operation, catalog)[0]?.name);

/** The list operations that show the ids in the operation's path, nearest first. */
export function readsThatFind(operation: Operation, catalog: Catalog | undefined): string[] {
  if (catalog === undefined) return [];
  const path = segments(operation.path);
  return readsAbove(operation, catalog)
    .filter((read) => path[segments(read.path).length] === '{}')
    .map((read) => read.name);
}
