import { type Html, html, type Part } from '../../pages/html.js';
import { time } from '../../pages/time.js';

/** Where everything but the first view is. */
export const BASE = '/_sandbox/page';
export const HOME = '/_sandbox/';

const VIEWS = {
  users: 'Users',
  organizations: 'Organizations',
  changes: 'Changes',
  requests: 'Requests',
  messages: 'Messages',
  webhooks: 'Webhooks',
  faults: 'Faults',
} as const;

export type View = keyof typeof VIEWS;

export interface Content {
  readonly title: string;
  readonly body: Part;
  readonly current?: View | 'home';
}

/** Path of the style, which changes with it. */
export interface Frame {
  readonly style: string;
  readonly now: number;
}

/** A whole document. There is no script in it. */
export function layout({ style, now }: Frame, { title, body, current }: Content): Html {
  const link = (path: string, name: string, key: Content['current']): Html =>
    html`<a href="${path}"${current === key && html` aria-current="page"`}>${name}</a>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><div class="bar">
<div class="brand">clerk-mcp sandbox</div>
<nav aria-label="Sandbox">${link(HOME, 'Overview', 'home')}${Object.entries(VIEWS).map(([key, name]) => link(`${BASE}/${key}`, name, key as View))}</nav>
<div class="who"><span>Clock: ${time(now)}</span></div>
</div></header>
<main id="main" tabindex="-1">
${body}
</main>
</body>
</html>
`;
}

/** A form that sends what is in it. */
export const form = (path: string, body: Part): Html => html`<form method="post" action="${BASE}${path}">${body}</form>`;

/** A table that scrolls sideways where the screen is narrow. */
export const table = (caption: string, heads: readonly string[], rows: readonly (readonly Part[])[]): Html =>
  rows.length === 0
    ? html`<div class="card quiet-box"><p>Nothing yet.</p></div>`
    : html`<div class="card scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption class="unseen">${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;

/** A value as JSON, folded away. */
export const folded = (name: string, value: unknown): Html =>
  html`<details><summary>${name}</summary><pre tabindex="0">${JSON.stringify(value, null, 2)}</pre></details>`;

export const list = (pairs: readonly (readonly [name: string, value: Part])[]): Html =>
  html`<dl>${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;

export const link = (view: View, id: string, name: string = id): Html => html`<a href="${BASE}/${view}/${id}">${name}</a>`;
export const code = (text: string): Html => html`<code>${text}</code>`;
export const state = (text: string, mark: '' | 'approved' | 'declined' | 'pending' = ''): Html =>
  html`<span class="state ${mark}">${text}</span>`;

const PER_PAGE = 50;

/** A part of many, with the way to the next, and a field to search by. */
export function paged<T>(all: readonly T[], query: URLSearchParams, view: View): { rows: readonly T[]; controls: Html } {
  const asked = query.get('q') ?? '';
  const at = Math.max(0, Math.min(Number.parseInt(query.get('from') ?? '0', 10) || 0, Math.max(0, all.length - 1)));
  const to = (from: number): string => `${BASE}/${view}?${new URLSearchParams({ q: asked, from: String(from) })}`;
  const rows = all.slice(at, at + PER_PAGE);
  const shown = rows.length === 0 ? 'None' : `${at + 1} to ${at + rows.length} of ${all.length}`;
  const controls = html`<form class="filters" method="get" action="${BASE}/${view}"><div><label for="q">Search</label>
<input id="q" name="q" type="search" value="${asked}" autocomplete="off"></div><button>Search</button></form>
<p class="soft small">${shown}${at > 0 && html` · <a href="${to(Math.max(0, at - PER_PAGE))}">Earlier</a>`}${at + PER_PAGE < all.length && html` · <a href="${to(at + PER_PAGE)}">Further</a>`}</p>`;
  return { rows, controls };
}
