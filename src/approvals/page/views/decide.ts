import { type Html, html } from '../../../pages/html.js';
import { type Approval, stateOf } from '../../approval.js';
import type { Approver } from '../../approver-file.js';
import { isCaller, isNamed, isSameName, signsInAt } from '../../approvers.js';
import type { Session } from '../../sessions.js';
import { passkeysAt, requestOptions } from '../passkeys.js';
import { alert, browserField, type Frame, form } from './layout.js';

export interface DecideView {
  readonly session: Session;
  /** Another place where people can sign in again. */
  readonly issuer?: string | undefined;
  /** Unix milliseconds. */
  readonly seenAt: number;
  readonly error?: string | undefined;
  /** The session alone does not prove that this person sends the form. */
  readonly isUnproven: boolean;
}

/** The forms with which a person decides, or the reason why they cannot. */
export function decideView(frame: Frame, approval: Approval, view: DecideView): Html | undefined {
  const found = stateOf(approval, frame.now);
  if (found !== 'pending' && found !== 'approved') return undefined;
  const obstacle = found === 'approved' ? undefined : obstacleFor(approval, view.session.approver);
  const mayApprove = found === 'pending' && obstacle === undefined;
  return html`<section aria-labelledby="decide"><h2 id="decide">${found === 'pending' ? 'Your decision' : 'Take it back'}</h2>
${alert(view.error)}
${obstacle !== undefined && html`<p class="note">${obstacle}</p>`}
<div class="${mayApprove ? 'decide' : 'narrow'}">${mayApprove && approveForm(frame, approval, view)}${isNamed(view.session.approver, approval.needs) && declineForm(frame, approval, view)}</div>
</section>`;
}

function obstacleFor({ needs, words, caller }: Approval, approver: Approver): string | undefined {
  if (!isNamed(approver, needs)) return 'The policy wants other people to approve this call.';
  if (words.some((word) => isSameName(word.approver, approver.name))) return 'You have approved it. It takes one more person.';
  if (needs.two && isCaller(approver, caller.name) && words.some(({ own }) => own))
    return 'It takes a person other than the caller.';
  return undefined;
}

const common = ({ shown }: Approval, { seenAt }: DecideView, verdict: string): Html =>
  html`<input type="hidden" name="verdict" value="${verdict}"><input type="hidden" name="shown" value="${shown}"><input type="hidden" name="seen" value="${seenAt}">`;

function approveForm(frame: Frame, approval: Approval, view: DecideView): Html {
  const { needs, review, id, shown } = approval;
  const { approver, method } = view.session;
  const isFresh = needs.grave || needs.passkey || view.isUnproven;
  const keys = passkeysAt(approver, frame.host);
  const byKey = isFresh && keys.length > 0;
  const byPassphrase = isFresh && !needs.passkey && approver.passphrase !== undefined;
  const byIssuer = isFresh && !needs.passkey && signsInAt(approver, view.issuer);
  const request = JSON.stringify(
    requestOptions(
      shown,
      frame.host,
      keys.map((key) => key.id),
    ),
  );
  const why = needs.grave || needs.passkey ? 'Much is at stake' : 'Another program of this machine may have your session';
  const body = html`${common(approval, view, 'approve')}${browserField}<input type="hidden" name="passkey" value="">
<p><strong>${review.question}</strong></p>
${
  review.word !== undefined &&
  html`<label for="typed">Type <span class="word">${review.word}</span> to show that you mean it</label>
<input id="typed" name="typed" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="1000">`
}
${isFresh && html`<p class="soft small">${why}: confirm once more who you are. ${byKey && 'Your passkey signs exactly what is shown above.'}</p>`}
${alert(undefined)}
${byKey && html`<div class="actions" data-script hidden><button class="main" data-request="${request}">Approve with the passkey</button></div>`}
${
  byPassphrase &&
  html`${byKey && html`<div class="or">or</div>`}<label for="again">Your passphrase</label><input id="again" name="passphrase" type="password" autocomplete="current-password" maxlength="1024"${!byKey && html` required`}>
<div class="actions"><button${!byKey && html` class="main"`}>Approve with the passphrase</button></div>`
}
${byIssuer && html`${(byKey || byPassphrase) && html`<div class="or">or</div>`}<div class="actions"><button name="by" value="issuer" formnovalidate${!byKey && !byPassphrase && html` class="main"`}>Approve by signing in anew at ${new URL(view.issuer ?? '').host}</button></div>`}
${!isFresh && html`<div class="actions"><button class="main">Approve</button></div>`}
${isFresh && !byKey && !byPassphrase && !byIssuer && html`<p class="note">${`It takes a passkey for ${frame.host.replace(/:\d+$/, '')}, and you signed in by ${method}. Enrol one: clerk-mcp approver add ${approver.name} --passkey`}</p>`}`;
  return html`<div class="card">${form(frame, `/${id}`, body)}</div>`;
}

function declineForm(frame: Frame, approval: Approval, view: DecideView): Html {
  const body = html`${common(approval, view, 'decline')}
<label for="reason">Reason <span class="soft">(the agent is told)</span></label><textarea id="reason" name="reason" maxlength="300"></textarea>
<div class="actions"><button class="no">Decline</button></div>`;
  return html`<div class="card">${form(frame, `/${approval.id}`, body)}</div>`;
}
