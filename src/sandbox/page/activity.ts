import { type Html, html, type Part } from '../../pages/html.js';
import { time } from '../../pages/time.js';
import type { App } from '../app.js';
import type { RecordedChange } from '../change-log.js';
import type { Instance } from '../instance.js';
import type { SandboxRequestRecord } from '../library-types.js';
import { type MessageRow, messages } from '../resources/message.js';
import { organizations } from '../resources/organization.js';
import { sessions } from '../resources/session.js';
import { users } from '../resources/user.js';
import { BASE, type Content, code, folded, form, list, state, table } from './layout.js';

const LATELY = 5;

const newest = <T>(all: readonly T[], most = 100): T[] => all.slice(-most).reverse();

const MARKS = { created: 'approved', updated: 'pending', deleted: 'declined' } as const;

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function changeCard({ at, request, resource, id, what, columns }: RecordedChange): Html {
  const cell = (side: 'before' | 'after', values: RecordedChange['columns'][string]): Part =>
    side in values ? code(shown(values[side])) : html`<span class="soft">nothing</span>`;
  const rows = Object.entries(columns).map(([name, values]) => [name, cell('before', values), cell('after', values)]);
  return html`<article class="card"><div class="row">${state(what, MARKS[what])}<span class="soft small">${time(at)}</span></div>
<h2 class="first">${resource.replaceAll('_', ' ')} ${code(id)}</h2><p class="soft small">${code(request)}</p>
<details${what === 'updated' && html` open`}><summary>${rows.length === 1 ? '1 column' : `${rows.length} columns`}</summary>${table(`Columns of ${id}`, ['Column', 'Before', 'After'], rows)}</details></article>`;
}

function requestCard({ at, method, path, operation, query, body, status, answer, fault }: SandboxRequestRecord): Html {
  const mark = status >= 200 && status < 300 ? 'approved' : 'declined';
  return html`<article class="card"><div class="row">${state(status === 0 ? 'no answer' : String(status), mark)}<span class="soft small">${time(at)}</span>${fault !== null && state(`fault: ${fault}`, 'pending')}</div>
<h2 class="first">${code(`${method} ${path}`)}</h2><p class="soft small">${operation ?? 'no operation'}</p>
${Object.keys(query).length > 0 && folded('Query', query)}${body !== null && folded('Body', body)}${answer !== null && folded('Answer', answer)}</article>`;
}

const cards = (all: readonly Html[]): Html =>
  all.length === 0 ? html`<div class="card quiet-box"><p>Nothing yet.</p></div>` : html`${all}`;

export function changesView(app: App): Content {
  const body = html`<h1>What changed last</h1>${cards(newest(app.changes()).map(changeCard))}`;
  return { title: 'Changes', current: 'changes', body };
}

export function requestsView(app: App): Content {
  const body = html`<h1>Requests and their answers</h1><p class="soft">The last 100, secrets masked. All are at <a href="/_sandbox/requests">/_sandbox/requests</a>.</p>${cards(newest(app.requests()).map(requestCard))}`;
  return { title: 'Requests', current: 'requests', body };
}

/** What a person would do with a message: type its code, or follow its link. */
function pointOf({ data }: MessageRow): Part {
  if (typeof data.otp_code === 'string') return html`<strong class="word">${data.otp_code}</strong>`;
  return typeof data.action_url === 'string' ? code(data.action_url) : '';
}

export function messagesView(instance: Instance): Content {
  const rows = newest(instance.all(messages)).map((row) => [
    time(row.created_at),
    row.type === 'sms' ? 'text' : 'mail',
    row.to,
    row.subject ?? row.body,
    pointOf(row),
  ]);
  const body = html`<h1>Mails and texts</h1><p class="soft">Clerk would have sent them. Here nobody gets them.</p>${table('Messages', ['When', 'Kind', 'To', 'Subject or text', 'Code or link'], rows)}`;
  return { title: 'Messages', current: 'messages', body };
}

export async function webhooksView(app: App): Promise<Content> {
  const marks = { delivered: 'approved', waiting: 'pending', failed: 'declined' } as const;
  const sent = newest(await app.webhooks.sent()).map(({ id, type, url, status, attempts, next_attempt_at, body }) => {
    const tries = attempts.map((attempt) => attempt.status ?? attempt.error).join(', ');
    return html`<article class="card"><div class="row">${state(status, marks[status])}${next_attempt_at !== null && html`<span class="soft small">again at ${time(next_attempt_at)}</span>`}</div>
<h2 class="first">${type}</h2>${list([
      ['To', code(url)],
      ['Id', code(id)],
      ['Answers', tries === '' ? 'none' : tries],
    ])}${folded('Body', body)}${form(`/webhooks/${id}`, html`<div class="actions"><button>Send again <span class="unseen">${id}</span></button></div>`)}</article>`;
  });
  const endpoints = app.webhooks.endpoints(await app.instance());
  const receivers = endpoints.map(({ url, events }) => [code(url), events.length === 0 ? 'all' : events.join(', ')]);
  const none = html`<p>No receiver is set: <code>clerk-mcp sandbox --webhook URL</code>, or <code>webhooks</code> in the seed.</p>`;
  const body = html`<h1>Webhooks</h1>${receivers.length === 0 ? none : table('Receivers', ['Receiver', 'Events'], receivers)}${cards(sent)}`;
  return { title: 'Webhooks', current: 'webhooks', body };
}

export function homeView(app: App, instance: Instance): Content {
  const count = (view: string, name: string, size: number): readonly [string, Part] => [
    name,
    html`<a href="${BASE}/${view}">${size}</a>`,
  ];
  const body = html`<h1>The sandbox</h1>
<div class="card">${list([
    count('users', 'Users', instance.of(users).size),
    ['Sessions', String(instance.of(sessions).size)],
    count('organizations', 'Organizations', instance.of(organizations).size),
    count('messages', 'Mails and texts', instance.of(messages).size),
    count('requests', 'Requests', app.requests().length),
    ['Address', code(instance.origin)],
    ['Instance', code(instance.id)],
  ])}</div>
<h2>The clock</h2><div class="card"><p>It says ${time(instance.now())}${instance.aheadMs > 0 && `, moved on by ${Math.round(instance.aheadMs / 60_000)} min`}.</p>
${form('/clock', html`<label for="by">Move it on by</label><select id="by" name="by">${Object.entries(STEPS).map(([name, ms]) => html`<option value="${ms}">${name}</option>`)}</select><div class="actions"><button class="main">Move the clock</button></div>`)}</div>
<h2>What changed last</h2>${cards(newest(app.changes(), LATELY).map(changeCard))}
<h2>Requests</h2>${cards(newest(app.requests(), LATELY).map(requestCard))}
<h2>Begin anew</h2><div class="card"><p>Forgets everything, and seeds again as at the start.</p>${form('/reset', html`<div class="actions"><button class="no">Reset</button></div>`)}</div>`;
  return { title: 'Overview', current: 'home', body };
}

const MINUTE = 60_000;
const STEPS = {
  '1 minute': MINUTE,
  '10 minutes': 10 * MINUTE,
  '1 hour': 60 * MINUTE,
  '1 day': 24 * 60 * MINUTE,
  '7 days': 7 * 24 * 60 * MINUTE,
  '30 days': 30 * 24 * 60 * MINUTE,
};
