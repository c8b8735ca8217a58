import { type Html, html } from '../../../pages/html.js';
import { plain } from '../../../platform/plain-text.js';
import type { ApprovalState } from '../../../policy/confirmation/approvals.js';
import { type Approval, stateOf, wordsNeeded } from '../../approval.js';

export const INSTANCE_WORDS = { live: 'LIVE', test: 'Development', sandbox: 'Sandbox' } as const;

/** The label of each state. */
export const STATE_WORDS: Readonly<Record<ApprovalState, string>> = {
  pending: 'waiting',
  approved: 'approved, not sent yet',
  used: 'approved',
  declined: 'declined',
  expired: 'expired',
  replaced: 'changed meanwhile',
};

/** Which instance it is: of several by its name, too. */
export const instanceWords = ({ kind, name }: Pick<Approval['instance'], 'kind' | 'name'>): string =>
  name === undefined ? INSTANCE_WORDS[kind] : `${name} · ${INSTANCE_WORDS[kind]}`;

export const badge = (instance: Pick<Approval['instance'], 'kind' | 'name'>): Html =>
  html`<span class="badge ${instance.kind}">${instanceWords(instance)}</span>`;

export function state(approval: Approval, now: number): Html {
  const found = stateOf(approval, now);
  const count = wordsNeeded(approval.needs) > 1 && found === 'pending' ? `, ${approval.words.length} of 2 have approved` : '';
  return html`<span class="state ${found}">${STATE_WORDS[found]}${count}</span>`;
}

/** Who decided, and why. */
export const decidedBy = ({ declined, words }: Approval): string =>
  declined === undefined
    ? words.map(({ approver }) => approver).join(' and ')
    : declined.approver + (declined.reason === undefined ? '' : `: “${plain(declined.reason, 300)}”`);

/** The caller, and what its client says about itself, which is not verified. */
export function asks({ caller: { name, client, clientVersion } }: Approval): string {
  return plain(name, 200) + (client === undefined ? '' : `, whose client ${saysItIs(client, clientVersion)}`);
}

/** What a client says about itself. */
export const saysItIs = (client: string | undefined, version: string | undefined): string =>
  client === undefined ? '' : `says it is “${plain([client, version].filter(Boolean).join(' '), 120)}”`;
