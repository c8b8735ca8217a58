import { homedir } from 'node:os';
import { join } from 'node:path';

const HOME = /^~(?:[\\/]|$)/;

/** The path with the folder of this person for a `~` at its beginning, as shells have it: settings pass through none. */
export const expandHome = (path: string): string => (HOME.test(path) ? join(homedir(), path.slice(1)) : path);
