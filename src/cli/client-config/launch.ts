import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Option } from '../../config/option.js';
import { OPTIONS } from '../../config/server-options.js';
import type { UserPaths } from '../../config/user-paths.js';
import { path } from '../../config/value-forms.js';
import type { Server } from './mcp-client.js';

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

/**
 * The same for a client whose PATH is the desktop's and not a shell's, so that a Node of Homebrew or a version manager is
 * not on it. On Windows the installers of Node put it on everybody's PATH.
 * @param node the Node that runs this program
 */
export function launchFromDesktop(server: Server, places: UserPaths, node: string): Server {
  if (places.platform === 'win32') return server;
  const lasting = lastingNode(places.path, node);
  if (server.command === 'node') return { ...server, command: lasting };
  const folder = dirname(lasting);
  return { ...server, command: join(folder, server.command), env: { PATH: [...new Set([folder, ...SYSTEM_PATH])].join(':') } };
}

/** What every desktop has, for the programs that npm starts. */
const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];

/** The path that stays when Node is updated: a link on the PATH to the Node that runs now. fnm's are gone with the shell. */
function lastingNode(path: readonly string[], node: string): string {
  const links = path
    .filter((folder) => isAbsolute(folder) && !folder.includes('fnm_multishells'))
    .map((folder) => join(folder, 'node'));
  return links.find((link) => realOf(link) === realOf(node)) ?? node;
}

function realOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return;
  }
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
