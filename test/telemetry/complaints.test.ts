import { describe, expect, it } from 'vitest';
import { Complaints } from '../../src/telemetry/complaints.js';

describe('that telemetry does not get through', () => {
  it('is told at once, and then once a minute at most with all that was lost meanwhile', () => {
    const told: unknown[] = [];
    let now = 0;
    const complaints = new Complaints({ warn: (facts: unknown) => told.push(facts) } as never, () => now);
    complaints.note('traces', undefined);
    expect(told).toEqual([]);
    complaints.note('traces', 'ECONNREFUSED');
    expect(told).toEqual([{ lost: { traces: { reason: 'ECONNREFUSED', exports: 1 } } }]);
    for (now = 1; now < 60_000; now += 1000) complaints.note(now % 2000 > 1000 ? 'logs' : 'traces', 'HTTP status 500');
    expect(told).toHaveLength(1);
    now = 60_000;
    complaints.note('metrics', 'no answer in time');
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual({
      lost: {
        traces: { reason: 'HTTP status 500', exports: 30 },
        logs: { reason: 'HTTP status 500', exports: 30 },
        metrics: { reason: 'no answer in time', exports: 1 },
      },
    });
  });
});
