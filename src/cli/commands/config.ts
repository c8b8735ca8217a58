import { access } from 'node:fs/promises';
import type { App } from '../../app/app-types.js';
import { type Config, templateKey } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneConfig } from '../../config/load-configs.js';
import { type Comparison, compare } from '../../jobs/configuration/compare.js';
import type { Live } from '../../jobs/configuration/live.js';
import { type Parsed, parseConfiguration } from '../../jobs/configuration/parse.js';
import { ONLY_WRITTEN_IN_WORDS, type SectionName } from '../../jobs/configuration/sections.js';
import { configurationText } from '../../jobs/configuration/write.js';
import { fileProblem } from '../../platform/file-problem.js';
import { expandHome } from '../../platform/home.js';
import { readText } from '../../platform/read-text.js';
import { hideFromNowOn, scrub } from '../../platform/scrub.js';
import { dialogLines } from '../../policy/preview/dialog.js';
import { applyChanges, refuseYesOnLive } from '../apply-plan.js';
import { isAtTerminal } from '../passphrase-prompt.js';
import { EXIT, type Flags, print } from './command.js';
import { writeConfiguration } from './config-file.js';
import { comparisonJson, comparisonLines } from './config-report.js';
import { callerOf, withApp } from './with-app.js';

const CALLER = callerOf('config');

/** Writes the configuration of the instance as YAML: to stdout, or into a file. */
export async function pull(flags: Flags): Promise<void> {
  const live = await read(flags, undefined);
  if (live === undefined) return;
  const { configuration, unread } = live;
  const text = configurationText(configuration, unread);
  if (typeof flags.out === 'string') {
    await writeConfiguration(expandHome(flags.out), text);
    tell(`Wrote ${flags.out}.`);
  } else print(text);
  for (const [section, why] of unread) tell(`Not read: ${section}: ${scrub(why)}`);
  tell(`Not in the file, since Clerk's API does not return them: ${ONLY_WRITTEN_IN_WORDS}.`);
  const templates = [...(configuration.get('jwt_templates') ?? [])].filter(
    ([, { signing_key }]) => typeof signing_key === 'object',
  );
  if (templates.length > 0)
    tell(`Not in the file, since Clerk never returns it: the signing key of ${templates.map(([name]) => name).join(', ')}.`);
  if (configuration.size === 0) process.exitCode = EXIT.failed;
}

/**
 * Says what one side needs to be like the other. What is wanted is a file, or the instance where none is named; it is compared
 * with another file, with the instance that `--against` names, or with the instance.
 */
export async function diff(file: string | undefined, other: string | undefined, flags: Flags): Promise<void> {
  const { against } = flags;
  if (other !== undefined && against !== undefined) throw new ConfigError('Give another file or --against, not both.');
  if (file === undefined && typeof against !== 'string')
    throw new ConfigError('Name the file that is wanted, or another instance by --against NAME.');
  const wanted = file === undefined ? undefined : await readFileOf(file);
  if (file !== undefined && wanted !== undefined && other !== undefined)
    return report(compare((await readFileOf(other)).configuration, wanted.configuration), { file, other, flags });
  const asked = wanted?.configuration ?? (await read(flags, undefined))?.configuration;
  if (asked === undefined) return;
  const live = await read(typeof against === 'string' ? { ...flags, instance: against } : flags, [...asked.keys()]);
  if (live === undefined) return;
  report(compare(live.configuration, asked, live.unread), {
    file: file ?? nameOf(flags.instance),
    other: nameOf(against ?? flags.instance),
    flags,
  });
}

const nameOf = (instance: unknown): string => (typeof instance === 'string' ? instance : 'the instance');

/** What an instance has of these sections; undefined where that could not be read, and has been told. */
async function read(flags: Flags, sections: readonly SectionName[] | undefined): Promise<Live | undefined> {
  let live: Live | undefined;
  await onInstance(flags, async (app, _, signal) => {
    live = await (await app.jobs()).readConfiguration(sections, { caller: CALLER, canAsk: false }, signal);
  });
  return live;
}

function report(comparison: Comparison, { file, other, flags }: { file: string; other: string; flags: Flags }): void {
  const isColoured = process.stdout.isTTY === true && process.stdout.hasColors();
  if (flags.json === true) print(`${JSON.stringify(comparisonJson(comparison), null, 2)}\n`);
  else print(`${comparisonLines(comparison, { file, other, isColoured }).join('\n')}\n`);
  if (comparison.differences.length > 0 || comparison.notCompared.size > 0) process.exitCode = EXIT.failed;
}

/** Makes a plan that brings the instance to the file, shows all of it, asks, and carries it out. */
export async function apply(file: string, flags: Flags): Promise<void> {
  const parsed = await readFileOf(file);
  const keys = await signingKeys(flags.signingKey);
  for (const name of keys.keys())
    if (parsed.configuration.get('jwt_templates')?.get(name) === undefined)
      throw new ConfigError(`--signing-key ${name}=…: ${file} has no JWT template of this name.`);
  await onInstance(flags, async (app, config, signal) => {
    refuseYesOnLive(flags, config);
    await applyParsed({ file, parsed, keyOf: keyFrom(keys) }, { app, config, flags, signal });
  });
}

async function applyParsed(
  wanted: {
    readonly file: string;
    readonly parsed: Parsed;
    readonly keyOf: (template: string, variable: string) => string | undefined;
  },
  {
    app,
    config,
    flags,
    signal,
  }: { readonly app: App; readonly config: Config; readonly flags: Flags; readonly signal: AbortSignal },
): Promise<void> {
  const isAgreed = flags.yes === true;
  const canAsk = !isAgreed && isAtTerminal();
  const planned = await (await app.jobs()).planConfiguration(
    { ...wanted, title: `Configuration of ${wanted.file}: {n}`, prune: flags.prune === true },
    { caller: CALLER, canAsk },
    signal,
  );
  const { plan, review } = planned;
  if (plan.items.length === 0) {
    print(['There is nothing to change.', ...review.details, ''].join('\n'));
    return;
  }
  const shown = dialogLines(review).join('\n');
  print(`${shown}\n`);
  if (config.values.stateDir === undefined)
    tell('Without --state-dir it cannot be taken back by clerk-mcp undo: what is there now is kept only while this runs.');
  const isWhole = await applyChanges(app, planned, {
    caller: CALLER,
    canAsk,
    isAgreed,
    shown,
    question: QUESTION,
    signal,
    onError: 'stop',
    done: 'Changed',
  });
  if (isWhole === undefined) return;
  if (!isWhole) tell(`Go on with clerk-mcp config apply ${wanted.file}: it plans what is not done, and nothing twice.`);
  if (config.values.stateDir !== undefined) tell(`Take it back with clerk-mcp undo ${plan.id}.`);
}

const QUESTION = 'Change all of it?';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function onInstance(flags: Flags, use: (app: App, config: Config, signal: AbortSignal) => Promise<void>): Promise<void> {
  const config = await loadOneConfig({ logLevel: 'warn', ...flags });
  await withApp(config, (app, interrupted) => use(app, config, interrupted));
}

/** @throws ConfigError, ConfigurationFileError */
async function readFileOf(file: string): Promise<Parsed> {
  return parseConfiguration(await readNamed(file, file), file);
}

/** @param what what it is called where it cannot be read */
async function readNamed(file: string, what: string): Promise<string> {
  try {
    return await readText(expandHome(file));
  } catch (error) {
    throw new ConfigError(`${what} cannot be read: ${fileProblem(error, 'read')}.`);
  }
}

/** The keys given by --signing-key NAME=FILE, by the name of the template. @throws ConfigError */
async function signingKeys(given: unknown): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for (const each of Array.isArray(given) ? (given as readonly string[]) : []) {
    // Names may hold =, as files may; the name of a file that is there decides.
    const at = await splitAt(each);
    if (at === undefined)
      throw new ConfigError('--signing-key: expected NAME=FILE, the name of a JWT template and the file with its key.');
    const [name, file] = [each.slice(0, at), each.slice(at + 1)];
    // Editors end a file with a line break, which is no part of the key.
    const key = (await readNamed(file, `--signing-key ${name}: ${file}`)).replace(/\r?\n$/, '');
    if (key.trim() === '') throw new ConfigError(`--signing-key ${name}: ${file} is empty.`);
    keys.set(name, hidden(key));
  }
  return keys;
}

async function splitAt(text: string): Promise<number | undefined> {
  const places = [...text.matchAll(/=/g)].map(({ index }) => index).filter((at) => at > 0 && at < text.length - 1);
  for (const at of places) {
    const isThere = await access(expandHome(text.slice(at + 1))).then(
      () => true,
      () => false,
    );
    if (isThere) return at;
  }
  return places[0];
}

const keyFrom =
  (keys: ReadonlyMap<string, string>) =>
  (template: string, variable: string): string | undefined => {
    const key = keys.get(template) ?? templateKey(variable);
    return key === undefined ? undefined : hidden(key);
  };

function hidden(key: string): string {
  hideFromNowOn(key);
  return key;
}
