import { appendFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { GENESIS, sha256, writeLine } from '../../../../src/policy/audit/line.js';
import { LogReader } from '../../../../src/policy/audit/ship/log-reader.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = await scratchDirectory();
let count = 0;

async function freshFile(): Promise<string> {
  const directory = `${scratch}/${++count}`;
  await mkdir(directory);
  return `${directory}/audit.log`;
}

/** So many lines of a log. */
function lines(last: number, text = ''): string[] {
  let prev = GENESIS;
  return Array.from({ length: last }, (_, nth) => {
    const line = writeLine({ kind: 'refused', target: text }, { seq: nth + 1, prev }, '2026-01-31T12:00:00.000Z', undefined);
    prev = sha256(line);
    return line;
  });
}

const LIMITS = { lines: 100, bytes: 1024 * 1024 };

async function readAll(reader: LogReader, limits = LIMITS): Promise<number[]> {
  const seqs: number[] = [];
  for (;;) {
    const read = await reader.peek(limits);
    const last = read.at(-1);
    if (last === undefined) return seqs;
    seqs.push(...read.map(({ line }) => line.seq));
    reader.pass(last);
  }
}

it('passes over what is no line, however long it is, and keeps what has no end yet for later', async () => {
  const file = await freshFile();
  const [first, second, third] = lines(3);
  await writeFile(
    file,
    `no line\n\n${first}\n${'x'.repeat(9 * 1024 * 1024)}\n{"seq":1}\n\u0000\u00ff\n${second}\n${third?.slice(0, 40)}`,
  );
  const said: string[] = [];
  const reader = new LogReader(file, undefined, (message) => said.push(message));
  expect(await readAll(reader)).toEqual([1, 2]);
  await appendFile(file, `${third?.slice(40)}\n`);
  expect(await readAll(reader)).toEqual([3]);
  expect(said).toEqual([]);
  await reader.close();
});

it('reads no more at once than the limits say, but always one', async () => {
  const file = await freshFile();
  const all = lines(5, 'y'.repeat(1000));
  await writeFile(file, all.map((line) => `${line}\n`).join(''));
  const reader = new LogReader(file, undefined, () => {});
  expect((await reader.peek({ lines: 2, bytes: 1024 * 1024 })).length).toBe(2);
  expect((await reader.peek({ lines: 5, bytes: 2500 })).length).toBe(2);
  expect((await reader.peek({ lines: 5, bytes: 1 })).length).toBe(1);
  expect((await reader.peek({ lines: 5, bytes: 1024 * 1024, through: 3 })).map(({ line }) => line.seq)).toEqual([1, 2, 3]);
  await reader.close();
});

it('waits for a log that is not there, is empty, or is no file', async () => {
  const file = await freshFile();
  const reader = new LogReader(file, undefined, () => {});
  expect(await readAll(reader)).toEqual([]);
  await writeFile(file, '');
  expect(await readAll(reader)).toEqual([]);
  await appendFile(file, `${lines(1)[0]}\n`);
  expect(await readAll(reader)).toEqual([1]);
  await truncate(file, 0);
  expect(await readAll(reader)).toEqual([]);
  await reader.close();
  const folder = `${await freshFile()}`;
  await mkdir(folder);
  const blocked = new LogReader(folder, undefined, () => {});
  expect(await readAll(blocked)).toEqual([]);
  await blocked.close();
});

it('finds its place by the hint of the cursor, and without it by the number', async () => {
  const file = await freshFile();
  const all = lines(4);
  await writeFile(file, all.map((line) => `${line}\n`).join(''));
  const hash = sha256(all[1] ?? '');
  const at = (all[0]?.length ?? 0) + 1;
  for (const hint of [
    { at, length: all[1]?.length ?? 0 },
    { at: 3, length: 7 },
    { at: 10 ** 9, length: 10 ** 9 },
  ]) {
    const reader = new LogReader(file, { seq: 2, sha256: hash, ...hint }, () => {});
    expect(await readAll(reader)).toEqual([3, 4]);
    await reader.close();
  }
});
