import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import type { UsedBy } from '../../../policy/confirmation/approvals.js';
import { type UndoableChanges, writeUsedBy } from '../../undo.js';
import { type Frame, form, layout } from './layout.js';

/** Asks to undo something; that alone changes nothing yet. @param title what would be undone, for screen readers */
export const undoForm = (frame: Frame, of: UsedBy, title: string): Html =>
  form(
    frame,
    '/undo',
    html`<input type="hidden" name="of" value="${writeUsedBy(of)}"><button class="quiet">Undo…<span class="unseen"> ${title}</span></button>`,
  );

/** What can be undone, by any caller. */
export function undoListView(frame: Frame, changes: readonly UndoableChanges[]): Html {
  const body = html`<h1>What can be taken back</h1>
<p class="soft">“Undo…” lists the calls that take it back, and puts the list before people as an approval of its own. What others have changed since is not overwritten.</p>
${changes.length === 0 ? html`<div class="card quiet-box"><p>Nothing is kept that could be taken back. With <code>--state-dir FOLDER</code> the server keeps what calls and plans change, for the days of <code>--undo-days</code>.</p></div>` : table(frame, changes)}`;
  return layout(frame, { title: 'What can be taken back', body, current: 'history' });
}

const table = (frame: Frame, changes: readonly UndoableChanges[]): Html =>
  html`<div class="card scroll" tabindex="0" role="region" aria-label="Changes"><table class="history">
<thead><tr><th scope="col">Done</th><th scope="col">What</th><th scope="col">Caller</th><th scope="col">Until</th><td></td></tr></thead>
<tbody>${changes.map(
    ({ of, title, instance, caller, at, until, calls }) => html`<tr>
<td class="soft">${time(at)}</td>
<th scope="row">${instance !== undefined && html`<span class="soft">${instance}</span> `}${title}<br><span class="soft">${calls} ${calls === 1 ? 'call' : 'calls'}</span></th>
<td>${caller}</td>
<td class="soft">${time(until)}</td>
<td>${undoForm(frame, of, title)}</td>
</tr>`,
  )}</tbody>
</table></div>`;

/** Says why nothing was put before people. */
export function nothingToUndoView(frame: Frame, lines: readonly string[]): Html {
  const body = html`<div class="narrow card"><h1>Undo</h1>${lines.map((line) => html`<p>${line}</p>`)}<p><a href="${frame.base}/undo">What can be taken back</a></p></div>`;
  return layout(frame, { title: 'Undo', body, current: 'history' });
}
