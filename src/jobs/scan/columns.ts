import { type Declared, resourceOf } from '../../catalog/declared-answer.js';
import { Selection } from '../../response/selection.js';
import { shortItem } from '../../response/short-item.js';
import { isoTimes } from '../../response/times.js';
import type { Each, Row } from './each.js';
import type { Scan } from './request.js';

/** A row as it is shown: the selected paths, or the properties that tell rows apart. */
export function shownRow(row: Row, scan: Scan): unknown {
  if (scan.groupBy.length > 0) return row;
  const timed = timesOf(row, scan);
  if (scan.select.length > 0) return new Selection(scan.select).pick(timed);
  const joins = joinsOf(scan.each);
  const own = Object.fromEntries(Object.entries(timed).filter(([name]) => !joins.some(({ as }) => as === name)));
  const found = joins
    .filter(({ as }) => Object.hasOwn(timed, as))
    .map(({ as, read }) => [as, shortItem(timed[as], read.spec.request)] as const);
  return { ...(shortItem(own, scan.list.spec.request) as object), ...Object.fromEntries(found) };
}

/** A row as it is written to a file: the selected paths, or all of it. */
export function writtenRow(row: Row, scan: Scan): Row {
  const timed = timesOf(row, scan);
  if (scan.groupBy.length > 0 || scan.select.length === 0) return timed;
  return new Selection(scan.select).pick(timed) as Row;
}

/** The paths of the columns: the selected ones, or every declared property of the resource. */
export function columnsOf(first: Row | undefined, scan: Scan): readonly string[] {
  if (scan.groupBy.length > 0) return [...scan.groupBy, 'count', ...scan.measures.map(({ name }) => name)];
  if (scan.select.length > 0) return scan.select;
  const own = declaredIn(first, scan.list.spec.request);
  const joined = joinsOf(scan.each).flatMap(({ as, read }) =>
    declaredIn(first?.[as], read.spec.request).map((name) => `${as}.${name}`),
  );
  return [...own.filter((name) => !joinsOf(scan.each).some(({ as }) => as === name)), ...joined];
}

function declaredIn(item: unknown, request: string): readonly string[] {
  const shape: Declared | undefined = resourceOf(item, request)?.shape;
  const declared = [...(shape?.properties.keys() ?? [])];
  const others = item !== null && typeof item === 'object' ? Object.keys(item) : [];
  return [...new Set([...declared, ...others])];
}

function timesOf(row: Row, scan: Scan): Row {
  if (!scan.isoTimes) return row;
  const joins = joinsOf(scan.each);
  const entries = Object.entries(row).map(([name, value]) => {
    const join = joins.find(({ as }) => as === name);
    return [name, join === undefined ? value : isoTimes(value, resourceOf(value, join.read.spec.request)?.shape)];
  });
  return isoTimes(Object.fromEntries(entries), resourceOf(row, scan.list.spec.request)?.shape) as Row;
}

function joinsOf(each: Each | undefined): readonly Each[] {
  return each === undefined ? [] : [each, ...joinsOf(each.each)];
}
