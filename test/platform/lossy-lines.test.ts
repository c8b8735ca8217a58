import { describe, expect, it } from 'vitest';
import { LossyLines } from '../../src/platform/lossy-lines.js';

const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** A reader that takes so many bytes at a time, or fails. */
function open() {
  const reader: { takes: number; fails: string | undefined; read: string; recovered: number[] } = {
    takes: Number.POSITIVE_INFINITY,
    fails: undefined,
    read: '',
    recovered: [],
  };
  const lines = new LossyLines({
    write: (bytes) => {
      if (reader.fails !== undefined) throw refusal(reader.fails);
      if (reader.takes === 0) throw refusal('EAGAIN');
      const taken = bytes.subarray(0, reader.takes);
      reader.takes -= taken.length;
      reader.read += taken.toString();
      return taken.length;
    },
    cut: (line) => `cut ${line.length}\n`,
    onRecovered: (dropped) => reader.recovered.push(dropped),
  });
  const put = (line: string): void => {
    lines.add(line);
    lines.flush();
  };
  return { reader, lines, put };
}

describe('lines for a reader', () => {
  it('that is slow wait, whole and in order', () => {
    const { reader, put } = open();
    reader.takes = 5;
    put('first\n');
    put('second\n');
    expect(reader.read).toBe('first');
    reader.takes = 100;
    put('third\n');
    expect(reader.read).toBe('first\nsecond\nthird\n');
    expect(reader.recovered).toEqual([]);
  });

  it('that takes nothing are dropped once many wait, counted, and told once it takes lines again', () => {
    const { reader, lines, put } = open();
    reader.takes = 0;
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 1500; count++) put(line);
    expect(lines.dropped).toBe(1500 - 1024);
    reader.takes = Number.POSITIVE_INFINITY;
    put('again\n');
    expect(reader.read.split('\n')).toHaveLength(1024 + 2 - 1);
    put('again\n');
    expect(reader.recovered).toEqual([1500 - 1024 + 1]);
  });

  it.each(['EPIPE', 'ENOSPC', 'EIO'])('that fails with %s are dropped and counted', (code) => {
    const { reader, lines, put } = open();
    reader.fails = code;
    put('one\n');
    lines.add('two\n');
    put('three\n');
    expect(lines.dropped).toBe(3);
    reader.fails = undefined;
    put('four\n');
    expect(reader).toMatchObject({ read: 'four\n', recovered: [3] });
  });

  it('that failed in the middle of one go on at the beginning of a line', () => {
    const { reader, put } = open();
    reader.takes = 4;
    put('{"cut":1}\n');
    reader.fails = 'ENOSPC';
    put('{"gone":2}\n');
    reader.takes = 100;
    reader.fails = undefined;
    put('{"whole":3}\n');
    expect(reader.read).toBe('{"cu\n{"whole":3}\n');
  });

  it('are cut where somebody made them long', () => {
    const { reader, put } = open();
    put(`${'x'.repeat(3_500_000)}\n`);
    expect(reader.read).toBe('cut 3500001\n');
  });
});
