import { homedir } from 'node:os';
import { join } from 'node:path';

const HOME = /^~(?:[\\/]|$)/;

/** Expands a leading `~` to the user's home folder, as shells do: settings do not pass through a shell. */
export const expandHome = (path: string): string => (HOME.test(path) ? join(homedir(), path.slice(1)) : path);
