import type { Run } from './run.js';

/** The plans that this process is carrying out. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #claimed = new Set<string>();

  get(plan: string): Run | undefined {
    return this.#runs.get(plan);
  }

  /** Keeps others from beginning the plan until the claim is released; undefined if the plan is claimed already. */
  claim(plan: string): (() => void) | undefined {
    if (this.#claimed.has(plan) || this.#runs.has(plan)) return undefined;
    this.#claimed.add(plan);
    return () => this.#claimed.delete(plan);
  }

  add(plan: string, run: Run): void {
    this.#runs.set(plan, run);
    this.#claimed.delete(plan);
    void run.ended.catch(() => {}).finally(() => this.#runs.delete(plan));
  }

  /** Lets the calls under way finish, and begins no others. */
  async close(): Promise<void> {
    const running = [...this.#runs.values()];
    for (const run of running) run.stop();
    await Promise.allSettled(running.map(({ ended }) => ended));
  }
}
