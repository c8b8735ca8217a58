import { posix, win32 } from 'node:path';
import type { UserPaths } from '../../config/user-paths.js';

/** Joins paths for the given platform, which in tests is not this machine's. */
export const joinIn = ({ platform }: UserPaths, ...parts: readonly string[]): string =>
  (platform === 'win32' ? win32 : posix).join(...parts);

/** Where programs with windows keep their settings: Electron's `appData`. */
export function applicationData(places: UserPaths): string {
  const { platform, home, appData, xdgConfigHome } = places;
  if (platform === 'win32') return appData ?? joinIn(places, home, 'AppData', 'Roaming');
  if (platform === 'darwin') return joinIn(places, home, 'Library', 'Application Support');
  return xdgConfigHome ?? joinIn(places, home, '.config');
}

/** The key file for clients that have no better place for the key. */
export function ownKeyFile(places: UserPaths): string {
  const { platform, home, xdgConfigHome } = places;
  const base = platform === 'win32' ? applicationData(places) : (xdgConfigHome ?? joinIn(places, home, '.config'));
  return joinIn(places, base, 'clerk-mcp', 'secret-key');
}
