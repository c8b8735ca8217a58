import { type Command, Option as Flag, Help } from 'commander';
import { HTTP_OPTIONS } from '../config/http-options.js';
import type { Option } from '../config/option.js';
import { OPTIONS } from '../config/server-options.js';
import { scrub } from '../platform/scrub.js';

type Options = Readonly<Record<string, Option>>;

const COLUMNS = 80;

function flagOf(option: Option): Flag {
  const notes = [
    option.default === undefined ? '' : `(default: ${option.default})`,
    option.env === undefined ? '' : `[${option.env}]`,
  ];
  return new Flag(option.flag, [option.help, ...notes].filter((part) => part !== '').join(' '));
}

/** A paragraph after a command's help, wrapped as the rest of it is. */
export const note = (text: string) => (): string => `\n${new Help().boxWrap(text, process.stdout.columns ?? COLUMNS)}`;

/** Gives the command these flags, explained in its help. */
export function withOptions(command: Command, options: Options): Command {
  for (const option of Object.values(options)) command.addOption(flagOf(option));
  return command;
}

/** Names in a command's help the settings of the server, which the program takes at any place of the line. */
export function withSettings(command: Command): Command {
  settled.add(command);
  return command.addHelpText('after', named('Settings of the server, which clerk-mcp --help explains:', OPTIONS));
}

const settled = new WeakSet<Command>();

/** Whether the settings of the server mean anything to a command. */
export const takesSettings = (command: Command): boolean => settled.has(command);

/** Gives the command the flags of serving over HTTP, named in its help and not explained. */
export function withHttpSettings(command: Command): Command {
  for (const option of Object.values<Option>(HTTP_OPTIONS)) command.addOption(flagOf(option).hideHelp());
  return command.addHelpText('after', named('Settings of HTTP, which clerk-mcp http --help explains:', HTTP_OPTIONS));
}

function named(title: string, options: Options): string {
  const names = Object.values(options).map(({ flag }) => flag.split(' ')[0]);
  return `\n${title}\n${new Help().boxWrap(names.join(' '), COLUMNS - 2).replace(/^/gm, '  ')}`;
}

/** Ends a command's help with lines that can be typed. */
export const withExamples = (command: Command, ...examples: string[]): Command =>
  command.addHelpText(
    'after',
    `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${examples.map((line) => `  ${line}`).join('\n')}`,
  );

/** Commander's words as sentences of this program's. The value of an unknown flag may be a secret, so only its name is printed. */
export const outputError = (text: string, write: (text: string) => void): void =>
  write(
    scrub(
      text
        .replace(/^(error: unknown option '-[^'=]*)=[\s\S]*$/, "$1'\n")
        .replace(/^error: (.)/, (_, first: string) => `clerk-mcp: ${first.toUpperCase()}`)
        .replace(/\n\((Did you mean [^\n]*)\)$/m, '. $1')
        .replace(/([^.?!\n])\n$/, '$1.\n'),
    ),
  );
