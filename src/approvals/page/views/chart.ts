import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import type { DecisionCounts } from '../../../policy/audit/decisions.js';
import { type DecisionsShown, RANGES } from '../../decisions.js';
import type { ChartData } from '../chart-data.js';

const SERIES = [
  { key: 'approved', name: 'approved' },
  { key: 'declined', name: 'declined' },
  { key: 'lapsed', name: 'came to nothing' },
] as const;

/** What people decided over a time: as bars, if scripts run, and as a table. */
export function chartView(base: string, decisions: DecisionsShown, query: URLSearchParams): Html {
  const { periods, stepMs, range, isOnRecord, backTo } = decisions;
  const totals = SERIES.map(({ key }) => periods.reduce((sum, counts) => sum + counts[key], 0));
  const told = SERIES.map(({ name }, nth) => `${totals[nth]} ${name}`).join(', ');
  const busy = periods.filter((counts) => SERIES.some(({ key }) => counts[key] > 0));
  const data: ChartData = {
    from: periods.map(({ from }) => from / 1000),
    step: stepMs / 1000,
    series: SERIES.map(({ key, name }) => ({ key, name, counts: periods.map((counts) => counts[key]) })),
  };
  return html`<figure class="card">
<div class="row"><h2 class="first">Decisions</h2>${isOnRecord && rangesView(base, range, query)}</div>
<div class="chart" data-script hidden data-chart="${JSON.stringify(data)}" role="img" aria-label="${`Decisions in the last ${RANGES[range].name}: ${told}`}"></div>
<figcaption class="row small soft">${SERIES.map(({ key, name }, nth) => html`<span><span class="key ${key}"></span>${totals[nth]} ${name}</span>`)}<span>last ${RANGES[range].name}, UTC</span></figcaption>
<p class="small soft" data-chart-says></p>
${backTo !== undefined && html`<p class="note">The record is too long to be read whole: counted back to ${time(backTo)}.</p>`}
${!isOnRecord && html`<p class="small soft">No record is kept in a file, so this shows only the last day: <code>--audit-log FILE</code> keeps one.</p>`}
${
  busy.length > 0 &&
  html`<details class="small"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Decisions by time"><table class="numbers">
<thead><tr><th scope="col">From (UTC)</th>${SERIES.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${busy.map((counts) => html`<tr><th scope="row">${momentOf(counts)}</th>${SERIES.map(({ key }) => html`<td>${counts[key]}</td>`)}</tr>`)}</tbody>
</table></div></details>`
}
</figure>`;
}

const rangesView = (base: string, current: string, query: URLSearchParams): Html =>
  html`<nav class="ranges" aria-label="Time">${Object.entries(RANGES).map(
    ([range, { name }]) =>
      html`<a href="${base}/history?${withRange(query, range)}"${range === current && html` aria-current="true"`}>${name}</a>`,
  )}</nav>`;

/** The same filters with another time range. */
function withRange(query: URLSearchParams, range: string): string {
  const params = new URLSearchParams([...query].filter(([name, value]) => name !== 'range' && value !== ''));
  params.set('range', range);
  return String(params);
}

const momentOf = ({ from }: DecisionCounts): string => new Date(from).toISOString().slice(0, 16).replace('T', ' ');
