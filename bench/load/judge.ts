import type { Made } from './callers.js';
import type { Recorded } from './deployment.js';

export interface Evidence {
  readonly made: readonly Made[];
  /** How often each write was carried out. */
  readonly done: ReadonlyMap<string, number>;
  readonly recorded: ReadonlyMap<string, Recorded>;
}

/** What is not as it was promised, a line each. */
export function faultsIn({ made, done, recorded }: Evidence): string[] {
  const faults: string[] = [];
  for (const { mark, end, why } of made) {
    if (end === 'untold') faults.push(`${mark ?? 'a read'}: its caller was told nothing (${why})`);
    if (mark === undefined) continue;
    const times = done.get(mark) ?? 0;
    const { intents = 0, successes = 0 } = recorded.get(mark) ?? {};
    if (times > 1) faults.push(`${mark}: carried out ${times} times`);
    if (end === 'done' && times !== 1) faults.push(`${mark}: its caller was told that it is done, carried out ${times} times`);
    if (end === 'not done' && times !== 0) faults.push(`${mark}: its caller was told that nothing changed (${why}), and it did`);
    if (times > 0 && intents === 0) faults.push(`${mark}: carried out, and not on record`);
    if (intents > 1) faults.push(`${mark}: on record ${intents} times`);
    if (successes > 0 && times !== 1) faults.push(`${mark}: done on record, carried out ${times} times`);
    if (end === 'done' && successes !== 1)
      faults.push(`${mark}: its caller was told that it is done, the record has no such outcome`);
  }
  return faults;
}
