import { basename } from 'node:path';
import { launch } from './client-config/launch.js';

/**
 * How a person starts this program at a terminal of this machine: the way it was started now.
 * @param script the file that is running
 */
export function ownCommand(script: string, platform: NodeJS.Platform = process.platform): string {
  if (basename(script) === 'clerk-mcp') return 'clerk-mcp';
  const { command, args } = launch(script, platform);
  // Windows needs `cmd` to start npx without a shell; at a shell it is not needed.
  const words = command === 'cmd' ? args.slice(1) : [command, ...args];
  return words.map(inShell).join(' ');
}

/** A word as it is written at a shell. */
export const inShell = (word: string): string => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`);
