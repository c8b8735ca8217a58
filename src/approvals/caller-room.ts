/** One approval of a caller, as it is listed. */
export interface Under {
  readonly id: string;
  readonly digest: string;
  readonly until: number;
  /** In characters. */
  readonly size: number;
}

/** How much is kept for one caller, in characters: beyond it the oldest finished approvals are dropped. */
const MOST_KEPT_OF_ONE = 2 * 1024 * 1024;

/** Which approvals of a caller to keep, oldest first, and which to drop. Those that can still be decided or used stay. */
export function makeRoom(all: readonly Under[], standing: ReadonlySet<string>): [kept: Under[], dropped: Under[]] {
  let size = all.reduce((sum, each) => sum + each.size, 0);
  const dropped: Under[] = [];
  for (const each of all) {
    if (size <= MOST_KEPT_OF_ONE) break;
    if (standing.has(each.id)) continue;
    dropped.push(each);
    size -= each.size;
  }
  return [all.filter((each) => !dropped.includes(each)), dropped];
}
