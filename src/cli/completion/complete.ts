import { RootCommand, ShellCompDirective } from '@bomb.sh/tab';
import type { Command } from 'commander';
import type { Option } from '../../config/option.js';
import { settingsOf, type Values, valuesOfArgument, valuesOfFlag } from './values.js';

/** What tools there are, loaded when a tool is to be completed. */
export type ToolNames = () => { readonly groups: readonly string[]; readonly tools: readonly { name: string; title: string }[] };

export interface Completing {
  readonly root: Command;
  /** The words after the program's name; the last is the one to complete, empty where it is not begun. */
  readonly words: readonly string[];
  readonly names: ToolNames;
  /** Whether the command takes the settings of the server, too. */
  readonly takesSettings: (command: Command) => boolean;
}

type Handler = (this: unknown, complete: (value: string, description: string) => void) => void;

/**
 * What may stand in the place of the last word, as the scripts of all shells read it: a line for each, with what it is after
 * a tab, and a line that says whether files may stand there as well.
 */
export function completionsOf({ root, words, names, takesSettings }: Completing): string {
  const tab = new RootCommand();
  const last = words.at(-1) ?? '';
  let takesFiles = false;

  const handler = (values: Values | undefined): Handler => {
    return (complete) => {
      if (values === undefined) return;
      takesFiles ||= values.files === true;
      // Of a list with commas the last part is completed.
      const begun = values.isList === true ? listBegun(last) : '';
      for (const word of values.words ?? []) complete(begun + word, '');
      if (values.groups !== true && values.tools !== true) return;
      const known = names();
      if (values.groups === true) for (const group of known.groups) complete(begun + group, 'group');
      if (values.tools === true) for (const { name, title } of known.tools) complete(begun + name, title);
    };
  };
  const addFlags = (
    to: RootCommand | ReturnType<RootCommand['command']>,
    command: Command,
    settings: ReadonlyMap<string, Option>,
  ) => {
    for (const flag of command.options) {
      const name = flag.long?.slice('--'.length);
      if (name === undefined || to.options.has(name)) continue;
      const alias = flag.short?.slice(1);
      if (flag.required || flag.optional) to.option(name, flag.description, handler(valuesOfFlag(flag, settings)), alias);
      else if (alias === undefined) to.option(name, flag.description);
      else to.option(name, flag.description, alias);
    }
    if (!to.options.has('help')) to.option('help', 'explains it', 'h');
  };

  addFlags(tab, root, settingsOf(''));
  for (const [path, command] of visible(root)) {
    const own = tab.command(path, command.description());
    const settings = settingsOf(path);
    addFlags(own, command, settings);
    if (takesSettings(command)) addFlags(own, root, settings);
    for (const argument of command.registeredArguments)
      own.argument(argument.name(), handler(valuesOfArgument(path, argument)), argument.variadic);
  }

  let text = '';
  // The library prints; what is printed here is the command's to say.
  Object.assign(tab, {
    complete: (word: string) => {
      const begun = word.startsWith('-') && word.includes('=') ? word.slice(word.indexOf('=') + 1) : word;
      const fitting = new Map(tab.completions.filter(({ value }) => value.startsWith(begun)).map((one) => [one.value, one]));
      const lines = [...fitting.values()].map(({ value, description = '' }) => `${value}\t${description}\n`);
      const directive = takesFiles
        ? ShellCompDirective.ShellCompDirectiveDefault
        : ShellCompDirective.ShellCompDirectiveNoFileComp;
      text = `${lines.join('')}:${directive}\n`;
    },
  });
  tab.parse([...words]);
  return text;
}

/** The whole parts of a list with commas. What is no such list is not given back to a shell. */
function listBegun(word: string): string {
  const list = word.startsWith('-') ? word.slice(word.indexOf('=') + 1) : word;
  return /^[\w*.,-]*$/.test(list) ? list.slice(0, list.lastIndexOf(',') + 1) : '';
}

/** All commands that the help shows, by their words. */
function visible(command: Command, above = ''): [string, Command][] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => {
      const path = above === '' ? each.name() : `${above} ${each.name()}`;
      return [[path, each] as [string, Command], ...visible(each, path)];
    });
}
