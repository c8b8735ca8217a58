import type { App } from '../app/app-types.js';
import type { Call, CallOutcome } from '../call/call-types.js';
import type { Progress } from '../call/progress.js';
import type { PersonAnswer, Waiting } from '../policy/policy-types.js';
import { ask } from './passphrase-prompt.js';

export interface Applying {
  readonly caller: Call['caller'];
  /** Whether a person is at the terminal and can be asked. */
  readonly canAsk: boolean;
  /** Whether the person has agreed already, as far as that is theirs to say. */
  readonly isAgreed: boolean;
  /** What is on screen already, and not shown again. */
  readonly shown: string;
  /** What is asked for a yes. */
  readonly question: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Carries out a plan for a person at a terminal. Calls again for as long as people have not decided or the plan is still
 * running: one call waits only so long.
 * @param args the arguments of Jobs_applyPlan
 */
export async function applyAtTerminal(app: App, args: Readonly<Record<string, unknown>>, how: Applying): Promise<CallOutcome> {
  const { caller, canAsk, isAgreed, signal, onProgress } = how;
  const call: Call = {
    name: 'Jobs_applyPlan',
    arguments: args,
    caller,
    canAsk,
    atTerminal: canAsk,
    signal,
    onWaiting: tellWaiting,
    onProgress,
  };
  const outcome = await answered(await app.calls.call(call), how);
  if (signal.aborted || outcome.kind === 'ask' || outcome.kind === 'link') return outcome;
  const { error, approval, state, token } = modelOf(outcome);
  if (isAgreed && token !== undefined && !('confirm' in args)) return applyAtTerminal(app, { ...args, confirm: token }, how);
  if (error === 'approval_pending') return applyAtTerminal(app, { ...args, confirm: approval }, how);
  return state === 'running' ? applyAtTerminal(app, args, how) : outcome;
}

interface Model {
  readonly message?: string;
  readonly error?: string;
  readonly approval?: string;
  readonly token?: string;
  readonly state?: string;
}

export const modelOf = ({ text }: { readonly text: string }): Model => JSON.parse(text) as Model;

/** Puts the question, if there is one, to the person at the terminal. */
async function answered(outcome: CallOutcome, how: Pick<Applying, 'shown' | 'question'>): Promise<CallOutcome> {
  if (outcome.kind !== 'ask') return outcome;
  const { shown, question } = how;
  const { message, schema, state, resume } = outcome;
  // The part that is on screen already is not shown again.
  const news = message.endsWith(shown) ? message.slice(0, -shown.length).trim() : message;
  if (news !== '') process.stderr.write(`${news}\n`);
  const { typed } = schema.properties;
  let answer: Pick<PersonAnswer, 'action' | 'content'>;
  if (typed === undefined)
    answer = (await isYes(question)) ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
  else {
    const word = (await ask(`${typed.title} (leave empty to cancel): `)).trim();
    answer = word === '' ? { action: 'decline' } : { action: 'accept', content: { typed: word } };
  }
  return answered(await resume({ ...answer, state }), how);
}

export const isYes = async (question: string): Promise<boolean> => /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());

export const tellWaiting = ({ id, link }: Waiting): void => {
  process.stderr.write(`Waits for a person to approve it: ${link ?? `clerk-mcp approvals approve ${id}`}\n`);
};
