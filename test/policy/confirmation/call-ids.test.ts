import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { CallIds } from '../../../src/policy/confirmation/call-ids.js';

it('are random, no two alike, and cost few draws', () => {
  const draw = vi.fn(randomBytes as (size: number) => Buffer);
  const ids = new CallIds(draw);
  const drawn = Array.from({ length: 1000 }, () => ids.next());
  expect(new Set(drawn).size).toBe(1000);
  for (const id of drawn) expect(id).toMatch(/^[\w-]{12}$/);
  expect(draw.mock.calls.length).toBeLessThan(10);
});
