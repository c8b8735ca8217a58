import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Approvers } from '../../src/approvals/approvers.js';
import { announce, runningServers } from '../../src/approvals/running.js';
import { encodeText } from '../../src/platform/read-text.js';
import { withPassphrase } from '../support/approvals-page.js';
import { scratchDirectory } from '../support/scratch.js';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
const json = (...names: string[]): string => JSON.stringify({ approvers: names.map((name) => withPassphrase(name)) }, null, 2);

describe('the file of approvers', () => {
  it.each([
    ['UTF-8 with a mark', { encoding: 'utf-8', isMarked: true }],
    ['UTF-16', { encoding: 'utf-16le', isMarked: true }],
    ['UTF-16 of the other order', { encoding: 'utf-16be', isMarked: true }],
  ] as const)('is read in %s, with CRLF', async (_, form) => {
    const path = join(await scratchDirectory(), 'approvers.json');
    await writeFile(path, encodeText(json('ann', 'bob').replaceAll('\n', '\r\n'), form), { mode: 0o600 });
    const approvers = new Approvers(path);
    expect((await approvers.all()).map(({ name }) => name)).toEqual(['ann', 'bob']);
    await approvers.remove('bob');
    expect((await approvers.all()).map(({ name }) => name)).toEqual(['ann']);
  });

  it('says what to do about a text that it cannot read', async () => {
    const path = join(await scratchDirectory(), 'approvers.json');
    await writeFile(path, Buffer.from(json('ann'), 'utf16le'), { mode: 0o600 });
    await expect(new Approvers(path).all()).rejects.toThrow('save it as UTF-8');
  });

  it('is for its owner alone, whatever it was before', async () => {
    const path = join(await scratchDirectory(), 'approvers.json');
    await writeFile(path, json('ann'), { mode: 0o644 });
    await new Approvers(path).add(withPassphrase('bob'));
    expect(await modeOf(path)).toBe(0o600);
  });

  it('is never written through a link that stands in the place of its draft', async () => {
    const directory = await scratchDirectory();
    const [path, victim] = [join(directory, 'approvers.json'), join(directory, 'victim')];
    await writeFile(victim, 'as it was');
    for (const target of [victim, join(directory, 'nowhere')]) {
      await symlink(target, `${path}.new`);
      await expect(new Approvers(path).add(withPassphrase('ann'))).rejects.toThrow('Another command');
      expect((await lstat(`${path}.new`)).isSymbolicLink()).toBe(true);
      await unlink(`${path}.new`);
    }
    expect(await readFile(victim, 'utf8')).toBe('as it was');
    expect(await readdir(directory)).toEqual(['victim']);
  });

  it('has each subject of an issuer once', async () => {
    const path = join(await scratchDirectory(), 'approvers.json');
    const subjects = [{ issuer: 'https://id.example.com', sub: 'one' }];
    const other = [{ issuer: 'https://id.example.org', sub: 'one' }];
    const write = (...people: object[]) => writeFile(path, JSON.stringify({ approvers: people }), { mode: 0o600 });
    await write(withPassphrase('ann', { subjects }), withPassphrase('bob', { subjects: other }));
    expect((await new Approvers(path).findBySubject({ issuer: 'https://id.example.org', sub: 'one' }))?.name).toBe('bob');
    await write(withPassphrase('ann', { subjects }), withPassphrase('bob', { subjects }));
    await expect(new Approvers(path).all()).rejects.toThrow('approvers.1.subjects: lists one twice');
  });

  it('is nothing but a file', async () => {
    const path = join(await scratchDirectory(), 'approvers.json');
    await mkdir(path);
    await expect(new Approvers(path).all()).rejects.toThrow('no file that can be read: name a file');
  });
});

describe('the note of where a server runs', () => {
  it('is for its owner alone, and takes the place of a link', async () => {
    const directory = await scratchDirectory();
    const [file, victim] = [join(directory, 'approvers.json'), join(directory, 'victim')];
    const note = join(directory, 'approvals', `${process.pid}.json`);
    await writeFile(victim, 'as it was');
    await mkdir(join(directory, 'approvals'));
    await symlink(victim, note);
    const takeBack = await announce(file, { url: 'http://localhost:1/approvals', instance: 'live' });
    expect((await lstat(note)).isFile()).toBe(true);
    expect(await modeOf(note)).toBe(0o600);
    expect(await readFile(victim, 'utf8')).toBe('as it was');
    expect(await runningServers(file)).toMatchObject([{ url: 'http://localhost:1/approvals' }]);
    await takeBack();
    expect(await runningServers(file)).toEqual([]);
  });

  it('is believed where its owner alone can have written it, since passphrases go to what it names', async () => {
    const directory = await scratchDirectory();
    const [file, folder] = [join(directory, 'approvers.json'), join(directory, 'approvals')];
    await mkdir(folder);
    const text = JSON.stringify({ pid: process.pid, url: 'http://localhost:1/approvals', instance: 'live' });
    const note = join(folder, '1.json');
    await writeFile(note, text, { mode: 0o600 });
    expect(await runningServers(file)).toHaveLength(1);
    await chmod(note, 0o666);
    expect(await runningServers(file)).toEqual([]);
    await rm(note);
    await writeFile(join(directory, 'elsewhere'), text, { mode: 0o600 });
    await symlink(join(directory, 'elsewhere'), note);
    expect(await runningServers(file)).toEqual([]);
  });
});
