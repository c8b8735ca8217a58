import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuditLine, readLine } from '../../../src/policy/audit/line.js';
import { StreamLog } from '../../../src/policy/audit/stream-log.js';

/** A reader that can stop to read, as the other end of a pipe does. */
class Reader extends Writable {
  readonly lines: AuditLine[] = [];
  #held: (() => void) | undefined;
  isStopped = false;

  override _write(chunk: Buffer, _: string, done: (error?: Error) => void): void {
    const take = (): void => {
      const line = readLine(String(chunk).trimEnd())?.line;
      if (line !== undefined) this.lines.push(line);
      done();
    };
    if (this.isStopped) this.#held = take;
    else take();
  }

  goOn(): void {
    this.isStopped = false;
    this.#held?.();
  }
}

describe('a record on a stream', () => {
  const said: string[] = [];
  const open = (stream: Writable) => StreamLog.open({ stream, key: undefined, warn: (message) => said.push(message) });

  beforeEach(() => {
    said.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fails where nothing reads it, and goes on, with what was not sent, once it is read again', async () => {
    const reader = new Reader();
    const log = await open(reader);
    await log.append({ kind: 'intent', call: 'before' });
    reader.isStopped = true;
    const late = expect(log.append({ kind: 'intent', call: 'stuck' })).rejects.toThrow(/nothing reads it/);
    const outcome = log.append({ kind: 'outcome', call: 'before' });
    const lost = expect(outcome).rejects.toThrow(/nothing reads it/);
    await vi.advanceTimersByTimeAsync(5000);
    await Promise.all([late, lost]);
    await expect(log.append({ kind: 'intent', call: 'refused at once' })).rejects.toThrow(/nothing reads it/);
    await expect(log.check()).rejects.toThrow(/nothing reads it/);
    reader.goOn();
    await vi.advanceTimersByTimeAsync(0);
    await log.append({ kind: 'intent', call: 'after' });
    expect(reader.lines.map(({ seq, kind, call, notSent }) => [seq, kind, call ?? notSent])).toEqual([
      [1, 'start', undefined],
      [2, 'intent', 'before'],
      [3, 'intent', 'stuck'],
      [4, 'outcome', 'before'],
      [5, 'recovered', ['stuck']],
      [6, 'intent', 'after'],
    ]);
    expect(said).toHaveLength(2);
  });

  it('fails for good where the stream has ended', async () => {
    const reader = new Reader();
    const log = await open(reader);
    reader.destroy(new Error('EPIPE'));
    await vi.advanceTimersByTimeAsync(0);
    await expect(log.append({ kind: 'intent', call: 'one' })).rejects.toThrow(/cannot be written: EPIPE/);
    await expect(log.append({ kind: 'intent', call: 'two' })).rejects.toThrow(/cannot be written/);
    expect(said).toEqual([expect.stringContaining('EPIPE')]);
  });
});
