import { setImmediate as nextTurn } from 'node:timers/promises';

/** The longest that others wait during long work, in milliseconds. */
const SLICE_MS = 20;

/** Splits long work so that others are answered meanwhile: work that awaits only settled promises keeps all others waiting. */
export class Turns {
  #since = performance.now();

  /** Await this before each piece of work. Lets others have their turn if this one has lasted long enough. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}
