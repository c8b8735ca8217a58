import type { Insight } from '../approvals/insight.js';
import type { Undo, UndoBegun } from '../approvals/undo.js';
import type { UsedBy } from '../policy/confirmation/approvals.js';
import type { App } from './app-types.js';

/** An instance of several, as the page of approvals reads it. */
export interface OnPage {
  readonly name: string;
  readonly app: Pick<App, 'insight' | 'undo'>;
}

/** What people can see of several instances at once, each by its name. */
export function insightOfMany(instances: () => readonly OnPage[]): Pick<Insight, 'callers' | 'budgets'> {
  return {
    callers: async () => {
      const seen = await Promise.all(
        instances().map(async ({ name, app }) => {
          const { callers, sessions } = await app.insight.callers();
          const here = <T>(one: T) => ({ ...one, instance: name });
          return { callers: callers.map(here), sessions: sessions.map(here) };
        }),
      );
      return {
        callers: seen.flatMap(({ callers }) => callers).sort((one, other) => other.lastAt - one.lastAt),
        sessions: seen.flatMap(({ sessions }) => sessions).sort((one, other) => other.since - one.since),
      };
    },
    budgets: async (callers) => {
      const uses = await Promise.all(
        instances().map(async ({ name, app }) =>
          (await app.insight.budgets(callers)).map((budget) => ({ ...budget, name: `${name} · ${budget.name}` })),
        ),
      );
      return uses.flat();
    },
  };
}

/** Takes back what was done on any of several instances, on the one where it was done. */
export function undoOfMany(instances: () => readonly OnPage[]): Undo {
  const all = () => Promise.all(instances().map(async ({ name, app }) => ({ name, undo: await app.undo() })));
  const ownerOf = async (of: UsedBy): Promise<Undo | undefined> => {
    for (const { undo } of await all()) if (await undo.isKept(of)) return undo;
    return undefined;
  };
  return {
    list: async () => {
      const lists = await Promise.all(
        (await all()).map(async ({ name, undo }) => (await undo.list()).map((changes) => ({ ...changes, instance: name }))),
      );
      return lists.flat().sort((one, other) => other.at - one.at);
    },
    isKept: async (of) => (await ownerOf(of)) !== undefined,
    begin: async (of, approver): Promise<UndoBegun> =>
      (await (await ownerOf(of))?.begin(of, approver)) ?? {
        kind: 'refused',
        message: 'No instance has what is needed to take it back, or none has it any more.',
      },
    report: async (plan) => {
      for (const { undo } of await all()) {
        const report = await undo.report(plan);
        if (report !== undefined) return report;
      }
      return undefined;
    },
  };
}
