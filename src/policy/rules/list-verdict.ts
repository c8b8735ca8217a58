import type { CallList } from '../list-call.js';
import type { Verdict } from './verdict.js';

/** What the rules say about a list: it needs everything that any of its calls needs. */
export function listVerdict({ items }: CallList): Verdict {
  const judged = items.map((item) => item.judged);
  const gated = judged.filter(({ action }) => action === 'confirm');
  const within = gated.map(({ withinMs }) => withinMs ?? Number.POSITIVE_INFINITY);
  const withinMs = Math.min(...new Set(within));
  return {
    action: gated.length > 0 ? 'confirm' : 'allow',
    strengths: [...new Set(gated.flatMap(({ strengths }) => strengths))],
    rule: (gated[0] ?? judged[0])?.rule ?? '',
    reason: undefined,
    approvers: [...new Map(gated.flatMap(({ approvers }) => approvers).map((names) => [names.join(), names])).values()],
    byAnother: gated.some((each) => each.byAnother === true),
    withinMs: Number.isFinite(withinMs) ? withinMs : undefined,
    maxItems: undefined,
  };
}
