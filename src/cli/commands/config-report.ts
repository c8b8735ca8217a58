import { type Change, type Comparison, type Difference, modelOf } from '../../jobs/configuration/compare.js';
import { THE_ONE } from '../../jobs/configuration/sections.js';
import { isRecord } from '../../platform/is-record.js';
import { escapeHidden, shortened } from '../../platform/plain-text.js';

const SIGNS = { added: '+', changed: '~', removed: '-' } as const;
/** ANSI codes. */
const COLOURS = { added: 32, changed: 33, removed: 31 } as const;
const BOLD = 1;
const LONGEST = 200;

export interface ReportOptions {
  /** What is wanted, and what it is compared with. */
  readonly file: string;
  readonly other: string;
  readonly isColoured: boolean;
}

/** A comparison for people: what the other side would get, lose or change to be like the file. */
export function comparisonLines(
  { differences, notCompared }: Comparison,
  { file, other, isColoured }: ReportOptions,
): readonly string[] {
  const paint = (text: string, code: number): string => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines: string[] = [];
  let section = '';
  for (const each of differences) {
    if (each.section !== section) lines.push(paint(each.section, BOLD));
    section = each.section;
    lines.push(...differenceLines(each).map((line) => paint(line, COLOURS[each.kind])));
  }
  for (const [name, why] of notCompared) lines.push(`${name}: not compared: ${cut(escapeHidden(why))}`);
  if (differences.length === 0)
    return [
      ...lines,
      notCompared.size === 0 ? `No difference between ${file} and ${other}.` : 'Of what was compared, nothing differs.',
    ];
  const count = (kind: Difference['kind']): number => differences.filter((each) => each.kind === kind).length;
  const parts = [
    [count('added'), `only in ${file} (+)`],
    [count('changed'), 'different (~)'],
    [count('removed'), `only in ${other} (-)`],
  ] as const;
  const told = parts.flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${what}`])).join(', ');
  return [...lines, '', `${told}.`];
}

function differenceLines({ key, kind, fields }: Difference): readonly string[] {
  const isSettings = key === THE_ONE;
  const head = isSettings ? [] : [`  ${SIGNS[kind]} ${cut(escapeHidden(key))}`];
  const indent = isSettings ? `  ${SIGNS[kind]} ` : '      ';
  return [
    ...head,
    ...Object.entries(fields).flatMap(([name, change]) => fieldLines(name, change, kind).map((line) => `${indent}${line}`)),
  ];
}

function fieldLines(name: string, { from, to }: Change, kind: Difference['kind']): readonly string[] {
  if (kind !== 'changed') {
    const value = kind === 'added' ? to : from;
    return value === '' || value === undefined ? [] : [`${name}: ${shown(value)}`];
  }
  if (isRecord(from) && isRecord(to) && name !== 'signing_key') {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys
      .filter((key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]))
      .flatMap((key) => fieldLines(`${name}.${escapeHidden(key)}`, { from: from[key], to: to[key] }, kind));
  }
  if (isTexts(from) && isTexts(to)) {
    const added = to.filter((item) => !from.includes(item)).map((item) => `+ ${shown(item)}`);
    const removed = from.filter((item) => !to.includes(item)).map((item) => `- ${shown(item)}`);
    if (added.length + removed.length > 0) return [...added, ...removed].map((line) => `${name}: ${line}`);
  }
  return [`${name}: ${shown(from)} -> ${shown(to)}`];
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const shown = (value: unknown): string => (value === undefined ? 'nothing' : cut(escapeHidden(JSON.stringify(value))));

const cut = (text: string): string => shortened(text, LONGEST);

/** The same for programs: keys and fields as in the file. */
export const comparisonJson = ({ differences, notCompared }: Comparison): object => ({
  same: differences.length === 0 && notCompared.size === 0,
  differences: differences.map(modelOf),
  not_compared: Object.fromEntries(notCompared),
});
