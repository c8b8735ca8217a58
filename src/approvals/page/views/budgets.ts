import { type Html, html } from '../../../pages/html.js';
import { plain } from '../../../platform/plain-text.js';
import type { BudgetUse } from '../../../policy/rules/budgets.js';
import { type Frame, layout, timeUntil } from './layout.js';

/** How many more calls the budgets allow. */
export function budgetsView(frame: Frame, budgets: readonly BudgetUse[]): Html {
  const body = html`<h1>Budgets</h1>
<p class="soft">How many calls each budget lets through, and how many are left. Calls over a budget are refused, approved or not.</p>
${
  budgets.length === 0
    ? html`<div class="card quiet-box"><p>No budget holds on this instance. The policy file sets them.</p></div>`
    : budgets.map((budget) => budgetView(frame, budget))
}`;
  return layout(frame, {
    title: 'Budgets',
    body,
    current: 'budgets',
    version: versionOf(budgets),
    says: 'The budgets have changed.',
  });
}

const versionOf = (budgets: readonly BudgetUse[]): string =>
  budgets.map(({ uses }) => uses.map(({ caller, used }) => `${caller ?? ''}:${used}`).join()).join(';');

function budgetView({ now }: Frame, { name, of, max, per, uses }: BudgetUse): Html {
  const all = uses.some(({ caller }) => caller === undefined);
  return html`<section class="card"><h2 class="first">${plain(name)}</h2>
<p class="soft small">${max} in ${per}, ${all ? 'all callers together' : 'each caller'}: <code>${plain(of, 200)}</code></p>
${uses.length === 0 ? html`<p>None of it is taken: ${max} left.</p>` : html`<ul class="uses" role="list">${uses.map((use) => useView(use, max, now))}</ul>`}
</section>`;
}

function useView({ caller, used, freesMs }: BudgetUse['uses'][number], max: number, now: number): Html {
  const name = caller === undefined ? 'All callers' : plain(caller);
  const left = Math.max(0, max - used);
  return html`<li><div class="row"><strong>${name}</strong><span>${left} of ${max} left</span>${used > 0 && html`<span class="soft small">more in ${timeUntil(now + freesMs, now)}</span>`}</div>
<meter min="0" max="${max}" low="${max / 4}" high="${max / 2}" optimum="${max}" value="${left}" aria-label="${`Left to ${name}`}">${left} of ${max}</meter></li>`;
}
