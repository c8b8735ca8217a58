import type { ConfirmForm } from '../../catalog/operation.js';
import type { CallList } from '../list-call.js';
import type { InstanceKind, Way } from '../policy-types.js';
import type { Verdict } from '../rules/verdict.js';
import type { Strength, WantedStrength } from '../strengths.js';
import { STRENGTHS } from '../strengths.js';
import type { Needs } from './approvals.js';

/** `auto` for this client: a person wherever one can be asked, and on a live instance in every client. */
function resolve(wanted: WantedStrength, kind: InstanceKind, canAsk: boolean): Strength {
  if (wanted !== 'auto') return wanted;
  return canAsk || kind === 'live' ? 'person' : 'flag';
}

/** The strongest of what the rules want. */
export function strongest(wanted: readonly WantedStrength[], kind: InstanceKind, canAsk: boolean): Strength {
  const ranks = wanted.map((strength) => STRENGTHS.indexOf(resolve(strength, kind, canAsk)));
  return STRENGTHS[Math.max(...ranks)] ?? 'person';
}

/** A rule that names approvers needs a person: only then is it known who approved. */
export const wantedStrengths = ({ strengths, approvers }: Pick<Verdict, 'strengths' | 'approvers'>): readonly WantedStrength[] =>
  approvers.length === 0 ? strengths : [...strengths, 'person'];

/** How a list as a whole has to be confirmed; empty if it need not be. */
export const listStrengths = ({ items }: CallList): readonly WantedStrength[] => [
  ...new Set(items.flatMap(({ judged }) => (judged.action === 'confirm' ? wantedStrengths(judged) : []))),
];

/** Whether only a person can confirm. */
export const isByPerson = (strength: Strength): boolean => STRENGTHS.indexOf(strength) >= STRENGTHS.indexOf('person');

/** What `confirm` holds in a call confirmed this way. */
export const formOf = (strength: Strength): ConfirmForm =>
  isByPerson(strength) ? 'approval' : strength === 'token' ? 'token' : 'flag';

/** What a person's approval must fulfil. What only the review shows is added once it exists. */
export const needsOf = (wanted: readonly WantedStrength[], approvers: Needs['approvers'], byAnother: boolean): Needs => ({
  passkey: wanted.includes('passkey'),
  two: wanted.includes('two'),
  byAnother,
  approvers,
  grave: false,
});

const ON_THE_PAGE =
  'If the answer is approval_pending, tell the person its link, then make the same call with its id in confirm.';

const SENTENCES: Readonly<Record<Strength, string>> = {
  person: `The person is asked before such a call is sent, through their client or on a page of their own; do not ask in their place, and take a no as final. ${ON_THE_PAGE}`,
  passkey: `A person approves such a call with their passkey, on a page of their own, before it is sent; take a no as final. ${ON_THE_PAGE}`,
  two: `Two people approve such a call, on a page of their own, before it is sent; take a no as final. ${ON_THE_PAGE}`,
  token:
    'The first such call is refused with what would happen and a token: tell the person, and only when they agree call again with the same arguments and the token in confirm.',
  flag: 'Such a call is refused with what would happen: tell the person, and only when they agree call again with confirm: true.',
};

/** How gated calls are confirmed, for the start of the program and for models. */
export function explainStrategy(wanted: WantedStrength, kind: InstanceKind): string {
  if (wanted !== 'auto') return SENTENCES[wanted];
  if (kind === 'live') return SENTENCES.person;
  return `${SENTENCES.person} Where the client cannot ask: ${SENTENCES[resolve('auto', kind, false)].replace(/^./, (first) => first.toLowerCase())}`;
}

/** How they are confirmed in one client, for its model: leaves out what cannot happen there. */
export function explainTo(wanted: WantedStrength, kind: InstanceKind, canAsk: boolean, ways: readonly Way[]): string {
  const byForm = canAsk && ways.includes('client');
  const strength = resolve(wanted, kind, byForm);
  if (strength !== 'person') return SENTENCES[strength];
  const onPage = ways.includes('page');
  if (!byForm && !onPage) return 'No person can be asked in this client, so such a call is refused.';
  const places = [...(byForm ? ['through their client'] : []), ...(onPage ? ['on a page of their own'] : [])];
  const asked = `The person is asked before such a call is sent, ${places.join(' or ')}; do not ask in their place, and take a no as final.`;
  return onPage ? `${asked} ${ON_THE_PAGE}` : asked;
}
