import type { Review } from './review.js';

const list = (texts: readonly string[]): string => texts.join(' ') || 'nothing';

/** The parts of a review that can change while a call waits, by name. Of the inputs only the looked-up names can change. */
const PARTS: readonly (readonly [name: string, text: (review: Review) => string])[] = [
  ['The target', ({ target }) => target ?? 'none'],
  ['What happens', ({ effects }) => list(effects)],
  ['What was counted', ({ details }) => list(details)],
  ['Who is named', ({ parties }) => list(parties.map(({ id, name }) => name ?? id))],
  ['The inputs', ({ inputs }) => list(inputs.flatMap(({ lines }) => lines))],
  ['The instance', ({ instance }) => instance.text],
  ['What must be typed', ({ word }) => word ?? 'nothing'],
];

/** What differs from what the person was shown, a sentence each. The caller is not compared. */
export function changesBetween(shown: Review, now: Review): readonly string[] {
  return PARTS.filter(([, text]) => text(shown) !== text(now)).map(
    ([name, text]) => `${name} was: ${text(shown)} Now: ${text(now)}`,
  );
}
