import type { Reader } from './stdio.js';

/**
 * Other servers to measure beside the floors, by name: over stdio, with a tool that reads one user by `user_id`.
 * Empty here: a peer is installed by whoever wants to compare, and none is a dependency of this project.
 */
export function peers(_upstream: string): Readonly<Record<string, Reader>> {
  return {};
}
