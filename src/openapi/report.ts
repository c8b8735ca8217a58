import { plain } from '../platform/plain-text.js';
import type { AcceptedDifference, Aspect, Difference } from './difference.js';
import type { DriftReport } from './drift.js';

/** Each aspect in a word or two, in the order in which they are listed. */
const WORDS: Readonly<Record<Aspect, string>> = {
  version: 'API version',
  unreadable: 'unreadable',
  missing_operation: 'lacks operation',
  extra_operation: 'excess operation',
  request: 'request',
  operation_id: 'operationId',
  deprecated: 'deprecation',
  missing_input: 'lacks input',
  extra_input: 'excess input',
  place: 'place',
  required: 'required',
  type: 'type',
  nullable: 'null',
  enum: 'enum',
  bound: 'bound',
  commas: 'list in query',
  one_of: 'one of',
  answer: 'answer',
  missing_field: 'answer lacks',
  extra_field: 'answer exceeds',
  answer_type: 'answer type',
  answer_null: 'answer null',
  answer_enum: 'answer enum',
};

const ORDER = Object.keys(WORDS) as Aspect[];
/** Longest piece of the document in a column, in characters. */
const WIDEST = 60;

/** Whether there are differences, or nothing could be compared: the command then fails. */
export const hasDrift = ({ differences, stale, compared }: DriftReport): boolean =>
  differences.length > 0 || stale.length > 0 || compared === 0;

/** The report in a form that people can read. */
export function reportTable(report: DriftReport): string {
  const { differences, accepted, stale, otherVersions, compared } = report;
  const parts = [
    ...(differences.length === 0 ? [] : [table(differences)]),
    ...section('Accepted, each with its reason:', accepted),
    ...section('Accepted, but no difference any more; take these out of src/openapi/accepted.ts:', stale),
  ];
  const why =
    otherVersions.length > 0
      ? 'the document is older than what the catalog sends, and says nothing of it'
      : 'the document and the catalog have no operation in common';
  const nothing = compared > 0 ? [] : [`Nothing was compared: ${why}.`];
  const others = otherVersions.length === 0 ? '' : ` Sending another version, and not judged by it: ${otherVersions.length}.`;
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
  const more = [
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
    ...(stale.length === 0 ? [] : [`${stale.length} accepted for nothing`]),
  ];
  const summary = `Document ${plain(report.version) || 'of no version'}, catalog ${report.catalogVersion}: ${compared} operations compared, ${[count, ...more].join(', ')}.${others}`;
  return `${[...parts, summary, ...nothing].join('\n\n')}\n`;
}

function section(title: string, entries: readonly (Difference & Pick<AcceptedDifference, 'why'>)[]): string[] {
  if (entries.length === 0) return [];
  return [[title, ...entries.map((entry) => `${cells(entry).join('  ')}\n    ${entry.why}`)].join('\n')];
}

function table(differences: readonly Difference[]): string {
  const sorted = [...differences].sort((a, b) => ORDER.indexOf(a.aspect) - ORDER.indexOf(b.aspect));
  const rows = [['what', 'operation or resource', 'input or field', 'document', 'catalog'], ...sorted.map(cells)];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const cells = ({ aspect, operation, at, document, catalog }: Difference): string[] => [
  WORDS[aspect],
  ...[operation, at, document, catalog].map((text) => plain(text, WIDEST)),
];
