import { existsSync } from 'node:fs';
import type { UserPaths } from '../../config/user-paths.js';
import { clients } from './all.js';
import { findProgram, runProgram } from './client-command.js';
import { backUp, type ConfigFile, readConfigFile, replaceConfigFile } from './config-file.js';
import { type Client, ClientConfigError, type Plan, type Server } from './mcp-client.js';
import { fragmentOf, othersAreAsBefore, planEntry } from './plan.js';

/** How the entry comes into the client. `settled`: it is there already. */
export type Way =
  | { readonly by: 'settled'; readonly path: string }
  | { readonly by: 'file'; readonly path: string }
  | { readonly by: 'command'; readonly path: string; readonly program: string; readonly lines: readonly (readonly string[])[] };

export interface Installation {
  readonly way: Way;
  /** The copy of the file as it was. */
  readonly backup: string | undefined;
  /** Whether the old entry held a key, which is now only in the backup. */
  readonly hadKey: boolean;
  /** Why the client's own command was not enough, where it was tried. */
  readonly note: string | undefined;
}

/** The clients installed on this machine, judging by their programs and files. */
export const installedClients = (places: UserPaths): Client[] =>
  clients.filter(
    (client) =>
      client.programs.some((program) => findProgram(program, places) !== undefined) || client.traces(places).some(existsSync),
  );

/** What would be written, for a person to read or to copy by hand. */
export const preview = (client: Client, server: Server): string => fragmentOf(client.form, server.name, client.wanted(server));

/**
 * How it would be written. Changes nothing.
 * @throws ClientConfigError
 */
export async function wayOf(client: Client, server: Server, places: UserPaths): Promise<Way> {
  return (await prepare(client, server, places)).way;
}

/**
 * Puts the entry into the client's configuration: with the client's own command where that can set all of it and leaves
 * the rest alone, otherwise by editing the file. The file is backed up before anything changes.
 * @throws ClientConfigError; the file is then as it was, unless the message says otherwise
 */
export async function install(client: Client, server: Server, places: UserPaths, now: number): Promise<Installation> {
  const { file, plan, way } = await prepare(client, server, places);
  const hadKey = /\b(?:sk_(?:test|live)|ak)_/.test(JSON.stringify(plan.former ?? null));
  if (way.by === 'settled') return { way, backup: undefined, hadKey: false, note: undefined };
  const backup = file.bytes === undefined ? undefined : await at(file, backUp(file, now));
  if (way.by === 'command') {
    const failure = await runLines(way, places);
    if (failure === undefined) {
      await checkOthers(client, server, file, plan, backup);
      return { way, backup, hadKey, note: undefined };
    }
    // It may have done part of the work, so read again what the file holds now.
    await checkOthers(client, server, file, plan, backup);
    const now = await prepare(client, server, places);
    await at(now.file, replaceConfigFile(now.file, now.plan.text));
    return { way: { by: 'file', path: file.path }, backup, hadKey, note: failure };
  }
  await at(file, replaceConfigFile(file, plan.text));
  return { way, backup, hadKey, note: undefined };
}

async function prepare(client: Client, server: Server, places: UserPaths): Promise<{ file: ConfigFile; plan: Plan; way: Way }> {
  const { command, form } = client;
  const path = client.file(places);
  const file = await at({ path }, readConfigFile(path));
  const plan = await at(file, (async () => planEntry(form, file.text, server.name, client.wanted(server)))());
  const { wanted } = plan;
  if (plan.settled) return { file, plan, way: { by: 'settled', path: file.path } };
  const program = command && findProgram(command.program, places);
  if (command === undefined || program === undefined || !command.fits(wanted, plan.config) || hasComments(client, file.text))
    return { file, plan, way: { by: 'file', path: file.path } };
  const lines = command.lines(server, wanted, plan.former !== undefined);
  return { file, plan, way: { by: 'command', path: file.path, program, lines } };
}

/** Commands that rewrite a file lose its comments. */
function hasComments({ form }: Client, text: string): boolean {
  if (form.kind !== 'json' || text.trim() === '') return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** Why a line failed, in a sentence; undefined when none did. */
async function runLines({ program, lines }: Extract<Way, { by: 'command' }>, places: UserPaths): Promise<string | undefined> {
  for (const line of lines) {
    const { ok, why } = await runProgram(program, line, places.environment);
    if (!ok) return `${program} ${line.slice(0, 2).join(' ')} did not work: ${why}.`;
  }
  return undefined;
}

async function checkOthers(
  client: Client,
  server: Server,
  file: ConfigFile,
  plan: Plan,
  backup: string | undefined,
): Promise<void> {
  const { text } = await at(file, readConfigFile(file.path));
  if (othersAreAsBefore(client.form, text, server.name, plan.config)) return;
  throw new ClientConfigError(
    `${client.label}'s own command has changed other servers in ${file.path}${backup === undefined ? '' : `; ${backup} is what it was`}.`,
  );
}

/** Puts the file's name before what is wrong with it. */
async function at<T>({ path }: { readonly path: string }, doing: Promise<T>): Promise<T> {
  try {
    return await doing;
  } catch (error) {
    if (!(error instanceof ClientConfigError)) throw error;
    throw new ClientConfigError(`${path} ${error.message}. It was left as it is.`);
  }
}
