import { basename, join, resolve } from 'node:path';
import type { App } from '../../app/app-types.js';
import type { CallOutcome } from '../../call/call-types.js';
import { type Config, usualStateDir } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneConfig } from '../../config/load-configs.js';
import { planReport } from '../../jobs/apply/report.js';
import { type BatchLine, readBatch } from '../../jobs/batch/read-batch.js';
import { type Result, resultsOf } from '../../jobs/batch/results.js';
import type { PlannedBatch } from '../../jobs/jobs.js';
import { expandHome } from '../../platform/home.js';
import { scrub } from '../../platform/scrub.js';
import { dialogLines } from '../../policy/preview/dialog.js';
import { applyShown, asksItself, isYes, modelOf, refuseYesOnLive } from '../apply-plan.js';
import { complain } from '../complain.js';
import { countOf } from '../count-of.js';
import { isAtTerminal } from '../passphrase-prompt.js';
import { checkReport, replaceReport } from '../report-file.js';
import { EXIT, type Flags, print } from './command.js';
import { readInput } from './read-input.js';
import { callerOf, withApp } from './with-app.js';

const CALLER = callerOf('call');

/**
 * Makes the calls of a file of JSON Lines as one plan: shown and confirmed once, paced, and gone on with by the same command
 * where it was cut off.
 * @param name the operation of all lines; without it each line names its own
 */
export async function batch(file: string, name: string | undefined, flags: Flags): Promise<void> {
  const config = withState(await loadOneConfig({ logLevel: 'warn', ...flags }));
  refuseYesOnLive(flags, config);
  const out = typeof flags.out === 'string' ? resolve(expandHome(flags.out)) : undefined;
  if (out !== undefined) await checkReport(out);
  const where = file === '-' ? 'stdin' : basename(file);
  const text = await readInput(file, '--batch');
  await withApp(config, async (app, interrupted) => {
    const { calls, faults } = await readBatch(text, name, app.offered);
    if (faults.length > 0) throw new ConfigError(tooManyFaults(where, faults));
    try {
      await new Batch({ app, config, calls, where, out, flags, signal: interrupted }).run();
    } catch (error) {
      if (!interrupted.aborted) throw error;
      complain('Stopped before anything was sent. Run the same command again to make the calls.');
      process.exitCode = EXIT.interrupted;
    }
  });
}

const MOST_FAULTS = 20;

function tooManyFaults(where: string, faults: readonly string[]): string {
  const told = faults.slice(0, MOST_FAULTS).map((fault) => `${where}, ${fault}`.replace(/[^.?]$/, '$&.'));
  const more = faults.length > MOST_FAULTS ? ['and more.'] : [];
  return [...told, ...more, 'Nothing was sent.'].join('\nclerk-mcp: ');
}

/** The sandbox inside this process ends with it, so there is nothing to go on with. */
const withState = (config: Config): Config =>
  config.values.stateDir !== undefined || config.secretKey === undefined
    ? config
    : { ...config, values: { ...config.values, stateDir: join(usualStateDir(), config.name ?? '') } };

interface BatchFacts {
  readonly app: App;
  readonly config: Config;
  readonly calls: readonly BatchLine[];
  /** The name of the file. */
  readonly where: string;
  /** The file for the results. */
  readonly out: string | undefined;
  readonly flags: Flags;
  readonly signal: AbortSignal;
}

class Batch {
  readonly #facts: BatchFacts;

  constructor(facts: BatchFacts) {
    this.#facts = facts;
  }

  async run(): Promise<void> {
    const { app, config, calls, where, flags, signal } = this.#facts;
    const dead = await app.probe();
    signal.throwIfAborted();
    if (dead !== undefined) return unreachable(dead);
    const canAsk = flags.yes !== true && isAtTerminal();
    const jobs = await app.jobs();
    const title = `${countOf(calls.length, 'call')} from ${where}`;
    const planned = await jobs.planBatch({ title, calls, again: flags.again === true }, { caller: CALLER, canAsk }, signal);
    if (planned.secrets > 0 && config.values.secretsDir === undefined)
      throw new ConfigError(
        `${countOf(planned.secrets, 'call')} would answer with a secret, which no report may hold: give --secrets-dir DIR, where each goes into a file of its own. Nothing was sent.`,
      );
    this.#tellBefore(planned);
    if (planned.left === 0) return this.#report(planned);
    const outcome = await this.#apply(planned, canAsk);
    if (outcome === undefined) return said('Nothing was sent.');
    if (outcome.kind === 'done') return this.#report(planned, outcome.text);
    if (outcome.kind !== 'refused' && outcome.kind !== 'failed') throw new Error('the policy asks a person, but there is no one');
    if (signal.aborted && outcome.kind === 'failed') signal.throwIfAborted();
    const { message = outcome.text, error } = modelOf(outcome);
    if (error === 'confirmation_declined') return said('Nothing was sent.');
    complain(message);
    process.exitCode = EXIT[outcome.kind];
  }

  #tellBefore({ plan, isBegun, left }: PlannedBatch): void {
    const { calls } = this.#facts;
    const repeated = calls.reduce((sum, { lines }) => sum + lines.length - 1, 0);
    if (repeated > 0)
      complain(`${repeated === 1 ? '1 line repeats another' : `${repeated} lines repeat others`}: each call is made once.`);
    if (isBegun && left === 0)
      complain('All of it was carried out before, and nothing is sent. To make the same calls once more: --again.');
    else if (isBegun) complain(`Goes on with what is not done: ${left} of ${plan.items.length}.`);
  }

  /** Undefined where the person does not agree. */
  async #apply(planned: PlannedBatch, canAsk: boolean): Promise<CallOutcome | undefined> {
    const { review, strength } = planned;
    const { app, flags, signal } = this.#facts;
    const lines = dialogLines(review);
    const shown = lines.join('\n');
    const isQuiet = flags.quiet === true;
    // All that a person agrees to is shown; where nothing is asked, the beginning says what it is.
    if (strength !== undefined && !(isQuiet && flags.yes === true)) process.stderr.write(`${scrub(shown)}\n`);
    else if (!isQuiet) process.stderr.write(`${scrub(beginningOf(lines.slice(0, -1)))}\n`);
    if (strength !== undefined && !asksItself(planned) && flags.yes !== true) {
      if (!canAsk)
        throw new ConfigError('Nothing was sent: this asks at a terminal, and stdin is not one. --yes is for test instances.');
      if (!(await isYes(QUESTION))) return undefined;
    }
    return applyShown(app, planned, {
      caller: CALLER,
      canAsk,
      shown,
      question: QUESTION,
      signal,
      onError: 'continue',
      isQuiet,
    });
  }

  /** @param answer of Jobs_applyPlan, where it was called */
  async #report({ plan }: PlannedBatch, answer?: string): Promise<void> {
    const { app, config, calls, out, signal } = this.#facts;
    const results = resultsOf(calls, await (await app.jobs()).ledgerOf(plan.id));
    const text = results.map((result) => `${JSON.stringify(result)}\n`).join('');
    if (answer !== undefined) process.stderr.write(`${scrub(planReport(answer, 'Done').lines.join('\n'))}\n`);
    if (out === undefined) print(text);
    else {
      await replaceReport(out, text);
      process.stderr.write(`Results: ${out}\n`);
    }
    const isWhole = results.every(({ outcome }) => outcome === 'done');
    if (isWhole) return;
    // The sandbox inside this process is gone with it.
    const isKept = config.values.stateDir !== undefined;
    if (isKept && results.some(({ outcome }) => CAN_GO_ON.has(outcome)))
      complain('Run the same command again to go on with what is not done.');
    process.exitCode = signal.aborted ? EXIT.interrupted : EXIT.failed;
  }
}

const MOST_SHOWN = 12;

const beginningOf = (lines: readonly string[]): string =>
  lines.length <= MOST_SHOWN
    ? lines.join('\n')
    : [...lines.slice(0, MOST_SHOWN), `and ${countOf(lines.length - MOST_SHOWN, 'line')} more`].join('\n');

const CAN_GO_ON: ReadonlySet<Result['outcome']> = new Set(['failed', 'left_out', 'not_begun']);

const QUESTION = 'Carry all of it out?';

/** Found out by one read, and not by thousands of calls. */
function unreachable(code: string): void {
  complain(`Clerk did not answer a first read (${code}), and nothing was sent. clerk-mcp doctor says what to do.`);
  process.exitCode = EXIT.failed;
}

function said(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = EXIT.refused;
}
