/** Something that was counted. What has been given back weighs nothing. */
export interface WindowEntry {
  weight: number;
  readonly endsAt: number;
}

/** What has left the window, or weighs nothing, is let go of when there is more of it than this and than of the rest. */
const MOST_DEAD = 64;

/** A sum over the last while. Costs the same whatever it holds: what leaves it leaves at the front. */
export class SlidingWindow {
  /** In the order in which they leave. Those before `#first` have left. */
  #entries: WindowEntry[] = [];
  #first = 0;
  #givenBack = 0;
  #sum = 0;

  /** What is counted now. */
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
    // Only a clock that was set back makes it belong anywhere but at the end.
    while (at > this.#first && (this.#entries[at - 1] as WindowEntry).endsAt > endsAt) at--;
    if (at === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(at, 0, entry);
    this.#sum += weight;
    if (weight === 0) this.#givenBack++;
    return entry;
  }

  /** A second time, or once it has left the window, this does nothing. */
  giveBack(entry: WindowEntry, now: number): void {
    if (entry.weight === 0 || entry.endsAt <= now) return;
    this.#sum -= entry.weight;
    this.#givenBack++;
    entry.weight = 0;
    this.#tidy();
  }

  /** When the sum will be at most this, if nothing is added. */
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
