import { type Html, html } from '../../../pages/html.js';
import type { Review, ReviewInput } from '../../../policy/preview/review.js';

/** A list of this many items or more can be searched. */
const SEARCHABLE = 8;

/** Every input that the effects do not show, every item of every list. */
export const inputsView = ({ inputs }: Review): Html | undefined =>
  inputs.length === 0
    ? undefined
    : html`<section class="card" aria-label="Inputs"><h2 class="unseen">Inputs</h2>${inputs.map(inputView)}</section>`;

function inputView({ name, lines }: ReviewInput, nth: number): Html {
  return html`${grouped(lines).map((group, part) => (typeof group === 'string' ? html`<p>${group}</p>` : listView(name, group, `list-${nth}-${part}`)))}`;
}

function listView(name: string, items: readonly (readonly string[])[], id: string): Html {
  return html`${
    items.length >= SEARCHABLE &&
    html`<div data-script hidden><label for="${id}-search">Search in ${name}</label>
<input id="${id}-search" type="search" data-filter="${id}" autocomplete="off"><p id="${id}-count" class="soft small" role="status">${items.length} of ${items.length} shown</p></div>`
  }<ul class="list" id="${id}" tabindex="0" role="list" aria-label="${name}">${items.map(
    ([first, ...others]) => html`<li>${first}${others.map((line) => html`<span class="mono">${line}</span>`)}</li>`,
  )}</ul>`;
}

/** The lines of an input: for a list, each item with the lines that belong to it. */
function grouped(lines: readonly string[]): (string | string[][])[] {
  const groups: (string | string[][])[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (line.startsWith('- ')) {
      if (Array.isArray(last)) last.push([line.slice(2)]);
      else groups.push([[line.slice(2)]]);
    } else if (line.startsWith('  ') && Array.isArray(last)) last.at(-1)?.push(line.trim());
    else groups.push(line);
  }
  return groups;
}
