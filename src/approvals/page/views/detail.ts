import { type Html, html } from '../../../pages/html.js';
import { time } from '../../../pages/time.js';
import { plain } from '../../../platform/plain-text.js';
import type { Word } from '../../../policy/confirmation/approvals.js';
import type { ReviewParty } from '../../../policy/preview/review.js';
import { type Approval, stateOf, wordsNeeded } from '../../approval.js';
import { type Aftermath, aftermathView } from './aftermath.js';
import { type DecideView, decideView } from './decide.js';
import { inputsView } from './inputs.js';
import { type Frame, layout, timeLeft } from './layout.js';
import { requestView } from './request.js';
import { asks, instanceWords, STATE_WORDS, state } from './words.js';

export interface DetailView extends DecideView {
  readonly aftermath?: Aftermath | undefined;
}

/** Everything about one approval, and the forms to decide on it. */
export function detailView(frame: Frame, approval: Approval, view: DetailView): Html {
  const { review, instance, changed } = approval;
  const { now } = frame;
  const found = stateOf(approval, now);
  const body = html`<div class="instance ${instance.kind}"><strong>${instanceWords(instance)}</strong><span>${review.instance.domain ?? 'the domain is not known'}</span></div>
<div class="row">${state(approval, now)}<span class="soft small">${found === 'pending' || found === 'approved' ? timeLeft(approval.expiresAt, now) : time(approval.createdAt)}</span></div>
<h1 class="title">${review.title}</h1>
${changed.length > 0 && html`<div class="note"><p><strong>This has changed since it was approved before:</strong></p><ul>${changed.map((text) => html`<li>${text}</li>`)}</ul></div>`}
<section class="card" aria-label="What will happen">
<ul class="effects" role="list">${review.effects.map((text) => html`<li class="effect">${text}</li>`)}</ul>
${undoView(review)}
${review.details.map((text) => html`<p>${text}</p>`)}
${partiesView(approval)}
</section>
${inputsView(review)}
${requestView(approval.request)}
${factsView(approval, view.issuer)}
${outcomeView(approval)}
${view.aftermath && aftermathView(frame, view.aftermath, review.title)}
${decideView(frame, approval, view)}`;
  const version = `${approval.shown}:${found}:${approval.words.length}:${view.aftermath?.report?.lines.join(' ') ?? ''}`;
  return layout(frame, { title: review.title, body, version, says: `This call is now ${STATE_WORDS[found]}.` });
}

const undoView = ({ undo, irreversible }: Approval['review']): Html | undefined =>
  undo === undefined ? undefined : irreversible ? html`<p class="note bad"><strong>${undo}</strong></p>` : html`<p>${undo}</p>`;

/** The target, and the others named in the call. */
function partiesView({ review: { target, parties } }: Approval): Html | undefined {
  const others = parties.filter(({ id }) => target?.includes(id) !== true);
  const shown: readonly Html[] = [
    ...(target === undefined ? [] : [partyView(target, undefined)]),
    ...others.map(({ name, id }: ReviewParty) => partyView(name ?? id, belowOf(name, id))),
  ];
  return shown.length === 0 ? undefined : html`<ul class="parties" role="list">${shown}</ul>`;
}

const belowOf = (name: string | undefined, id: string): string | undefined => {
  if (name === undefined) return 'It could not be looked up.';
  return name.includes(id) ? undefined : id;
};

const partyView = (name: string, below: string | undefined): Html =>
  html`<li class="party"><span class="initials" aria-hidden="true">${initials(name)}</span><div>${name}${below !== undefined && html`<br><span class="soft mono">${below}</span>`}</div></li>`;

/** No picture is loaded from elsewhere: its server would learn who looks at what. */
function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  return (
    words
      .slice(0, 2)
      .map((word) => [...word][0] ?? '')
      .join('')
      .toUpperCase() || '?'
  );
}

function factsView(approval: Approval, issuer: string | undefined): Html {
  const { caller, createdAt, expiresAt, id, needs, operation, review } = approval;
  const anew =
    issuer === undefined ? 'a fresh passkey or the passphrase again' : 'a fresh passkey, the passphrase or the sign-in again';
  const wants = [
    ...(wordsNeeded(needs) > 1 ? ['two people'] : []),
    ...(needs.passkey ? ['a passkey'] : needs.grave ? [anew] : []),
    ...needs.approvers.map((list) => `one of ${list.map((name) => plain(name)).join(', ')}`),
  ];
  return html`<section class="card" aria-label="Who asks"><dl>
<dt>Asked by</dt><dd>${asks(approval)}, ${caller.transport === 'page' ? 'on this page' : `over ${caller.transport}`}</dd>
<dt>Asked</dt><dd>${time(createdAt)}</dd>
<dt>Stands until</dt><dd>${time(expiresAt)}</dd>
<dt>Tool</dt><dd class="mono">${operation}</dd>
<dt>Instance</dt><dd>${review.instance.text}</dd>
${wants.length > 0 && html`<dt>Takes</dt><dd>${wants.join('; ')}</dd>`}
<dt>Approval</dt><dd class="mono">${id}</dd>
</dl></section>`;
}

function outcomeView({ words, declined, usedAt, replacedAt }: Approval): Html | undefined {
  const said = [
    ...words.map((word) => wordView(word, 'approved it')),
    ...(declined === undefined ? [] : [wordView(declined, 'declined it')]),
  ];
  if (said.length === 0 && replacedAt === undefined) return undefined;
  return html`<section class="note ${declined === undefined ? 'good' : 'bad'}" aria-label="What was decided">
${said}
${usedAt !== undefined && html`<p>It was sent on ${time(usedAt)}.</p>`}
${replacedAt !== undefined && html`<p>What was shown went out of date, so the call was not sent.</p>`}
</section>`;
}

const wordView = ({ approver, method, at, own, reason }: Word, did: string): Html =>
  html`<p><strong>${approver}</strong> ${did} on ${time(at)}, by ${method}${own && ', and is the caller'}.${reason !== undefined && ` “${plain(reason, 300)}”`}</p>`;
