import { loadOneInstance } from '../../config/load-configs.js';
import { serverArgs } from '../client-config/launch.js';
import { inShell, ownCommand } from '../own-command.js';
import { type Flags, print } from './command.js';

/**
 * What to do, for a person who starts the server at a terminal: there is no client there to answer. The settings that were
 * given are checked, and go into the commands.
 * @throws ConfigError
 */
export async function welcome(flags: Flags): Promise<void> {
  // Of several instances one must be named, here too.
  const { name } = await loadOneInstance(flags);
  const own = ownCommand(process.argv[1] ?? '');
  const given = serverArgs(flags);
  const line = (...words: string[]): string => [own, ...words.map(inShell)].join(' ');
  const isChosen = flags.sandbox === true || name !== undefined;
  const tried = isChosen ? given : [...given, '--sandbox'];
  print(`This server talks to an MCP client, such as Claude or Cursor, and not to a
terminal. Nothing was started.

Put it in your client:
  ${line('init', ...given)}
${isChosen ? '' : `\nTry it without a Clerk account, on the built-in sandbox:\n  ${line('init', ...tried)}\n`}
Make one call here${isChosen ? '' : ', on the sandbox'}:
  ${line('call', 'Users_getTotalCount', ...tried)}

Check key, connection and settings:
  ${line('doctor', ...given)}

All commands and settings:
  ${line('--help')}
`);
}
