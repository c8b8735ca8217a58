import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Undo } from '../../catalog/operation-types.js';

/** Whether a call can be undone. `says` is a clause: `the sessions that it ends are lost`. */
export interface UndoWords {
  readonly can: 'wholly' | 'in part' | 'never';
  readonly says: string | undefined;
}

/**
 * What a person is told about undoing a call; undefined if the operation has not been reviewed.
 * @param isKept whether the state before the call is kept
 */
export function undoWords({ spec: { undo } }: Operation, args: Arguments, isKept: boolean): UndoWords | undefined {
  if (undo === undefined) return undefined;
  if ('never' in undo) return { can: 'never', says: undo.never };
  const unread = undo.unread?.filter((input) => args[input] !== undefined) ?? [];
  if (unread.length > 0) return { can: 'never', says: `the former ${unread.join(' and ')} cannot be read` };
  const lost = [...(undo.lost === undefined ? [] : [undo.lost]), ...(!isKept && needsFormer(undo) ? [NOT_KEPT] : [])];
  return lost.length === 0 ? { can: 'wholly', says: undefined } : { can: 'in part', says: lost.join(', and ') };
}

const NOT_KEPT = 'its former state is not kept here';

/** Whether undoing needs the object as it was before. */
export const needsFormer = (undo: Exclude<Undo, { readonly never: string }>): boolean =>
  undo.restores !== undefined || JSON.stringify(undo.with).includes('{before.');

/** The same as a sentence; undefined for what changes nothing. */
export function undoSentence(words: UndoWords | undefined, { reviewed }: Operation): string | undefined {
  if (words === undefined) return reviewed ? undefined : 'Whether this can be undone is not known.';
  const { can, says } = words;
  if (can === 'never') return says === undefined ? 'This cannot be undone.' : `This cannot be undone: ${says}.`;
  return says === undefined ? 'This can be undone.' : `This can be undone, but ${says}.`;
}
