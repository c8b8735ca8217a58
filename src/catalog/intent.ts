import type { Operation } from './operation.js';

/** What a request wants: to see something (one thing or many, if it says so), to change something, or unknown. */
export interface Intent {
  readonly wants: 'see' | 'change' | undefined;
  readonly number: 'one' | 'many' | undefined;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Phrases that may come before the words that say what is wanted. */
const OPENINGS =
  /^(?:(?:please|pls|hi|hey|hello|ok|quickly|just|now|then|and|so|can|could|would|will|you|i|we|want|wants|wanna|need|needs|like|have|must|should|to|help|me|us|how|do|does)\s+)+/;
const QUESTION =
  /^(?:who|whose|which|what|whats|where|when|why|is|are|was|were|has|have|had|did|does|how (?:many|much|long|often|big|old))\b/;
const COUNT = /\b(?:how many|number of|count)\b/;
const SEEING =
  /^(?:show|see|view|list|find|search|look|lookup|display|count|inspect|browse|enumerate|locate|read|tell|describe|overview|report|export|give (?:me|us) (?:a|the|all|an) (?:list|overview|details))\b/;
/** Verbs that can mean either: to get can be to see something or to mint it, to check can be to read or to try a code. */
const EITHER = set('get fetch retrieve check verify validate test confirm pull');
const CHANGING = set(
  'add allow apply approve assign attach ban bar block bump bulk cancel change clear close connect convert create cut deactivate ' +
    'decline define delete demote deny detach disable disallow disconnect drop edit enable end enforce erase exempt extend fix ' +
    'forbid force forget freeze generate give grant import increase invalidate invite issue join kick kill let lift limit link lock ' +
    'log lower make map mark merge mint modify move open overwrite pause permit promote prevent purge put raise reactivate refund ' +
    'refuse register regenerate reinstate reject remove rename renew replace resend reset restore restrict resume retire revert ' +
    'revoke roll rotate save send set sign start stop store strip submit suspend swap switch take tag throw translate turn unban ' +
    'unblock undo unlink unlock unsuspend update upgrade upload use void whitelist blacklist wipe withdraw write',
);

/** Shows that one thing is meant: one of the API's identifiers, or a word for one. */
const IDENTIFIER = /\b[a-z]{2,8}_[a-z]{0,40}\d|\bid\b|\bby slug\b/i;
/** Shows that several are meant: a word that says so, or what looks like a plural. */
const MANY =
  /\b(?:all|every|everybody|everyone|list|who|any|people|overview)\b|\b(?!(?:does|has|was|needs|wants|gets|sms|jwks|this)\b)[a-z]{2,30}[^\Wiusd_]s\b/;

/** Reads the first words, which tell most, and looks for a verb of change among the others. */
export function intentOf(request: string): Intent {
  const text = request.trim().toLowerCase().replaceAll("'", '');
  const number = IDENTIFIER.test(text) ? 'one' : COUNT.test(text) || MANY.test(text) ? 'many' : undefined;
  return { wants: wantsOf(text, number), number };
}

function wantsOf(text: string, number: Intent['number']): Intent['wants'] {
  const rest = text.replace(OPENINGS, '');
  if ([text, rest].some((words) => QUESTION.test(words) || SEEING.test(words) || COUNT.test(words))) return 'see';
  const words = rest.match(/[a-z]+/g) ?? [];
  if (words.some((word) => CHANGING.has(word))) return 'change';
  // A request that only names things wants to see them.
  return number === 'many' && !EITHER.has(words[0] ?? '') ? 'see' : undefined;
}

/** Tuned on sample requests; no single one matters much. */
const FACTORS = { seeRead: 1.3, seeChange: 0.85, changeRead: 0.85, many: 1.1, bulk: 1.15 };

/** The factor for an operation's score, by what the request wants. */
export function fitOf({ wants, number }: Intent, { name, spec }: Operation): number {
  const { risk } = spec;
  if (wants === 'see') {
    if (risk !== 'read') return risk === 'credential' ? 1 : FACTORS.seeChange;
    const lists = /_(?:list|getAll|getList|getTotalCount)/.test(name);
    return FACTORS.seeRead * (number === undefined || (number === 'many') === lists ? FACTORS.many : 1);
  }
  if (wants !== 'change') return 1;
  if (risk === 'read') return FACTORS.changeRead;
  return number === 'many' && /Many|bulk/.test(name) ? FACTORS.bulk : 1;
}
