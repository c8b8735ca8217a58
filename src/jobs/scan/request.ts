import { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { type Fault, mostTelling, readMoments } from '../../catalog/parse-arguments.js';
import { isRecord } from '../../platform/is-record.js';
import type { Measure, SortKey } from './collect.js';
import type { Each } from './each.js';
import { PAGING } from './pages.js';
import { isReference, split } from './paths.js';
import { readWhere, type Test, WhereFault } from './where.js';

/** A scan as the caller asked for it. */
export interface Scan {
  readonly list: Operation;
  readonly args: Arguments;
  readonly where: Test | undefined;
  readonly select: readonly string[];
  readonly sort: readonly SortKey[];
  readonly shown: number;
  readonly groupBy: readonly string[];
  readonly measures: readonly Measure[];
  readonly each: Each | undefined;
  readonly isoTimes: boolean;
  /** Notes on values that were read differently from how they were sent. */
  readonly readAs: readonly string[];
  readonly to: 'csv' | 'jsonl' | undefined;
}

const SHOWN = 25;
const MOST_SHOWN = 1_000;
const MOST_PATHS = 50;
const LONGEST_PATH = 200;
const MOST_NAMES = 20;
/** The most values in the arguments of a read for each row; they are filled in row by row. */
const MOST_VALUES = 200;
const LONGEST_ARGUMENTS = 10_000;
/** How deep an `each` may nest. */
const DEEPEST_EACH = 2;
const EACH_INPUTS = ['read', 'arguments', 'as', 'where', 'keep', 'each'] as const;
const NAME = /^[A-Za-z]\w{0,39}$/;
const MEASURE = /^(min|max|sum):(.+)$/;

/** Reads the arguments of a scan, and reports all their faults at once. */
export function readScan(
  args: Arguments,
  offered: ReadonlyMap<string, Operation>,
  times: 'iso' | 'unix' = 'unix',
): { readonly scan: Scan } | { readonly faults: readonly Fault[] } {
  const reader = new Reader(offered);
  const list = reader.operation('list', args.list);
  const own = reader.arguments('arguments', args.arguments, list);
  const where = reader.where('where', args.where);
  const each = args.each === undefined ? undefined : reader.each('each', args.each, 1, new Set());
  const select = reader.paths('select', args.select);
  const groupBy = reader.paths('group_by', args.group_by);
  const measures = reader.measures(args.measure);
  if (groupBy.length > 0 && select.length > 0)
    reader.fault('select', 'of no use with group_by: groups have columns of their own');
  // Rows written to a file are most likely not meant for the conversation.
  const shown = typeof args.rows === 'number' ? args.rows : args.to === undefined ? SHOWN : 0;
  if (shown > MOST_SHOWN) reader.fault('rows', `at most ${MOST_SHOWN}; \`to\` writes all into a file`);
  if (reader.faults.length > 0 || list === undefined) return { faults: mostTelling(reader.faults) };
  return {
    scan: {
      list,
      args: own,
      where,
      select,
      sort: reader.paths('sort', args.sort).map(sortKey),
      shown,
      groupBy,
      measures,
      each,
      readAs: reader.readAs,
      isoTimes: (args.times ?? times) === 'iso',
      to: args.to === 'csv' || args.to === 'jsonl' ? args.to : undefined,
    },
  };
}

class Reader {
  readonly faults: Fault[] = [];
  /** Texts that were read as times. */
  readonly readAs: string[] = [];
  readonly #offered: ReadonlyMap<string, Operation>;

  constructor(offered: ReadonlyMap<string, Operation>) {
    this.#offered = offered;
  }

  fault(path: string, expected: string): void {
    this.faults.push({ path, expected });
  }

  operation(path: string, name: unknown): Operation | undefined {
    const operation = typeof name === 'string' ? this.#offered.get(name) : undefined;
    if (operation === undefined) {
      const near = typeof name === 'string' ? new Catalog(this.#offered.values()).suggest(name) : '';
      this.fault(path, `the name of an operation that is offered here.${near}`);
      return undefined;
    }
    if (operation.risk === 'read' && operation.method === 'GET' && operation.takesFields) return operation;
    this.fault(path, `a reading operation, which ${operation.name} is not`);
    return undefined;
  }

  arguments(path: string, given: unknown, operation: Operation | undefined): Arguments {
    if (given === undefined || operation === undefined) return {};
    if (!isRecord(given)) {
      this.fault(path, 'an object');
      return {};
    }
    for (const name of Object.keys(given)) {
      if (PAGING.has(name) && operation.places.has(name)) {
        this.fault(`${path}.${name}`, 'no such input: a scan reads all pages; `sort` sorts, `rows` says how many are shown');
      }
    }
    // Read once for all pages, so that "now" does not move between them.
    const { args, notes } = readMoments(operation, given);
    this.readAs.push(...notes);
    return args;
  }

  where(path: string, query: unknown): Test | undefined {
    if (query === undefined) return undefined;
    try {
      return readWhere(query, path, this.readAs);
    } catch (error) {
      if (!(error instanceof WhereFault)) throw error;
      this.fault(error.path, error.message);
      return undefined;
    }
  }

  paths(path: string, given: unknown): readonly string[] {
    if (!Array.isArray(given)) return [];
    if (given.length > MOST_PATHS) this.fault(path, `at most ${MOST_PATHS} paths`);
    if (
      given.some((one) => typeof one !== 'string' || one === '' || one.length > LONGEST_PATH || split(one).length > MOST_NAMES)
    ) {
      this.fault(
        path,
        `dotted paths, like email_addresses.email_address, of at most ${MOST_NAMES} names and ${LONGEST_PATH} characters`,
      );
      return [];
    }
    return given as string[];
  }

  measures(given: unknown): readonly Measure[] {
    return this.paths('measure', given).flatMap((name) => {
      const [, of, path] = MEASURE.exec(name) ?? [];
      if (path === undefined) {
        this.fault('measure', 'min:path, max:path or sum:path');
        return [];
      }
      return [{ of: of as Measure['of'], name, path: split(path) }];
    });
  }

  references(path: string, args: Arguments): void {
    let values = 0;
    const open: unknown[] = [args];
    while (open.length > 0 && values <= MOST_VALUES) {
      const next = open.pop();
      values++;
      if (typeof next === 'string' && isReference(next) && (next.length > LONGEST_PATH || split(next).length > MOST_NAMES))
        this.fault(path, `paths of at most ${MOST_NAMES} names and ${LONGEST_PATH} characters`);
      if (next !== null && typeof next === 'object') for (const member of Object.values(next)) open.push(member);
    }
    if (values > MOST_VALUES || JSON.stringify(args).length > LONGEST_ARGUMENTS)
      this.fault(path, `at most ${MOST_VALUES} values and ${LONGEST_ARGUMENTS} characters, for they are filled in for each row`);
  }

  each(path: string, given: unknown, level: number, names: Set<string>): Each | undefined {
    if (!isRecord(given)) {
      this.fault(path, 'an object with read and arguments');
      return undefined;
    }
    for (const name of Object.keys(given)) {
      if (!EACH_INPUTS.some((known) => known === name))
        this.fault(`${path}.${name}`, `no such input. Known: ${EACH_INPUTS.join(', ')}.`);
    }
    const read = this.operation(`${path}.read`, given.read);
    const args = this.arguments(`${path}.arguments`, given.arguments, read);
    this.references(`${path}.arguments`, args);
    const where = this.where(`${path}.where`, given.where);
    const { as = `item${level}`, keep = 'some' } = given;
    if (typeof as !== 'string' || !NAME.test(as) || names.has(as))
      this.fault(`${path}.as`, 'a short name, another at each level');
    if (keep !== 'some' && keep !== 'none' && keep !== 'all') this.fault(`${path}.keep`, 'one of some, none, all');
    if (given.each !== undefined && level >= DEEPEST_EACH) this.fault(`${path}.each`, `at most ${DEEPEST_EACH} levels`);
    names.add(String(as));
    const inner =
      given.each === undefined || level >= DEEPEST_EACH ? undefined : this.each(`${path}.each`, given.each, level + 1, names);
    if (inner !== undefined && keep === 'none') this.fault(`${path}.keep`, 'none leaves nothing for the inner each');
    if (read === undefined) return undefined;
    return { read, args, where, as: String(as), keep: keep as Each['keep'], each: inner };
  }
}

const sortKey = (path: string): SortKey =>
  path.startsWith('-') ? { path: split(path.slice(1)), descends: true } : { path: split(path), descends: false };
