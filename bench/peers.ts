import type { Reader } from './stdio.js';

/**
 * Other servers to measure beside the floors, by name: over stdio, with a tool that reads one user by `user_id`.
 * Empty here: install a peer yourself to compare with it; none is a dependency of this project.
 */
export function peers(_upstream: string): Readonly<Record<string, Reader>> {
  return {};
}
