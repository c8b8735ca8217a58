import { RISKS } from '../../../catalog/operation-types.js';
import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import { plain } from '../../../platform/plain-text.js';
import { ENDS, type End, type HistoryEntry, type HistoryFilters, type HistoryPage } from '../../../policy/audit/history.js';
import type { RecordedApproval } from '../../../policy/audit/line.js';
import { filterField, filterOptions } from './filters.js';
import { type Frame, layout } from './layout.js';
import { visible, visibleJson } from './request.js';
import { badge, INSTANCE_WORDS, saysItIs } from './words.js';

/** The label of each end of a call. */
const END_WORDS: Readonly<Record<End, string>> = {
  done: 'done',
  failed: 'failed',
  unsure: 'may have happened',
  declined: 'declined',
  refused: 'refused',
  asked: 'asked',
};

/** The look of each, borrowed from the states of approvals. */
const END_LOOKS: Readonly<Record<End, string>> = {
  done: 'used',
  failed: 'expired',
  unsure: 'pending',
  declined: 'declined',
  refused: 'declined',
  asked: 'expired',
};

const LONGEST = 100;

/** The filters that the page's form sends. Times are UTC, to the minute; anything that is not a time does not filter. */
export function recordFilters(query: URLSearchParams): HistoryFilters {
  const text = (name: string): string => (query.get(name) ?? '').trim().slice(0, LONGEST);
  return {
    caller: text('caller'),
    operation: text('operation'),
    risk: text('risk'),
    end: text('end'),
    approver: text('approver'),
    instance: text('instance'),
    since: momentOf(text('since')),
    // Includes the whole of the named minute.
    until: momentOf(text('until'), 59_999),
  };
}

function momentOf(text: string, more = 0): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return undefined;
  const at = Date.parse(`${text}Z`);
  return Number.isNaN(at) ? undefined : at + more;
}

/** @param page `undefined` if no record is kept */
export function recordView(frame: Frame, page: HistoryPage | undefined, query: URLSearchParams): Html {
  const body = html`<h1>Record</h1>
${page === undefined ? noRecord() : recorded(frame, page, query)}`;
  return layout(frame, { title: 'Record', body, current: 'record' });
}

const noRecord = (): Html =>
  html`<div class="card"><p>No record is kept in a file. Start the server with <code>--audit-log FILE</code>, and every call that changes something or is gated is found here for as long as the file is kept.</p></div>`;

function recorded(frame: Frame, page: HistoryPage, query: URLSearchParams): Html {
  const { base } = frame;
  const { entries, older, backTo } = page;
  const isFirst = query.get('from') === null;
  const isOfMany = Boolean(query.get('instance')) || entries.some(({ line }) => line.instance?.name !== undefined);
  return html`<p class="soft">Every call that changed something or was gated, from the audit log of this machine, secrets masked. <code>clerk-mcp audit verify</code> tells whether the log is whole.</p>
<form class="card filters wide" method="get" action="${base}/record" role="search">
${filterField('caller', 'Caller', query)}
${filterField('operation', 'Tool', query)}
${filterOptions('risk', 'Risk', RISKS, query)}
${filterOptions('end', 'Outcome', ENDS, query, END_WORDS)}
${filterField('approver', 'Decided by', query)}
${isOfMany && filterField('instance', 'Instance', query)}
${filterField('since', 'From (UTC)', query, 'datetime-local')}
${filterField('until', 'To (UTC)', query, 'datetime-local')}
<button>Filter</button>
</form>
${entries.length > 0 && table(entries)}
${entries.length === 0 && html`<div class="card quiet-box"><p>Nothing was found${backTo !== undefined && older !== undefined && html` back to ${time(Date.parse(backTo) || 0)}. There is more to look through`}.</p></div>`}
<p class="row">${!isFirst && html`<a href="${base}/record${withFrom(query, undefined)}">The newest</a>`}${older !== undefined && html`<a href="${base}/record${withFrom(query, older)}">Older</a>`}</p>`;
}

/** The same filters from another place in the record. */
function withFrom(query: URLSearchParams, from: string | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of query) if (name !== 'from' && value !== '') params.append(name, value);
  if (from !== undefined) params.append('from', from);
  return params.size === 0 ? '' : `?${params}`;
}

const table = (entries: readonly HistoryEntry[]): Html =>
  html`<div class="card scroll" tabindex="0" role="region" aria-label="Calls"><table class="history">
<caption>${entries.length} ${entries.length === 1 ? 'call' : 'calls'}, the newest first</caption>
<thead><tr><th scope="col">When</th><th scope="col">Call</th><th scope="col">Caller</th><th scope="col">Outcome</th></tr></thead>
<tbody>${entries.map(row)}</tbody>
</table></div>`;

function row({ line, end, intact, outcome }: HistoryEntry): Html {
  const { instance, operation, target, risk, caller, client, clientVersion } = line;
  const kind = Object.keys(INSTANCE_WORDS).find((one) => one === instance?.kind) as keyof typeof INSTANCE_WORDS | undefined;
  const by = wordsOf(line.approval)
    .map(({ approver }) => word(approver))
    .join(' and ');
  return html`<tr>
<td class="soft">${time(Date.parse(line.time) || 0)}</td>
<th scope="row">${kind !== undefined && html`${badge({ kind, name: instance?.name === undefined ? undefined : word(instance.name) })} `}<span class="mono">${word(operation)}</span> <span class="soft">${word(risk)}</span>${target !== undefined && html`<br><span class="soft">${word(target, 200)}</span>`}
${detailsOf({ line, end, intact, outcome })}</th>
<td>${word(caller)}<br><span class="soft small">${saysItIs(text(client), text(clientVersion))}</span></td>
<td><span class="state ${END_LOOKS[end]}">${END_WORDS[end]}</span>${!intact && html` <strong>CHANGED</strong>`}<br><span class="soft small">${by || word(line.confirmed)}</span></td>
</tr>`;
}

function detailsOf({ line, intact, outcome }: HistoryEntry): Html {
  const facts: readonly (readonly [name: string, value: unknown])[] = [
    ['Line', `${line.seq}${intact ? '' : ', changed or cut short'}`],
    ['Reason', line.reason],
    ['Rule', line.rule],
    ['Strength', line.strength],
    ['Asked by', line.way],
    ['Confirmed by', line.confirmed],
    ...wordsOf(line.approval).map((one) => ['Decided', saidBy(one)] as const),
    ['Approval', line.approval?.id],
    ['Hash of what was shown', line.approval?.shown],
    ['Status', outcome?.status],
    ['Code', outcome?.code],
    ['Trace', outcome?.trace],
    ['Took', outcome?.durationMs === undefined ? undefined : `${outcome.durationMs} ms`],
    ['Secret in', line.secretFile],
  ];
  return html`<details class="small"><summary>All of it</summary>
<dl>${facts.filter(([, value]) => value !== undefined).map(([name, value]) => html`<dt>${name}</dt><dd>${word(value, 200)}</dd>`)}</dl>
${line.approval !== undefined && html`<p class="soft">What was shown</p><pre tabindex="0" role="group" aria-label="What was shown">${visible(text(line.approval.shownText) ?? '')}</pre>`}
${line.args !== undefined && html`<p class="soft">Arguments; secrets are masked.</p><pre tabindex="0" role="group" aria-label="Arguments">${visibleJson(line.args)}</pre>`}
</details>`;
}

/** A tampered log may hold anything here. */
const wordsOf = (approval: RecordedApproval | undefined): RecordedApproval['words'] =>
  Array.isArray(approval?.words) ? approval.words.filter((one) => one !== null && typeof one === 'object') : [];

const saidBy = ({ approver, method, fresh, lookedMs }: RecordedApproval['words'][number]): string =>
  `${approver}, by ${method}${fresh ? ', shown anew' : ''}, after ${Math.round(Number(lookedMs) / 1000)} s`;

const word = (value: unknown, longest?: number): string => (value === undefined ? '' : plain(String(value), longest));

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
