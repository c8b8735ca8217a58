import uPlot from 'uplot';
import style from 'uplot/dist/uPlot.min.css';
import type { ChartData } from '../chart-data.js';

// Draws the chart of the history. A table below it has the same numbers for people who cannot see it.

const HEIGHT = 180;
const DAY = 86_400;

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const momentOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

function draw(box: HTMLElement, data: ChartData): void {
  const { from, step, series } = data;
  const says = box.parentElement?.querySelector<HTMLElement>('[data-chart-says]');
  const [first = 0] = from;
  const end = first + from.length * step;
  // Stacked: the total is drawn first, and the lower series over it.
  const stacked = series.map((_, nth) =>
    from.map((__, at) => series.slice(0, nth + 1).reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0)),
  );
  const most = Math.max(1, ...(stacked.at(-1) ?? []));
  const bars = uPlot.paths.bars?.({ size: [0.75, 48], align: 1 });
  const axis = {
    stroke: () => colour('--soft'),
    font: '12px system-ui, sans-serif',
    ticks: { show: false },
  };
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, range: [first, end] }, y: { range: [0, most] } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          space: 56,
          incrs:
            step < DAY / 4 ? [1, 2, 3, 4, 6, 12].map((hours) => hours * 3600) : [1, 2, 3, 5, 7, 10].map((days) => days * DAY),
          values: (_, splits) => splits.map((at) => (step < DAY / 4 ? momentOf(at).slice(11, 16) : momentOf(at).slice(5, 10))),
        },
        {
          ...axis,
          grid: { stroke: () => colour('--line'), width: 1 },
          size: 36,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
        },
      ],
      series: [
        {},
        ...series.toReversed().map(({ key }) => ({
          ...(bars && { paths: bars }),
          points: { show: false },
          fill: () => colour(`--${key}`),
          width: 0,
        })),
      ],
      hooks: {
        setCursor: [
          ({ cursor, posToVal }) => {
            const at = Math.floor((posToVal(cursor.left ?? -1, 'x') - first) / step);
            if (!says) return;
            const counts = series.map((one) => `${one.counts[at]} ${one.name}`).join(', ');
            says.textContent =
              from[at] === undefined ? '' : `${momentOf(from[at]).slice(0, 16).replace('T', ' ')} UTC: ${counts}`;
          },
        ],
      },
    },
    [[...from], ...stacked.toReversed()],
    box,
  );
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw());
}

for (const box of document.querySelectorAll<HTMLElement>('[data-chart]')) {
  box.hidden = false;
  draw(box, JSON.parse(box.dataset.chart ?? '{}'));
}
