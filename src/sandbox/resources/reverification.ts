import type * as z from 'zod';
import type { reverification } from '../../catalog/resources/session.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** A second proof of who is at a session. Only its client can begin one, so here they come from a seed. */
export interface ReverificationRow extends Row, Pick<z.infer<typeof reverification>, 'level'> {
  session_id: string;
  user_id: string;
  first_factor_verified_at: number | null;
  second_factor_verified_at: number | null;
}

export const reverifications = defineResource<ReverificationRow>()({
  name: 'reverification',
  prefix: 'reverif',
  owners: { session: 'session_id' },
  show: (row) => ({ object: 'reverification', ...row, status: statusOf(row) }),
});

/** What is still to be proved, the first factor first. */
function statusOf({ level, first_factor_verified_at: first, second_factor_verified_at: second }: ReverificationRow): string {
  if (level !== 'second_factor' && first === null) return 'needs_first_factor';
  if (level !== 'first_factor' && second === null) return 'needs_second_factor';
  return 'complete';
}
