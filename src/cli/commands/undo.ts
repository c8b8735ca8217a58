import { stat } from 'node:fs/promises';
import type { App } from '../../app/app-types.js';
import type { Config } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneConfig } from '../../config/load-configs.js';
import type { UndoOf } from '../../jobs/undo/undo-changes.js';
import type { Undoable } from '../../jobs/undo/undoable.js';
import { dialogLines } from '../../policy/preview/dialog.js';
import { applyChanges, refuseYesOnLive } from '../apply-plan.js';
import { countOf } from '../count-of.js';
import { minuteOf } from '../minute-of.js';
import { isAtTerminal } from '../passphrase-prompt.js';
import { type Flags, print } from './command.js';
import { callerOf, withApp } from './with-app.js';

const QUESTION = 'Take all of it back?';

const CALLER = callerOf('undo');

/**
 * Takes back a plan or one call; without an id, lists what can be taken back. A person who can read the state folder may
 * take back what any caller did.
 */
export async function undo(id: string | undefined, flags: Flags): Promise<void> {
  const config = await loadOneConfig({ logLevel: 'warn', ...flags });
  await checkFolder(config.values.stateDir);
  refuseYesOnLive(flags, config);
  await withApp(config, async (app, interrupted) => {
    if (id === undefined) await list(app, config, flags);
    else await takeBack(id, app, flags.yes === true, interrupted);
  });
}

/** A folder created now would be empty and have a new key. @throws ConfigError */
async function checkFolder(dir: string | undefined): Promise<void> {
  if (dir === undefined)
    throw new ConfigError(
      'What can be taken back is in the folder where the server keeps its state: give its --state-dir (CLERK_MCP_STATE_DIR). A server without one forgets it when it ends; ask for Jobs_undoChanges there.',
    );
  const isFolder = await stat(dir).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new ConfigError(`--state-dir ${dir} is not a folder: give the one that the server was started with.`);
}

async function list(app: App, config: Config, flags: Flags): Promise<void> {
  const found = await (await app.jobs()).undoable();
  if (flags.json === true) print(`${JSON.stringify(found.map((each) => ({ id: idOf(each.of), ...each })))}\n`);
  else for (const each of found) print(`${summary(each)}\n`);
  if (found.length > 0) process.stderr.write('Take one back by its id: clerk-mcp undo ID\n');
  else
    process.stderr.write(
      `Nothing can be taken back on this ${config.instanceKind} instance. What was done on another is taken back with its key, within --undo-days.\n`,
    );
}

/** Call ids may begin with a dash, which a command line would take for a flag. */
const idOf = (of: UndoOf): string => ('plan' in of ? of.plan : `call-${of.call}`);

const undoOf = (id: string): UndoOf =>
  id.startsWith('pln_') ? { plan: id } : { call: /^call-[\w-]{12}$/.test(id) ? id.slice('call-'.length) : id };

const summary = ({ of, title, caller, at, until }: Undoable): string =>
  [idOf(of), `${ageOf(at)} ago`, title, `by ${caller}`, `until ${minuteOf(until)} UTC`].join('  ');

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function ageOf(at: number): string {
  const ms = Math.max(0, Date.now() - at);
  const [unit, length] = UNITS.find(([, each]) => ms >= each) ?? ['second', 1_000];
  return countOf(Math.floor(ms / length), unit);
}

async function takeBack(id: string, app: App, isAgreed: boolean, signal: AbortSignal): Promise<void> {
  const canAsk = !isAgreed && isAtTerminal();
  const planned = await (await app.jobs()).planUndo(undoOf(id), { caller: CALLER, canAsk }, signal);
  const { plan, review } = planned;
  if (plan.items.length === 0) {
    print(['Nothing is left to take back.', ...review.details, ''].join('\n'));
    return;
  }
  const shown = dialogLines(review).join('\n');
  print(`${shown}\n`);
  await applyChanges(app, planned, {
    caller: CALLER,
    canAsk,
    isAgreed,
    shown,
    question: QUESTION,
    signal,
    onError: 'continue',
    done: 'Taken back',
  });
}
