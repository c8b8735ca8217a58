import leven from 'leven';

/** The distance of a word that is part of the other, in edits. */
const PART_OF = 2;

/** Longer words are not compared: they are not typos, and the cost grows with the product of both lengths. */
const LONGEST = 100;

/** The most candidates that are compared. */
const MOST_CANDIDATES = 1000;

/** The candidates most like `word`, best first; empty where none is near enough for a typo. */
function nearest(word: string, candidates: Iterable<string>): string[] {
  if (word.length > LONGEST) return [];
  const wanted = word.toLowerCase();
  const near: { candidate: string; edits: number }[] = [];
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > MOST_CANDIDATES) break;
    if (candidate.length > LONGEST) continue;
    const known = candidate.toLowerCase();
    const part = wanted.length >= 3 && (known.includes(wanted) || wanted.includes(known));
    const edits = Math.min(leven(wanted, known), part ? PART_OF : Number.POSITIVE_INFINITY);
    if (edits <= Math.max(2, Math.floor(Math.max(wanted.length, known.length) / 3))) near.push({ candidate, edits });
  }
  near.sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate));
  const best = near[0]?.edits ?? 0;
  return near
    .filter(({ edits }) => edits <= best + 1 && (best > 1 || edits === best))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** ` Did you mean a, b or c?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const names = nearest(word, candidates);
  if (names.length === 0) return '';
  const last = names.at(-1);
  return ` Did you mean ${names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`}?`;
}
