import { script as scriptOf } from '@bomb.sh/tab';
import type { Command } from 'commander';
import { catalogWithJobs } from '../../app/load-catalog.js';
import { completionsOf } from '../completion/complete.js';
import { SHELLS, type Shell } from '../completion/values.js';
import { print } from './command.js';
import { oneOf } from './one-of.js';

const NAME = 'clerk-mcp';

/** Prints the script that makes a shell complete this program's commands. */
export function completion(shell: string): void {
  const known = oneOf('completion', shell, SHELLS);
  print(
    mended(
      known,
      printed(() => scriptOf(known, NAME, NAME)),
    ),
  );
}

/** What the library would print. */
function printed(work: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    work();
  } finally {
    console.log = log;
  }
  return `${lines.join('\n')}\n`;
}

/** The script so that it takes the words as they are: evaluated, a command that is only being typed would be carried out. */
function mended(shell: Shell, text: string): string {
  return (CHANGES[shell] ?? []).reduce((made, [from, to]) => {
    const changed = made.replace(from, () => to.replaceAll('@{', '\u0024{'));
    if (changed === made) throw new Error(`the script for ${shell} has nothing like ${from}`);
    return changed;
  }, text);
}

/** What bash splits at an equals sign is put together again; the package that does that may not be installed. */
const WORDS = `
    local nth
    words=() cword=0
    for nth in "@{!COMP_WORDS[@]}"; do
        if ((nth > 1)) && [[ "@{COMP_WORDS[nth]}" == = || "@{COMP_WORDS[nth - 1]}" == = ]]; then
            words[@{#words[@]} - 1]+="@{COMP_WORDS[nth]}"
        else
            words+=("@{COMP_WORDS[nth]}")
        fi
        ((nth <= COMP_CWORD)) && cword=$((@{#words[@]} - 1))
    done
    cur="@{words[cword]}"
`;

/** Each with `@{` for what begins a parameter of the shell. */
const CHANGES: Readonly<Partial<Record<Shell, readonly (readonly [RegExp, string])[]>>> = {
  // It can be read twice, needs no other package, and offers files where they may stand.
  bash: [
    [/^readonly /gm, ''],
    [/\n *_get_comp_words_by_ref -n "=:" cur prev words cword\n/, WORDS],
    [/out=\$\(eval "\$requestComp" 2>\/dev\/null\)/, `out=$(${NAME} complete -- "@{words[@]:1:cword}" 2>/dev/null)`],
    [/-- "\$cur"\) \)\n\}\n/, '-- "@{cur#--*=}") )\n}\n'],
    [/^complete -F /m, 'complete -o default -F '],
  ],
  // What stands before the equals sign is evaluated, so it is a flag and nothing else.
  zsh: [[/=~ '-\.\*='/, "=~ '^--?[A-Za-z0-9-]+='"]],
  // It has five quote marks that end such a string.
  powershell: [
    [/\(\$_ -replace "'", "''"\)/, '[System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($_)'],
  ],
};

/** Answers the scripts: what may stand in the place of the last word. */
export function complete(words: readonly string[], root: Command, takesSettings: (command: Command) => boolean): void {
  const names = () => ({
    groups: catalogWithJobs.groups,
    tools: catalogWithJobs.operations.map(({ name, spec: { title } }) => ({ name, title })),
  });
  print(completionsOf({ root, words, names, takesSettings }));
}
