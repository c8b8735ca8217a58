/** The middle of some samples and where their middle half lies. */
export interface Spread {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

/** By contestant, the floor first. */
export type Results = ReadonlyMap<string, Spread>;

/** One sample of a contestant, in the unit of the row. */
export type Sample = () => Promise<number>;

/** Takes turns (ABAB…), so that what else the machine does hits all alike. */
export async function interleave(contestants: Readonly<Record<string, Sample>>, rounds: number): Promise<Results> {
  const rows = Object.entries(contestants).map(([name, sample]) => [name, async () => [await sample()]] as const);
  const [results = new Map()] = await interleaveRows(Object.fromEntries(rows), rounds);
  return results;
}

/** The same where each sample measures several things at once: results in their order. */
export async function interleaveRows(
  contestants: Readonly<Record<string, () => Promise<readonly number[]>>>,
  rounds: number,
): Promise<Results[]> {
  const taken = new Map<string, (readonly number[])[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, sample] of Object.entries(contestants)) taken.get(name)?.push(await sample());
  }
  const [rows = []] = taken.values().next().value ?? [];
  return rows.map((_, row) => {
    const spreads = [...taken].map(
      ([name, samples]) => [name, spreadOf(samples.map((sample) => sample[row] ?? Number.NaN))] as const,
    );
    return new Map(spreads);
  });
}

/** The median of so many calls made one after the other, in milliseconds. */
export async function median(call: () => Promise<unknown>, calls: number): Promise<number> {
  const taken: number[] = [];
  for (let nth = 0; nth < calls; nth++) {
    const at = performance.now();
    await call();
    taken.push(performance.now() - at);
  }
  return spreadOf(taken).median;
}

/** Calls per second with so many in flight. */
export async function throughput(call: () => Promise<unknown>, calls: number, inFlight: number): Promise<number> {
  const at = performance.now();
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (calls / (performance.now() - at)) * 1000;
}
