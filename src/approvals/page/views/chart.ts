import { type Html, html } from '../../../pages/html.js';
import { type Approval, stateOf } from '../../approval.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const WIDTH = 720;
const HEIGHT = 120;
const LEFT = 28;
const SLOT = (WIDTH - LEFT) / HOURS;

const SERIES = [
  { key: 'approved', name: 'approved', states: ['approved', 'used'] },
  { key: 'declined', name: 'declined', states: ['declined'] },
  { key: 'lapsed', name: 'expired or changed', states: ['expired', 'replaced'] },
] as const;

interface Hour {
  /** Unix milliseconds. */
  readonly from: number;
  /** In the order of `SERIES`. */
  readonly counts: readonly number[];
}

/** What became of the calls of the last 24 hours, by the hour in which they were asked; as bars, and as a table. */
export function chartView(approvals: readonly Approval[], now: number): Html {
  const hours = countByHour(approvals, now);
  const most = Math.max(1, ...hours.map(({ counts }) => sum(counts)));
  const totals = SERIES.map((_, nth) => sum(hours.map(({ counts }) => counts[nth] ?? 0)));
  const told = SERIES.map(({ name }, nth) => `${totals[nth]} ${name}`).join(', ');
  const busy = hours.filter(({ counts }) => sum(counts) > 0);
  return html`<figure class="card">
<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT + 22}" role="img" aria-label="${`Decisions in the last 24 hours: ${told}`}">
<line x1="${LEFT}" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/><line x1="${LEFT}" x2="${WIDTH}" y1="8" y2="8"/>
<text x="${LEFT - 6}" y="12" text-anchor="end">${most}</text><text x="${LEFT - 6}" y="${HEIGHT + 4}" text-anchor="end">0</text>
${hours.map((hour, nth) => bar(hour, LEFT + nth * SLOT, most))}
${hours.map(({ from }, nth) => nth % 4 === 0 && html`<text x="${LEFT + nth * SLOT}" y="${HEIGHT + 18}">${hourOf(from)}</text>`)}
</svg>
<figcaption class="row small soft">${SERIES.map(({ key, name }, nth) => html`<span><span class="key ${key}"></span>${totals[nth]} ${name}</span>`)}<span>last 24 hours, UTC</span></figcaption>
${
  busy.length > 0 &&
  html`<details class="small"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Decisions by hour"><table class="numbers">
<thead><tr><th scope="col">Hour (UTC)</th>${SERIES.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${busy.map(({ from, counts }) => html`<tr><th scope="row">${hourOf(from)}</th>${counts.map((count) => html`<td>${count}</td>`)}</tr>`)}</tbody>
</table></div></details>`
}
</figure>`;
}

function countByHour(approvals: readonly Approval[], now: number): readonly Hour[] {
  const first = Math.floor(now / HOUR_MS) - HOURS + 1;
  return Array.from({ length: HOURS }, (_, nth) => {
    const from = (first + nth) * HOUR_MS;
    const states = approvals
      .filter(({ createdAt }) => Math.floor(createdAt / HOUR_MS) === first + nth)
      .map((one) => stateOf(one, now));
    return { from, counts: SERIES.map((series) => states.filter((state) => series.states.some((one) => one === state)).length) };
  });
}

function bar({ counts }: Hour, x: number, most: number): readonly Html[] {
  const scale = (HEIGHT - 8) / most;
  let top = HEIGHT;
  return SERIES.flatMap(({ key }, nth) => {
    const height = (counts[nth] ?? 0) * scale;
    top -= height;
    return height === 0
      ? []
      : [
          html`<rect class="${key}" x="${(x + 3).toFixed(1)}" y="${top.toFixed(1)}" width="${(SLOT - 6).toFixed(1)}" height="${height.toFixed(1)}" rx="2"/>`,
        ];
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const hourOf = (at: number): string => `${new Date(at).toISOString().slice(11, 13)}:00`;
