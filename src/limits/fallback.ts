import type { Availability, CounterStore, Reservation, Reserved } from './counter-store.js';

/**
 * Counts in the shared store or, while that is away, for this process alone. For limits against overload, where going on
 * is better than standing still; never for budgets, where it is the other way round.
 */
export class FallbackCounterStore implements CounterStore {
  readonly #shared: CounterStore;
  readonly #local: CounterStore;

  constructor(shared: CounterStore, local: CounterStore) {
    this.#shared = shared;
    this.#local = local;
  }

  async reserve(shares: readonly Reservation[]): Promise<Reserved> {
    try {
      return await this.#shared.reserve(shares);
    } catch {
      return this.#local.reserve(shares);
    }
  }

  async room(shares: readonly Reservation[]): Promise<Availability> {
    try {
      return await this.#shared.room(shares);
    } catch {
      return this.#local.room(shares);
    }
  }
}
