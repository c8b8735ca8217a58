import { describe, expect, it } from 'vitest';
import { putInPlace } from '../../src/platform/put-in-place.js';
import { isSameFile } from '../../src/platform/same-file.js';

function failing(times: number, code: string) {
  const seen = { moves: 0, waits: 0 };
  const rename = async (): Promise<void> => {
    seen.moves++;
    if (seen.moves <= times) throw Object.assign(new Error(code), { code });
  };
  const wait = async (): Promise<void> => void seen.waits++;
  return { seen, rename, wait };
}

describe('putInPlace', () => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('waits on Windows while another program holds the file (%s)', async (code) => {
    const { seen, ...means } = failing(3, code);
    await putInPlace('a', 'b', { platform: 'win32', ...means });
    expect(seen).toEqual({ moves: 4, waits: 3 });
  });

  it('gives up on Windows with the error of the system', async () => {
    const { seen, ...means } = failing(Number.POSITIVE_INFINITY, 'EPERM');
    await expect(putInPlace('a', 'b', { platform: 'win32', ...means })).rejects.toMatchObject({ code: 'EPERM' });
    expect(seen.moves).toBe(seen.waits + 1);
  });

  it.each([
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
    ['darwin', 'EACCES'],
  ] as const)('tries once on %s where the system says %s', async (platform, code) => {
    const { seen, ...means } = failing(1, code);
    await expect(putInPlace('a', 'b', { platform, ...means })).rejects.toMatchObject({ code });
    expect(seen).toEqual({ moves: 1, waits: 0 });
  });
});

describe('isSameFile', () => {
  const file = { dev: 1n, ino: 2n ** 60n };

  it('takes the same id on another volume for another file, except on Windows', () => {
    const other = { ...file, dev: 2n };
    expect(isSameFile(file, other, 'linux')).toBe(false);
    expect(isSameFile(file, other, 'darwin')).toBe(false);
    expect(isSameFile(file, other, 'win32')).toBe(true);
  });

  it.each(['linux', 'win32'] as const)('tells apart on %s what a number could not', (platform) => {
    const next = { ...file, ino: file.ino + 1n };
    expect(Number(next.ino)).toBe(Number(file.ino));
    expect(isSameFile(file, next, platform)).toBe(false);
    expect(isSameFile(file, { ...file }, platform)).toBe(true);
  });
});
