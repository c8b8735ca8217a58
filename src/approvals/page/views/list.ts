import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import { type Approval, stateOf } from '../../approval.js';
import { type Frame, layout, timeLeft } from './layout.js';
import { asks, badge, decidedBy, state } from './words.js';

const RECENT = 5;

/** The calls that wait, and the latest decisions. @param approvals the newest first */
export function listView(frame: Frame, approvals: readonly Approval[]): Html {
  const { now, base } = frame;
  const inState = (...states: string[]) => approvals.filter((approval) => states.includes(stateOf(approval, now)));
  // Whatever expires first should be read first.
  const waiting = inState('pending').sort((one, other) => one.expiresAt - other.expiresAt);
  const decided = approvals.filter((approval) => !waiting.includes(approval)).slice(0, RECENT);
  const says = waiting.length === 1 ? '1 call waits for approval' : `${waiting.length} calls wait for approval`;
  const body = html`<h1>${waiting.length === 0 ? 'Nothing waits for approval' : says}</h1>
${
  waiting.length === 0
    ? html`<div class="card quiet-box"><p>When an agent calls a tool that needs a person, it appears here by itself.</p></div>`
    : html`<h2 class="unseen">Waiting</h2><ul class="cards">${waiting.map((approval) => html`<li>${card(frame, approval)}</li>`)}</ul>`
}
${
  decided.length > 0 &&
  html`<h2>Decided lately</h2><ul class="cards">${decided.map((approval) => html`<li>${card(frame, approval)}</li>`)}</ul>
<p><a href="${base}/history">All of the history</a></p>`
}`;
  const version = approvals.map((approval) => `${approval.id}:${stateOf(approval, now)}:${approval.words.length}`).join();
  return layout(frame, {
    title: waiting.length === 0 ? 'Approvals' : `(${waiting.length}) Approvals`,
    body,
    version,
    says,
    current: 'waiting',
  });
}

function card({ base, now }: Frame, approval: Approval): Html {
  const { review, id, expiresAt, createdAt } = approval;
  const isPending = stateOf(approval, now) === 'pending';
  const by = decidedBy(approval);
  return html`<article class="card item ${approval.instance.kind}">
<div class="row">${badge(approval.instance)}${state(approval, now)}<span class="soft small">${isPending ? timeLeft(expiresAt, now) : time(createdAt)}</span></div>
<h3><a href="${base}/${id}">${review.title}</a></h3>
<p>${isPending ? (review.effects[0] ?? review.question) : review.target}</p>
<p class="soft small">${isPending || by === '' ? `Asked by ${asks(approval)}` : `Decided by ${by}`}</p>
</article>`;
}
