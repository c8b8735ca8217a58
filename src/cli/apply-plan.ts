import type { App } from '../app/app-types.js';
import type { Call, CallOutcome } from '../call/call-types.js';
import type { Progress } from '../call/progress.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { planReport } from '../jobs/apply/report.js';
import { isByPerson } from '../policy/confirmation/strength.js';
import type { PersonAnswer, Waiting } from '../policy/policy-types.js';
import type { Strength } from '../policy/strengths.js';
import { EXIT, type Flags, print } from './commands/command.js';
import { complain } from './complain.js';
import { ask } from './passphrase-prompt.js';
import { openBar } from './progress-bar.js';

interface Applying {
  readonly caller: Call['caller'];
  /** Whether a person is at the terminal and can be asked. */
  readonly canAsk: boolean;
  /** Whether the person has agreed already, as far as that is theirs to say. */
  readonly isAgreed: boolean;
  /** What is on screen already, and not shown again. */
  readonly shown: string;
  /** The question, to be answered by yes or no. */
  readonly question: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Carries out a plan for a person at a terminal. Calls again for as long as people have not decided or the plan is still
 * running: one call waits only so long.
 * @param args the arguments of Jobs_applyPlan
 */
async function applyAtTerminal(app: App, args: Readonly<Record<string, unknown>>, how: Applying): Promise<CallOutcome> {
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

/** A plan that has been made, and what its confirmation needs. */
interface Planned {
  readonly plan: { readonly id: string };
  readonly strength: Strength | undefined;
}

/** Where the policy requires a person, it asks for itself. */
export const asksItself = ({ strength }: Pick<Planned, 'strength'>): boolean => strength !== undefined && isByPerson(strength);

/** Carries out a plan that is on screen and agreed to as far as that is the person's to say; shows how far it is. */
export async function applyShown(
  app: App,
  planned: Planned,
  { onError, isQuiet, ...how }: Omit<Applying, 'isAgreed' | 'onProgress'> & { onError: 'stop' | 'continue'; isQuiet?: boolean },
): Promise<CallOutcome> {
  const bar = await openBar({ of: 'calls', ...(isQuiet !== undefined && { isQuiet }) });
  const args = { plan: planned.plan.id, on_error: onError, ...(planned.strength === 'flag' ? { confirm: true } : {}) };
  return applyAtTerminal(app, args, { ...how, isAgreed: !asksItself(planned), onProgress: bar.take }).finally(bar.end);
}

/**
 * Asks whether a plan that is on screen may change the instance, carries it out, and tells what came of it. Whether all of it
 * was done; `undefined` where the person does not agree or nothing could be done.
 * @param how.isAgreed whether --yes was given
 * @param how.done what is said of calls that were carried out
 * @throws ConfigError where nobody can be asked
 */
export async function applyChanges(
  app: App,
  planned: Planned,
  { isAgreed, done, ...how }: Omit<Applying, 'onProgress'> & { onError: 'stop' | 'continue'; done: string },
): Promise<boolean | undefined> {
  if (!isAgreed && !how.canAsk)
    throw new ConfigError('Nothing was changed: this asks at a terminal, and stdin is not one. --yes is for test instances.');
  if (!isAgreed && !asksItself(planned) && !(await isYes(how.question))) return declined();
  const outcome = await applyShown(app, planned, how);
  if (outcome.kind === 'done') {
    const { lines, isWhole } = planReport(outcome.text, done);
    print(`${lines.join('\n')}\n`);
    if (!isWhole) process.exitCode = EXIT.failed;
    return isWhole;
  }
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    const { message = outcome.text, error } = modelOf(outcome);
    if (error === 'confirmation_declined') return declined();
    complain(message);
    process.exitCode = EXIT[outcome.kind];
  }
  return undefined;
}

function declined(): undefined {
  process.stderr.write('Nothing was changed.\n');
  process.exitCode = EXIT.refused;
}

/** @throws ConfigError */
export function refuseYesOnLive({ yes }: Flags, { instanceKind }: Pick<Config, 'instanceKind'>): void {
  if (yes === true && instanceKind === 'live')
    throw new ConfigError('--yes is not for a live instance: there a person is asked. Leave it out, at a terminal.');
}

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
