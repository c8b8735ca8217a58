import { expect, it } from 'vitest';
import { helpOfAll } from '../support/help-of-all.js';
import { scratchDirectory } from '../support/scratch.js';

it('ends the help of the program and of every command with lines that can be typed', async () => {
  const all = await helpOfAll(await scratchDirectory());
  expect([...all.keys()]).toEqual(expect.arrayContaining(['call', 'token rotate', 'approvals decline', 'completion']));
  for (const [words, help] of all) expect(help, words).toMatch(/^Examples?:\n {2}\S/m);
  expect([...all.keys()]).not.toContain('complete');
});
