import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { SlidingWindow, type WindowEntry } from '../../src/limits/sliding-window.js';

const WINDOW = 100;

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), weight: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant('give back' as const), nth: fc.nat(300) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -50, max: 80 }) }),
);

it('counts as going through all of it would, whatever is given back and whenever the clock is set', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const window = new SlidingWindow();
      const all: { entry: WindowEntry; weight: number; endsAt: number }[] = [];
      let now = 1000;
      for (const taken of steps) {
        if (taken.kind === 'wait') {
          now += taken.ms;
          // What has left stays away, also when the clock is set back.
          for (const each of all) if (each.endsAt <= now) each.weight = 0;
        } else if (taken.kind === 'add') {
          const endsAt = now + WINDOW;
          all.push({ entry: window.add(taken.weight, endsAt), weight: taken.weight, endsAt });
        } else {
          const chosen = all[taken.nth];
          if (chosen === undefined) continue;
          window.giveBack(chosen.entry, now);
          chosen.weight = 0;
        }
        const left = all.filter(({ weight }) => weight > 0);
        const sum = left.reduce((total, { weight }) => total + weight, 0);
        expect(window.sum(now)).toBe(sum);
        const last = left.map(({ endsAt }) => endsAt).sort((a, b) => b - a)[0];
        if (last !== undefined) expect(window.endsAtMost(0)).toBe(last);
      }
    }),
    { numRuns: 500 },
  );
});

it('counts long after what it began with has left', () => {
  const window = new SlidingWindow();
  for (let now = 0; now < 10_000; now++) {
    const entry = window.add(1, now + WINDOW);
    if (now % 3 === 0) window.giveBack(entry, now);
    expect(window.sum(now)).toBeLessThanOrEqual(WINDOW);
  }
  expect(window.sum(10_000 + WINDOW)).toBe(0);
  expect(window.endsAtMost(0)).toBeUndefined();
});
