import { realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Option } from '../../config/option.js';
import { OPTIONS } from '../../config/server-options.js';
import { path } from '../../config/value-forms.js';

/** Whether a setting's value names a file or directory. The client starts the server in another directory. */
const isPath = ({ schema }: Option): boolean => schema === path;
/** Values of such settings that are words and not paths. */
const WORDS = new Set(['demo', 'empty']);

/**
 * How a client starts this program: through npx if that is running it now, since npx's cache may be cleared, otherwise
 * from the file that is running.
 * @param script the file that is running
 */
export function launch(script: string, platform: NodeJS.Platform): { command: string; args: string[] } {
  const file = realpathSync(script);
  if (!/[\\/]_npx[\\/]/.test(file)) return { command: 'node', args: [file] };
  // On Windows npx is a shell script.
  return platform === 'win32'
    ? { command: 'cmd', args: ['/c', 'npx', '-y', 'clerk-mcp'] }
    : { command: 'npx', args: ['-y', 'clerk-mcp'] };
}

/** The flags that were given to `init` for the server, as its command line has them. */
export function serverArgs(flags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries<Option>(OPTIONS).flatMap(([name, option]) => {
    const given = flags[name];
    const [long = option.flag] = option.flag.split(' ');
    if (given === undefined || given === false) return [];
    if (given === true) return [long];
    const value = [given].flat().join(',');
    return [long, isPath(option) && !WORDS.has(value) && !isAbsolute(value) ? resolve(value) : value];
  });
}
