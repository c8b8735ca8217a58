import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import { plain } from '../../../platform/plain-text.js';
import type { CallerSeen, CallersSeen, SessionSeen } from '../../caller-book.js';
import { type Frame, layout } from './layout.js';
import { saysItIs } from './words.js';

/** Who has called, and who is connected. */
export function callersView(frame: Frame, { callers, sessions }: CallersSeen): Html {
  const body = html`<h1>Callers</h1>
<p class="soft">Since the running servers started. A caller's name is verified; what a client says about itself is not.</p>
<h2>Connected <span class="count">${sessions.length}</span></h2>
${sessions.length === 0 ? nothing('No client has a session. Newer clients never have one: they show only by their calls.') : connected(sessions)}
<h2>Have called <span class="count">${callers.length}</span></h2>
${callers.length === 0 ? nothing('There are no callers yet.') : called(callers)}`;
  const version = `${sessions.length}:${callers.map(({ name, instance, calls }) => `${instance ?? ''}:${name}:${calls}`).join()}`;
  return layout(frame, { title: 'Callers', body, current: 'callers', version, says: 'Somebody has called.' });
}

/** Which one of several instances. */
const on = (instance: string | undefined): Html | undefined =>
  instance === undefined ? undefined : html` <span class="soft">on ${instance}</span>`;

const nothing = (text: string): Html => html`<div class="card quiet-box"><p>${text}</p></div>`;

const connected = (sessions: readonly SessionSeen[]): Html =>
  html`<div class="card scroll" tabindex="0" role="region" aria-label="Connected"><table class="history">
<thead><tr><th scope="col">Caller</th><th scope="col">Client</th><th scope="col">Over</th><th scope="col">Since</th></tr></thead>
<tbody>${sessions.map(
    ({ caller, instance, client, clientVersion, transport, since }) =>
      html`<tr><th scope="row">${plain(caller)}${on(instance)}</th><td>${saysItIs(client, clientVersion)}</td><td>${transport}</td><td class="soft">${time(since)}</td></tr>`,
  )}</tbody>
</table></div>`;

const called = (callers: readonly CallerSeen[]): Html =>
  html`<div class="card scroll" tabindex="0" role="region" aria-label="Have called"><table class="history">
<thead><tr><th scope="col">Caller</th><th scope="col">Client</th><th scope="col">Over</th><th scope="col">Calls</th><th scope="col">First</th><th scope="col">Last</th></tr></thead>
<tbody>${callers.map(
    ({ name, instance, client, clientVersion, transport, calls, firstAt, lastAt }) =>
      html`<tr><th scope="row">${plain(name)}${on(instance)}</th><td>${saysItIs(client, clientVersion)}</td><td>${transport}</td><td>${calls} ${calls === 1 ? 'call' : 'calls'}</td><td class="soft">${time(firstAt)}</td><td class="soft">${time(lastAt)}</td></tr>`,
  )}</tbody>
</table></div>`;
