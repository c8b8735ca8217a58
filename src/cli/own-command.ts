import { basename } from 'node:path';
import { launch } from './client-config/launch.js';

/**
 * How a person starts this program at a terminal of this machine: as it was started itself.
 * @param script what is being run
 */
export function ownCommand(script: string, platform: NodeJS.Platform = process.platform): string {
  if (basename(script) === 'clerk-mcp') return 'clerk-mcp';
  const { command, args } = launch(script, platform);
  // What Windows needs to start npx without a shell is nothing to type into one.
  const words = command === 'cmd' ? args.slice(1) : [command, ...args];
  return words.map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`)).join(' ');
}
