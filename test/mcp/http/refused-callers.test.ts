import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusedCallers } from '../../../src/mcp/http/refused-callers.js';

describe('the log of refused callers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const lines: unknown[] = [];
  const make = (): RefusedCallers => {
    lines.length = 0;
    return new RefusedCallers({ info: (line: unknown) => lines.push(line), warn: (line: unknown) => lines.push(line) } as never);
  };

  it('has one line a second for each reason, the next of which says how many were left out', () => {
    const refused = make();
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) refused.note({ why: 'invalid', address });
    refused.note({ why: 'origin', address: '10.0.0.4', origin: 'https://evil.example' });
    const first = [
      { why: 'invalid', address: '10.0.0.1' },
      { why: 'origin', address: '10.0.0.4', origin: 'https://evil.example' },
    ];
    expect(lines).toEqual(first);
    vi.advanceTimersByTime(1000);
    expect(lines).toEqual([...first, { why: 'invalid', address: '10.0.0.3', leftOut: 1 }]);
    vi.advanceTimersByTime(5000);
    expect(lines).toHaveLength(3);
    refused.note({ why: 'invalid', address: '10.0.0.5' });
    expect(lines.at(-1)).toEqual({ why: 'invalid', address: '10.0.0.5' });
  });

  it('cuts what the caller wrote', () => {
    make().note({ why: 'host', address: '10.0.0.1', host: 'x'.repeat(5000) });
    expect(lines).toEqual([{ why: 'host', address: '10.0.0.1', host: 'x'.repeat(100) }]);
  });
});
