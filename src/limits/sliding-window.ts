/** A counted entry. One that was given back weighs nothing. */
export interface WindowEntry {
  weight: number;
  readonly endsAt: number;
}

/** Entries that have left the window, or weigh nothing, are dropped once there are more of them than this and than of the rest. */
const MOST_DEAD = 64;

/** A sum over a sliding window. Its cost does not grow with its size: entries leave only at the front. */
export class SlidingWindow {
  /** In the order in which they leave. Those before `#first` have left. */
  #entries: WindowEntry[] = [];
  #first = 0;
  #givenBack = 0;
  #sum = 0;

  /** The present sum. */
  sum(now: number): number {
    for (let entry = this.#entries[this.#first]; entry !== undefined && entry.endsAt <= now; entry = this.#entries[this.#first]) {
      if (entry.weight === 0) this.#givenBack--;
      this.#sum -= entry.weight;
      this.#first++;
    }
    this.#tidy();
    return this.#sum;
  }

  add(weight: number, endsAt: number): WindowEntry {
    const entry = { weight, endsAt };
    let at = this.#entries.length;
    // Entries belong at the end unless the clock was set back.
    while (at > this.#first && (this.#entries[at - 1] as WindowEntry).endsAt > endsAt) at--;
    if (at === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(at, 0, entry);
    this.#sum += weight;
    if (weight === 0) this.#givenBack++;
    return entry;
  }

  /** Does nothing the second time, or once the entry has left the window. */
  giveBack(entry: WindowEntry, now: number): void {
    if (entry.weight === 0 || entry.endsAt <= now) return;
    this.#sum -= entry.weight;
    this.#givenBack++;
    entry.weight = 0;
    this.#tidy();
  }

  /** When the sum will have dropped to this, if nothing is added. */
  endsAtMost(most: number): number | undefined {
    let sum = this.#sum;
    for (let at = this.#first; at < this.#entries.length; at++) {
      const { weight, endsAt } = this.#entries[at] as WindowEntry;
      sum -= weight;
      if (sum <= most) return endsAt;
    }
    return undefined;
  }

  #tidy(): void {
    const dead = this.#first + this.#givenBack;
    if (dead <= MOST_DEAD || dead * 2 <= this.#entries.length) return;
    this.#entries = this.#entries.filter((entry, index) => index >= this.#first && entry.weight !== 0);
    this.#first = 0;
    this.#givenBack = 0;
  }
}
