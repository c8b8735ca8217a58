import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../src/platform/make-folder.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();

it('makes a folder with those above it, for their owner alone, and takes one that is there', async () => {
  const path = join(scratch, 'a/b/c');
  await Promise.all([makeFolder(path), makeFolder(path)]);
  await makeFolder(path);
  for (const made of [path, join(scratch, 'a')]) expect((await stat(made)).mode & 0o777).toBe(0o700);
});

it('leaves the mode of a folder that is there', async () => {
  const path = join(scratch, 'open');
  await mkdir(path, { mode: 0o755 });
  await makeFolder(join(path, 'below'));
  expect((await stat(path)).mode & 0o777).toBe(0o755);
});

it('ends with an error where none can be made', async () => {
  const file = join(scratch, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toThrow(/EEXIST/);
  await expect(makeFolder(join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
});

it.runIf(process.platform === 'linux')('ends where the system says that what is there is missing', async () => {
  await expect(makeFolder('/proc/no-such-place/below')).rejects.toThrow(/ENOENT/);
});
