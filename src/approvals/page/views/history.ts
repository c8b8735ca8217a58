import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import { plain } from '../../../platform/plain-text.js';
import type { ApprovalState } from '../../../policy/confirmation/approvals.js';
import { APPROVAL_STATES } from '../../../policy/confirmation/approvals.js';
import { type Approval, stateOf } from '../../approval.js';
import type { DecisionsShown } from '../../decisions.js';
import { writeUsedBy } from '../../undo.js';
import { chartView } from './chart.js';
import { filterField, filterOptions } from './filters.js';
import { type Frame, layout } from './layout.js';
import { undoForm } from './undo.js';
import { badge, decidedBy, STATE_WORDS, state } from './words.js';

/** Which approvals to show; an empty text does not filter. */
interface HistoryFilter {
  /** Found anywhere in what the row shows, or in the ids. */
  readonly text: string;
  readonly state: string;
  readonly caller: string;
}

const historyFilter = (query: URLSearchParams): HistoryFilter => ({
  text: (query.get('q') ?? '').slice(0, 200),
  state: query.get('state') ?? '',
  caller: query.get('caller') ?? '',
});

export interface HistoryShown {
  /** All approvals kept, newest first. */
  readonly approvals: readonly Approval[];
  readonly decisions: DecisionsShown;
  /** What can be undone, as forms write it; `undefined` if undoing is switched off. */
  readonly undoable: ReadonlySet<string> | undefined;
}

export function historyView(frame: Frame, { approvals, decisions, undoable }: HistoryShown, query: URLSearchParams): Html {
  const filter = historyFilter(query);
  const { now, base } = frame;
  const callers = [...new Set(approvals.map(({ caller }) => caller.name))].sort();
  const found = approvals.filter((approval) => isWanted(approval, filter, now));
  const states: readonly ApprovalState[] = APPROVAL_STATES;
  const body = html`<h1>History</h1>
<p class="soft">Calls of the last day. The <a href="${base}/record">record</a> goes back further.${undoable && html` <a href="${base}/undo">What can be taken back</a>`}</p>
${chartView(base, decisions, query)}
<form class="card filters" method="get" action="${base}/history" role="search">
<input type="hidden" name="range" value="${decisions.range}">
${filterField('q', 'Search', query, 'search')}
${filterOptions('state', 'State', states, query, STATE_WORDS)}
${filterOptions('caller', 'Caller', callers, query)}
<button>Filter</button>
</form>
${found.length === 0 ? html`<div class="card quiet-box"><p>Nothing was found.</p></div>` : table(frame, found, { all: approvals.length, undoable })}`;
  return layout(frame, { title: 'History', body, current: 'history', hasChart: true });
}

function table(
  frame: Frame,
  found: readonly Approval[],
  { all, undoable }: { readonly all: number; readonly undoable: HistoryShown['undoable'] },
): Html {
  const { base, now } = frame;
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Calls"><table class="history">
<caption>${found.length} of ${all}</caption>
<thead><tr><th scope="col">Asked</th><th scope="col">Call</th><th scope="col">Caller</th><th scope="col">State</th></tr></thead>
<tbody>${found.map(
    (approval) => html`<tr>
<td class="soft">${time(approval.createdAt)}</td>
<th scope="row">${badge(approval.instance)} <a href="${base}/${approval.id}">${approval.review.title}</a><br><span class="soft">${approval.review.target}</span></th>
<td>${plain(approval.caller.name)}</td>
<td>${state(approval, now)}<br><span class="soft small">${decidedBy(approval)}</span>${approval.usedBy && undoable?.has(writeUsedBy(approval.usedBy)) === true && undoForm(frame, approval.usedBy, approval.review.title)}</td>
</tr>`,
  )}</tbody>
</table></div>`;
}

function isWanted(approval: Approval, { text, state, caller }: HistoryFilter, now: number): boolean {
  const { review, id, operation } = approval;
  const searched = [
    review.title,
    review.target,
    ...review.effects,
    id,
    operation,
    approval.caller.name,
    approval.instance.name ?? '',
    decidedBy(approval),
  ].join('\n');
  return (
    searched.toLowerCase().includes(text.toLowerCase()) &&
    (state === '' || stateOf(approval, now) === state) &&
    (caller === '' || approval.caller.name === caller)
  );
}
