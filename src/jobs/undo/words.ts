import type { Operation } from '../../catalog/operation.js';
import type { UndoWords } from '../../policy/list-call.js';

/** Whether a call of the operation can be taken back, as a person is told. */
export function undoWords({ spec, reviewed }: Operation): UndoWords {
  const { undo } = spec;
  if (undo === undefined) return { can: 'never', says: reviewed ? undefined : 'nobody has looked at how it could be' };
  if ('never' in undo) return { can: 'never', says: undo.never };
  return undo.lost === undefined ? { can: 'wholly', says: undefined } : { can: 'in part', says: undo.lost };
}
