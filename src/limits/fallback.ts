import type { Availability, CounterStore, Reservation, Reserved } from './counter-store.js';

/**
 * Counts in the shared store, and for this process alone while that is away. For limits that protect against too
 * much, where going on is better than standing still; never for budgets, where it is the other way round.
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
