import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { listOf } from '../../policy/preview/lookup.js';
import { pageSize } from '../../policy/preview/target-read.js';
import type { JobContext } from '../job-tool.js';
import type { Reader } from './expand.js';
import { PlanFault } from './fault.js';
import type { Known } from './known.js';
import { MOST_ITEMS } from './steps.js';

/** Pages that are read of one list; far more rows than a plan may have items. */
const MOST_PAGES = 60;

/** Reads by the road of all calls, and keeps what it reads. */
export class PlanReader implements Reader {
  readonly #context: JobContext;
  readonly #known: Known;

  constructor(context: JobContext, known: Known) {
    this.#context = context;
    this.#known = known;
  }

  async read(operation: Operation, args: Arguments): Promise<unknown> {
    const outcome = await this.#context.make(operation.name, args);
    if (outcome.kind === 'done') {
      const value = outcome.answer?.value;
      this.#known.add(value);
      return value;
    }
    const cause = 'text' in outcome ? (JSON.parse(outcome.text) as Record<string, unknown>) : {};
    throw new PlanFault('read_failed', `${operation.name} did not answer: ${String(cause.message ?? cause.error)}.`, { cause });
  }

  /** Rows that move to an earlier page while the list is read are not missed: pages overlap, and what comes twice counts once. */
  async readList({ operation, args }: { readonly operation: Operation; readonly args: Arguments }): Promise<readonly unknown[]> {
    const limit = pageSize(operation);
    if (limit === undefined || !operation.places.has('offset')) return listOf(await this.read(operation, args)) ?? [];
    const rows = new Map<unknown, unknown>();
    let offset = 0;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = listOf(await this.read(operation, { ...args, limit, offset })) ?? [];
      for (const row of page) rows.set(isRecord(row) && row.id !== undefined ? row.id : row, row);
      if (page.length < limit) return [...rows.values()];
      if (rows.size > MOST_ITEMS) break;
      offset += page.length - OVERLAP;
    }
    throw new PlanFault('too_many_items', `${operation.name} has more than ${MOST_ITEMS} items: narrow it by its filters.`);
  }
}

const OVERLAP = 20;
