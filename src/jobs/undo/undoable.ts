import type { Operation } from '../../catalog/operation.js';
import { plain } from '../../platform/plain-text.js';
import type { PlanServices } from '../services.js';
import { aboutOf } from './changes.js';
import type { UndoOf } from './undo-changes.js';

/** Changes that can be undone together. Every text is safe to display in one line. */
export interface Undoable {
  /** The argument for Jobs_undoChanges. */
  readonly of: UndoOf;
  /** The title of the plan, or of the call together with its target. */
  readonly title: string;
  readonly caller: string;
  /** When the last change was made, and until when they can be undone, in Unix milliseconds. */
  readonly at: number;
  readonly until: number;
  /** How many changes there are, and how many of each operation. */
  readonly calls: number;
  readonly byOperation: Readonly<Record<string, number>>;
}

export interface UndoableOptions {
  readonly services: Pick<PlanServices, 'changes' | 'store' | 'instance' | 'undoneMs'>;
  readonly offered: ReadonlyMap<string, Operation>;
  /** The most plans and single calls to look at. Default: 100. */
  readonly most?: number | undefined;
}

const MOST = 100;

/** What can be undone on the instance, by any caller, the latest change first. */
export async function undoable({ services, offered, most = MOST }: UndoableOptions): Promise<readonly Undoable[]> {
  const found: Undoable[] = [];
  for (const key of (await services.changes.keys()).slice(0, most)) {
    const changes = (await services.changes.find(key)).filter(({ instance }) => instance === services.instance.id);
    const [first] = changes;
    if (first === undefined) continue;
    const isCall = key.startsWith(CALL);
    const plan = isCall ? undefined : await services.store.look(key);
    const byOperation: Record<string, number> = {};
    for (const { operation } of changes) byOperation[operation] = (byOperation[operation] ?? 0) + 1;
    const at = changes.reduce((last, change) => Math.max(last, change.at), 0);
    found.push({
      of: isCall ? { call: key.slice(CALL.length) } : { plan: key },
      title: isCall
        ? `${plain(offered.get(first.operation)?.spec.title || first.operation)}: ${aboutOf(first)}`
        : (plan?.title ?? `Plan of ${changes.length} changes`),
      caller: plain(first.caller),
      at,
      until: at + services.undoneMs,
      calls: changes.length,
      byOperation,
    });
  }
  return found;
}

const CALL = 'call-';
