import type { Results, Spread } from './measure.js';

const number = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);

const spread = ({ q1, median, q3 }: Spread): string => `${number(median)} (${number(q1)}–${number(q3)})`;

const print = (cells: readonly string[]): void => {
  const [first = '', ...rest] = cells;
  process.stdout.write(`${first.padEnd(24)}${rest.map((cell) => cell.padStart(24)).join('')}\n`);
};

/** Prints one thing measured: a line per contestant, each with its ratio to the floor that is named. */
export function show(title: string, unit: string, results: Results, floor: string, target?: string): void {
  const base = results.get(floor)?.median ?? Number.NaN;
  process.stdout.write(`\n${title}\n`);
  print(['', `${unit} (middle half)`, `× ${floor}`]);
  for (const [name, result] of results) {
    const ratio = `${(result.median / base).toFixed(2)}${name === 'clerk-mcp' && target !== undefined ? `  (target ${target})` : ''}`;
    print([name, spread(result), ratio]);
  }
}

/** Prints plain figures, each beside its target. */
export function list(title: string, lines: readonly (readonly [what: string, value: string, target: string])[]): void {
  process.stdout.write(`\n${title}\n`);
  for (const [what, value, target] of lines) print([what, value, target === '' ? '' : `(target ${target})`]);
}
