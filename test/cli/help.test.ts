import { expect, it } from 'vitest';
import { manyLines } from '../support/many-lines.js';
import { scratchDirectory } from '../support/scratch.js';

/** The help of commands, by their words. */
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

it('ends the help of the program and of every command with lines that can be typed', async () => {
  const cwd = await scratchDirectory();
  const root = await helpOf([''], cwd);
  const first = await helpOf(below('', root.get('') ?? ''), cwd);
  const second = await helpOf(
    [...first].flatMap(([words, help]) => below(words, help)),
    cwd,
  );
  const all = new Map([...root, ...first, ...second]);
  expect([...all.keys()]).toEqual(expect.arrayContaining(['call', 'token rotate', 'approvals decline', 'completion']));
  for (const [words, help] of all) expect(help, words).toMatch(/^Examples?:\n {2}\S/m);
  expect([...all.keys()]).not.toContain('complete');
});
