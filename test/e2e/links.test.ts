import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory } from '../support/scratch.js';

const directory = await scratchDirectory();
const MINE = 'a file that has nothing to do with it';
let folders = 0;

afterEach(endSandboxes);

/** A folder with a file that a link in it leads to. */
async function planted(link: string): Promise<{ readonly folder: string; readonly target: string }> {
  folders++;
  const folder = `${directory}/${folders}`;
  const target = `${folder}/target`;
  await mkdir(folder);
  await writeFile(target, MINE, { mode: 0o644 });
  await symlink(target, `${folder}/${link}`);
  return { folder, target };
}

const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
const READ = ['call', 'Users_listSortedByCreationDate', '--sandbox'];

describe('a link in the place of a file that is written', () => {
  it.each(['audit.log', 'audit.log.head', 'audit.log.key'])('is not followed for %s', async (link) => {
    const { folder, target } = await planted(link);
    const { code, stderr } = await runCommand([...READ, '--audit-log', `${folder}/audit.log`]);
    expect(await readFile(target, 'utf8')).toBe(MINE);
    expect(await mode(target)).toBe(0o644);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`${folder}/${link} is a symbolic link`) });
  });

  it('is replaced, not followed, for the new state of the sandbox', async () => {
    const { folder, target } = await planted('state.new');
    await startSandboxProgram('--state', `${folder}/state`);
    expect(await readFile(target, 'utf8')).toBe(MINE);
    expect(await mode(target)).toBe(0o644);
    expect(await mode(`${folder}/state`)).toBe(0o600);
  });
});

describe('a file that is there with a mode of its own', () => {
  it('is closed to others before anything is written', async () => {
    const folder = `${directory}/modes`;
    await mkdir(folder);
    const log = `${folder}/audit.log`;
    await Promise.all([log, `${log}.head`].map((path) => writeFile(path, '', { mode: 0o644 })));
    expect((await runCommand([...READ, '--audit-log', log])).code).toBe(0);
    for (const path of [log, `${log}.head`, `${log}.key`]) expect(await mode(path)).toBe(0o600);
  });
});
