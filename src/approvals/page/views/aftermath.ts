import { type Html, html } from '../../../pages/html.js';
import type { UsedBy } from '../../../policy/confirmation/approvals.js';
import type { PlanReport } from '../../undo.js';
import type { Frame } from './layout.js';
import { undoForm } from './undo.js';

/** What became of the changes that an approval let through. */
export interface Aftermath {
  /** How a plan went. */
  readonly report: PlanReport | undefined;
  /** What of it can be undone. */
  readonly undoes: UsedBy | undefined;
}

/** How a plan went, and the form to undo what was approved. */
export const aftermathView = (frame: Frame, { report, undoes }: Aftermath, title: string): Html | undefined =>
  report === undefined && undoes === undefined
    ? undefined
    : html`<section class="card" aria-label="What became of it">
${report !== undefined && html`<h2 class="first">${report.isRunning ? 'It is being carried out' : 'What became of it'}</h2>${report.lines.map((line) => html`<p>${line}</p>`)}`}
${undoes !== undefined && html`<p class="soft small">It can be taken back: the calls that do so are shown first, and wait for a person as this one did.</p>${undoForm(frame, undoes, title)}`}
</section>`;
