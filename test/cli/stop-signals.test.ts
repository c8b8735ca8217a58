import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { stopSignals, whenAskedToEnd } from '../../src/cli/stop-signals.js';

it.each(['linux', 'darwin'] as const)('leaves SIGHUP for reading files again on %s', (platform) => {
  expect(stopSignals(platform)).toEqual(['SIGTERM', 'SIGINT']);
});

it('takes a closed console and Ctrl+Break for the end on Windows', () => {
  expect(stopSignals('win32')).toEqual(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK']);
});

it('ends in order for one Ctrl+C, though npm passes it on a second time, and at once for another, with a word', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const exit = vi.fn();
  const own = Object.assign(new EventEmitter(), { exit }) as unknown as NodeJS.Process & EventEmitter;
  const end = vi.fn();
  try {
    whenAskedToEnd(end, own);
    own.emit('SIGINT', 'SIGINT');
    clock.mockReturnValue(1001);
    own.emit('SIGINT', 'SIGINT');
    expect([end.mock.calls, exit.mock.calls, said.mock.calls]).toEqual([[['SIGINT']], [], []]);
    clock.mockReturnValue(2000);
    own.emit('SIGTERM', 'SIGTERM');
    expect([end.mock.calls.length, exit.mock.calls]).toEqual([1, [[130]]]);
    expect(said.mock.calls).toEqual([['clerk-mcp: Ended at once, without waiting for what was under way.\n']]);
  } finally {
    clock.mockRestore();
    said.mockRestore();
  }
});
