import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long others wait at most while much is worked through, in milliseconds. */
const SLICE_MS = 20;

/** Parts long work, so that others are answered meanwhile: work that only awaits what is there already keeps all others waiting. */
export class Turns {
  #since = performance.now();

  /** To be awaited before each piece of work. Others have their turn where this one has lasted. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}
