import { describe, expect, it } from 'vitest';
import { checkClock } from '../../../src/cli/doctor/check-clock.js';
import { checkProgram } from '../../../src/cli/doctor/check-runtime.js';
import { within } from '../../../src/cli/doctor/finding.js';

describe('the clock', () => {
  const noon = Date.UTC(2026, 0, 31, 12);
  const date = new Date(noon).toUTCString();

  it.each([
    ['the same', 0, 100, 'ok'],
    ['3 s ahead', 3_000, 100, 'ok'],
    ['5 s behind', -5_000, 100, 'ok'],
    ['7 s behind', -7_000, 100, 'warning'],
    ['30 s ahead', 30_000, 100, 'warning'],
    ['2 minutes ahead', 120_000, 100, 'failure'],
    ['an hour behind', -3_600_000, 100, 'failure'],
    // Of a slow answer nobody knows when it was dated.
    ['7 s behind after a slow answer', -7_000, 8_000, 'ok'],
  ])('is %s', (_, ahead, took, status) => {
    const began = noon + 500 + ahead - took / 2;
    expect(checkClock(date, { began, ended: began + took })).toMatchObject({ check: 'clock', status });
  });

  it('says by how much and to which side, and what to do', () => {
    expect(checkClock(date, { began: noon + 90_500, ended: noon + 90_500 })).toEqual({
      check: 'clock',
      status: 'failure',
      message: 'The clock is 90 s ahead of that of the API. Tokens look expired, or not yet valid.',
      advice: expect.stringContaining('NTP'),
    });
  });

  it('cannot be compared with what is no time', () => {
    expect(checkClock('soon', { began: noon, ended: noon })).toMatchObject({ status: 'warning' });
  });
});

describe('Node', () => {
  it.each([
    ['20.18.1', 'ok'],
    ['20.20.2', 'ok'],
    ['24.0.0', 'ok'],
    ['20.18.0', 'failure'],
    ['20.9.9', 'failure'],
    ['18.99.0', 'failure'],
  ])('%s is %s', (version, status) => expect(checkProgram(version).status).toBe(status));
});

describe('a check', () => {
  it('that fails in an unforeseen way is a finding', async () => {
    const broken = async () => {
      throw new Error('unforeseen');
    };
    expect(await within('policy', broken)).toEqual([{ check: 'policy', status: 'failure', message: 'unforeseen' }]);
  });
});
