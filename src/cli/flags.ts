import { parseArgs } from 'node:util';
import { OPTIONS } from '../config/server-options.js';
import type { Flags } from './commands/command.js';

/**
 * Reads a command line that has only settings, which is how hosts start a server, without loading the parser of
 * commands. Gives the same result as that parser, or `undefined` where it is needed: for a command, a list written with
 * spaces, `--help`, or a mistake.
 */
export function readFlags(words: readonly string[]): Flags | undefined {
  const settings = Object.entries(OPTIONS).map(([name, { flag }]) => {
    const [long = '', value] = flag.slice('--'.length).split(' ');
    const multiple = value?.endsWith('...>') ?? false;
    return { name, long, option: { type: value === undefined ? 'boolean' : 'string', multiple } as const };
  });
  const options = Object.fromEntries(settings.map(({ long, option }) => [long, option]));
  try {
    const { values } = parseArgs({ args: [...words], options });
    const given = settings.filter(({ long }) => values[long] !== undefined);
    return Object.fromEntries(given.map(({ name, long }) => [name, values[long]]));
  } catch {
    return undefined;
  }
}
