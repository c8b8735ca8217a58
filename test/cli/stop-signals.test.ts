import { expect, it } from 'vitest';
import { stopSignals } from '../../src/cli/stop-signals.js';

it.each(['linux', 'darwin'] as const)('leaves SIGHUP for reading files again on %s', (platform) => {
  expect(stopSignals(platform)).toEqual(['SIGTERM', 'SIGINT']);
});

it('takes a closed console and Ctrl+Break for the end on Windows', () => {
  expect(stopSignals('win32')).toEqual(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK']);
});
