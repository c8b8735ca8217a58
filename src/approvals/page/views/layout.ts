import { type Html, html, type Part } from '../../../pages/html.js';
import type { Session } from '../../sessions.js';

/** What every view needs to know. */
export interface Frame {
  /** Path of the page without a slash at the end: `/approvals`. */
  readonly base: string;
  readonly session?: Session | undefined;
  /** For every form. */
  readonly formToken: string;
  /** Paths of what the page loads. */
  readonly assets: { readonly style: string; readonly script: string; readonly chart: string };
  /** `localhost:5776` */
  readonly host: string;
  readonly now: number;
}

export interface Content {
  readonly title: string;
  readonly body: Part;
  /** Changes with what is shown; if it is given, the page looks for changes. */
  readonly version?: string | undefined;
  /** What a screen reader says when the page has changed. */
  readonly says?: string | undefined;
  /** Whether there is a chart in it. */
  readonly hasChart?: boolean;
  readonly current?: 'waiting' | 'history' | 'record' | 'budgets' | 'callers' | undefined;
}

const MARK = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M12 3l7 3v5c0 5-3.2 8.4-7 10-3.8-1.6-7-5-7-10V6z"/><path d="M8.7 12.2l2.3 2.3 4.4-4.6"/></svg>`;

/** A whole document. */
export function layout(frame: Frame, { title, body, version, says, hasChart, current }: Content): Html {
  const { base, assets, session } = frame;
  const link = (path: string, name: string, key: Content['current']): Html =>
    html`<a href="${base}${path}"${current === key && html` aria-current="page"`}>${name}</a>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · clerk-mcp</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>${hasChart && html`<script src="${assets.chart}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><div class="bar">
<div class="brand">${MARK} clerk-mcp approvals</div>
${
  session &&
  html`<nav aria-label="Approvals">${link('', 'Waiting', 'waiting')}${link('/history', 'History', 'history')}${link('/record', 'Record', 'record')}${link('/budgets', 'Budgets', 'budgets')}${link('/callers', 'Callers', 'callers')}</nav>
<div class="who"><span>${session.approver.name}, by ${session.method}</span>${form(frame, '/sign-out', html`<button class="quiet">Sign out</button>`)}</div>`
}
</div></header>
<main id="main" tabindex="-1"${version !== undefined && html` data-version="${version}" data-says="${says ?? ''}"`}>
${body}
</main>
<div id="live" class="unseen" aria-live="polite"></div>
</body>
</html>
`;
}

/** A form that only this page can send. */
export const form = ({ base, formToken }: Frame, path: string, body: Part): Html =>
  html`<form method="post" action="${base}${path}"><input type="hidden" name="token" value="${formToken}">${body}</form>`;

/** For forms that must prove which browser they come from; the script fills it in. */
export const browserField = html`<input type="hidden" name="browser" data-browser value="">`;

/** The time left until then. */
export const timeLeft = (until: number, now: number): Html =>
  html`<time datetime="${new Date(until).toISOString()}" data-until=" left">${minutesTo(until, now)} left</time>`;

/** How long it is until then. */
export const timeUntil = (until: number, now: number): Html =>
  html`<time datetime="${new Date(until).toISOString()}" data-until="">${minutesTo(until, now)}</time>`;

const minutesTo = (until: number, now: number): string => `${Math.max(0, Math.ceil((until - now) / 60_000))} min`;

export const alert = (message: string | undefined): Html => html`<div class="note bad" role="alert">${message}</div>`;
