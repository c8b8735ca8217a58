import type { Operation } from '../../catalog/operation.js';

/** What an operation leaves behind, as a sentence. */
export function leftSentence({ spec: { leaves = [] } }: Operation): string | undefined {
  return leaves.length === 0 ? undefined : `What stays: ${leaves.map(({ what }) => what).join(', ')}.`;
}
