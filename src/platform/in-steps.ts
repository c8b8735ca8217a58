import { setImmediate } from 'node:timers/promises';

/** How far a long piece of work is, in what it counts. */
export interface Done {
  readonly progress: number;
  readonly total: number;
}

/** How long the work goes on without a break, in milliseconds. */
const BREAK_MS = 50;

/**
 * Does work that would hold up everything else, with breaks in which signals and timers have their turn.
 * @param tell told at the beginning, at each break and at the end; ends the work by throwing
 */
export async function inSteps(steps: Iterable<Done>, tell: (done: Done) => void = () => {}): Promise<void> {
  let last: Done | undefined;
  let restedAt = 0;
  for (last of steps) {
    if (performance.now() - restedAt < BREAK_MS) continue;
    tell(last);
    await setImmediate();
    restedAt = performance.now();
  }
  if (last !== undefined) tell(last);
}
