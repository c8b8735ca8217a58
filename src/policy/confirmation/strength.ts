import type { WantedStrength } from '../rules/rules.js';
import type { InstanceKind, Strength } from '../types.js';
import { STRENGTHS } from '../types.js';

/** `auto` for this client: its person where they can be asked, otherwise as strong as the instance deserves. */
function resolve(wanted: WantedStrength, kind: InstanceKind, canAsk: boolean): Strength {
  if (wanted !== 'auto') return wanted;
  if (canAsk) return 'person';
  return kind === 'live' ? 'token' : 'flag';
}

/** The strongest of what the rules want. */
export function strongest(wanted: readonly WantedStrength[], kind: InstanceKind, canAsk: boolean): Strength {
  const ranks = wanted.map((strength) => STRENGTHS.indexOf(resolve(strength, kind, canAsk)));
  return STRENGTHS[Math.max(...ranks)] ?? 'person';
}

const SENTENCES: Readonly<Record<Strength, string>> = {
  person:
    'The person is asked through their client before such a call is sent; do not ask in their place, and take a no as final.',
  token:
    'The first such call is refused with what would happen and a token: tell the person, and only when they agree call again with the same arguments and the token in confirm.',
  flag: 'Such a call is refused with what would happen: tell the person, and only when they agree call again with confirm: true.',
};

/** How gated calls are confirmed, for the start of the program and for models. */
export function explainStrategy(wanted: WantedStrength, kind: InstanceKind): string {
  if (wanted === 'person') return `${SENTENCES.person} A client that cannot ask is refused.`;
  if (wanted !== 'auto') return SENTENCES[wanted];
  return `${SENTENCES.person} Where the client cannot ask: ${SENTENCES[resolve('auto', kind, false)].replace(/^./, (first) => first.toLowerCase())}`;
}
