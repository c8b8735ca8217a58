import { endOf } from '../history.js';
import { approversOf, type ExportedEntry } from './calls.js';

type Cell = string | number | undefined;

const COLUMNS: readonly (readonly [name: string, cell: (entry: ExportedEntry) => Cell])[] = [
  ['time', ({ line }) => line.time],
  ['seq', ({ line }) => line.seq],
  ['call', ({ line }) => line.call],
  ['caller', ({ line }) => line.caller],
  ['client', ({ line }) => line.client],
  ['transport', ({ line }) => line.transport],
  // Of several instances by its name, too.
  [
    'instance',
    ({ line: { instance } }) => (instance?.name === undefined ? instance?.kind : `${instance.name} (${instance.kind})`),
  ],
  ['operation', ({ line }) => line.operation],
  ['risk', ({ line }) => line.risk],
  ['target', ({ line }) => line.target],
  ['end', ({ line, outcome }) => endOf(line, outcome)],
  ['reason', ({ line }) => line.reason],
  ['rule', ({ line }) => line.rule],
  ['strength', ({ line }) => line.strength],
  ['confirmed', ({ line }) => line.confirmed],
  [
    'approvers',
    ({ line }) =>
      approversOf(line)
        ?.map(({ approver }) => approver)
        .join(' '),
  ],
  ['status', ({ outcome }) => outcome?.status],
  ['code', ({ outcome }) => outcome?.code],
  ['trace', ({ outcome }) => outcome?.trace],
  ['duration_ms', ({ outcome }) => outcome?.durationMs],
  ['args', ({ line }) => (line.args === undefined ? undefined : JSON.stringify(line.args))],
  ['intact', ({ intact }) => String(intact)],
];

export const csvHeader = (): string => COLUMNS.map(([name]) => name).join(',');

/** A row of RFC 4180; `undefined` for what the process noted of itself. */
export const csvRow = (entry: ExportedEntry): string | undefined =>
  entry.line.operation === undefined ? undefined : COLUMNS.map(([, cell]) => quoted(cell(entry))).join(',');

/** Where a spreadsheet sees a cell begin that splits at more than commas. */
const BEGINS = /([;\t\r\n])/;

/** What spreadsheets take for a formula, also in the wide letters of some keyboards and behind what cannot be seen. */
const FORMULA = /^[\p{C}\p{Z}"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;

/** A quote mark before what looks like a formula keeps it a text. */
function quoted(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = cell
    .split(BEGINS)
    .map((part) => (FORMULA.test(part) ? `'${part}` : part))
    .join('');
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
