import { manyLines } from './many-lines.js';

async function helpOf(all: readonly string[], cwd: string): Promise<Map<string, string>> {
  const told = await manyLines(
    all.map((words) => ({ args: [...words.split(' ').filter((word) => word !== ''), '--help'] })),
    cwd,
  );
  return new Map(all.map((words, nth) => [words, told[nth]?.stdout ?? '']));
}

/** The commands that a help lists. */
const below = (words: string, help: string): string[] =>
  [...(help.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name]) => `${words} ${name}`.trim())
    .filter((name) => !name.endsWith('help'));

/** The help of the program and of every command, by its words. */
export async function helpOfAll(cwd: string): Promise<Map<string, string>> {
  const root = await helpOf([''], cwd);
  const first = await helpOf(below('', root.get('') ?? ''), cwd);
  const second = await helpOf(
    [...first].flatMap(([words, help]) => below(words, help)),
    cwd,
  );
  return new Map([...root, ...first, ...second]);
}
