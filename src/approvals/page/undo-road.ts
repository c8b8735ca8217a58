import type { Html } from '../../pages/html.js';
import type { UsedBy } from '../../policy/confirmation/approvals.js';
import type { Approval } from '../approval.js';
import { readUsedBy, type Undo, writeUsedBy } from '../undo.js';
import { seeOther, shown } from './answers.js';
import type { SignedIn } from './asked.js';
import type { Aftermath } from './views/aftermath.js';
import { nothingToUndoView, undoListView } from './views/undo.js';

/** The page's views on undoing changes, and the form that asks for it. */
export class UndoRoad {
  readonly #undo: () => Promise<Undo>;

  constructor(undo: () => Promise<Undo>) {
    this.#undo = undo;
  }

  async listView({ frame }: SignedIn): Promise<Html> {
    return undoListView(frame, await (await this.#undo()).list());
  }

  /** Which of these approvals let through changes that can be undone. */
  async undoable(approvals: readonly Approval[]): Promise<ReadonlySet<string>> {
    const used = approvals.map(({ usedBy }) => usedBy).filter((usedBy) => usedBy !== undefined);
    if (used.length === 0) return new Set();
    const undo = await this.#undo();
    const kept = await Promise.all(used.map(async (usedBy) => ((await undo.isKept(usedBy)) ? writeUsedBy(usedBy) : undefined)));
    return new Set(kept.filter((each) => each !== undefined));
  }

  /** What became of the changes that the approval let through. */
  async aftermath(usedBy: UsedBy): Promise<Aftermath> {
    const undo = await this.#undo();
    const report = 'plan' in usedBy ? await undo.report(usedBy.plan) : undefined;
    // Nothing is undone while it is still under way.
    return { report, undoes: report?.isRunning !== true && (await undo.isKept(usedBy)) ? usedBy : undefined };
  }

  /** A wish to undo something is itself put before people, as a call of its own. */
  async begin({ frame, visit }: SignedIn, form: URLSearchParams): Promise<Response> {
    const of = readUsedBy(form.get('of') ?? '');
    if (of === undefined) return shown(visit, 400, nothingToUndoView(frame, ['This names neither a plan nor a call.']));
    const begun = await (await this.#undo()).begin(of, visit.session.approver.name);
    switch (begun.kind) {
      case 'asked':
        return seeOther(`${frame.base}/${begun.approval}`);
      case 'nothing':
        return shown(visit, 200, nothingToUndoView(frame, ['Nothing is left to take back.', ...begun.lines]));
      case 'refused':
        return shown(visit, 409, nothingToUndoView(frame, [begun.message]));
    }
  }
}
