import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadCatalog } from '../../app/load-catalog.js';
import { loadPolicyFile } from '../../app/load-policy-file.js';
import type { Catalog } from '../../catalog/catalog.js';
import { type ExposureOptions, expose } from '../../catalog/exposure.js';
import { didYouMean } from '../../catalog/nearest.js';
import type { ProfileName } from '../../catalog/profiles.js';
import { loadInitValues, loadPlaces } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import type { InstanceValues } from '../../config/instances.js';
import type { UserPaths } from '../../config/user-paths.js';
import { plain } from '../../platform/plain-text.js';
import { clients } from '../client-config/all.js';
import { fittingName, tooMany } from '../client-config/fitting.js';
import { type Installation, install, installedClients, preview, type Way, wayOf } from '../client-config/install.js';
import { launch, launchFromDesktop, serverArgs } from '../client-config/launch.js';
import { type Client, ClientConfigError, type KeySource, type Server } from '../client-config/mcp-client.js';
import { ownKeyFile } from '../client-config/paths.js';
import { ownCommand } from '../own-command.js';
import { ask, isAtTerminal } from '../passphrase-prompt.js';
import { addApprover, approversOf, newApprover } from './approver.js';
import { type Flags, print, toStderr } from './command.js';

/**
 * Writes the configuration of an MCP client. The key itself is never read.
 * @param script the file that is running, which the client is to start
 */
export async function init(flags: Flags, script: string): Promise<void> {
  const { client: id, keyFile, approver, print: onlyShow, server: given, ...entry } = loadInitValues(flags);
  const instance = await chosenInstance(flags, keyFile);
  const settings = instance?.values ?? given;
  // Whatever would keep the server from starting is reported here, where a person sees it.
  const catalog = await loadCatalog(settings.openapi, toStderr);
  expose(catalog, settings);
  await loadPolicyFile(settings.policy, catalog);
  const isSandbox = settings.sandbox === true;
  const isGuarded = !isSandbox;
  const approvers = approversOf(flags);
  const hasNoApprovers = isGuarded && (await approvers.all()).length === 0;
  if (approver !== undefined) newApprover(approver, flags);
  const places = loadPlaces();
  const client = clients.find((each) => each.id === id) ?? theInstalled(places);
  const choice = await chooseTools(client, catalog, settings, onlyShow === true);
  const name = entryName(client, entry.name, instance?.name, (wanted) =>
    fittingName(client, wanted, catalog, { ...settings, ...choice }),
  );
  const { command, args } = launch(script, places.platform);
  const key = keyFor(client, places, { isNamed: isSandbox || instance !== undefined, keyFile });
  const asked: Server = { name, command, args: [...args, ...serverArgs({ ...flags, ...choice })], key };
  const server = client.onDesktopPath ? launchFromDesktop(asked, places, process.execPath) : asked;
  refuseVariables(server);
  if (onlyShow === true) return show(client, server, places);
  report(client, server, await install(client, server, places, Date.now()));
  if (instance?.key !== undefined) print(`${keyOfInstance(instance.name, instance.key)}\n`);
  const enrolled = approver ?? (hasNoApprovers && isAtTerminal() ? await askName() : '');
  if (enrolled !== '') return enrol(enrolled, flags);
  if (hasNoApprovers) print(advice(script, flags));
}

/** The name of the entry, as long as the client has room for it. @param fitting cuts it to that */
function entryName(
  client: Client,
  given: string | undefined,
  instance: string | undefined,
  fitting: (name: string) => string,
): string {
  const why = `${client.label} puts the entry's name into the names of its tools`;
  if (instance !== undefined && given === undefined) {
    const name = [`clerk-${instance}`, instance].find((wanted) => fitting(wanted) === wanted);
    if (name !== undefined) return name;
    // Cut, the names of two instances could become the same, and one entry would replace the other.
    throw new ConfigError(
      `${why}, and has no room for ${instance}: give the entry a name of at most ${fitting(instance).length} letters with --name.`,
    );
  }
  const wanted = given ?? 'clerk';
  const name = fitting(wanted);
  if (name !== wanted) aside(`${why}: it is shortened to "${name}", so that no tool is left out.`);
  return name;
}

/** The one of several instances that the entry is for, which `--instance` must name. The entry's environment is not this one. */
async function chosenInstance(flags: Flags, keyFile: string | undefined): Promise<InstanceValues | undefined> {
  if (flags.instances === undefined && flags.instance === undefined) return undefined;
  if (keyFile !== undefined)
    throw new ConfigError('--key-file does not go with --instances: the file says where the key of each instance is.');
  return (await import('../../config/instances.js')).loadNamedValues(flags, {});
}

/** The entry holds no key: the file of instances says where the server finds it. */
const keyOfInstance = (name: string, key: NonNullable<InstanceValues['key']>): string =>
  'file' in key
    ? `The server reads the key of ${name} from ${key.file}.`
    : `The server reads the key of ${name} from the variable ${key.variable}, which must be set where the client starts.`;

type Choice = Pick<ExposureOptions, 'discovery'> & { readonly profile?: readonly ProfileName[] };

/** Lets the person choose fewer tools where the client does not take as many; without a terminal, only says so. */
async function chooseTools(client: Client, catalog: Catalog, settings: ExposureOptions, isShown: boolean): Promise<Choice> {
  const many = tooMany(client, catalog, settings);
  if (many === undefined) return {};
  const { listed, most, profiles } = many;
  const said = `${client.label} takes ${most} tools of all servers together, and ${listed} would be listed.`;
  if (isShown || !isAtTerminal()) {
    const fitting = profiles.length === 0 ? '' : `, or --profile with one of ${profiles.join(', ')}`;
    aside(`${said} Run it again with --discovery, which lists a few that find all others${fitting}.`);
    return {};
  }
  const answers = ['discovery', ...profiles, 'all'];
  const question = `${said}\nOffer a few that find all others (discovery), a profile, or all the same? ${answers.join(', ')} [discovery]: `;
  for (;;) {
    const answer = (await ask(question)).trim().toLowerCase() || 'discovery';
    if (answer === 'discovery') return { discovery: true };
    if (answer === 'all') return {};
    const profile = profiles.find((each) => each === answer);
    if (profile !== undefined) return { profile: [profile] };
    aside(`${plain(answer)} is none of them.${didYouMean(answer, answers)}`);
  }
}

function theInstalled(places: UserPaths): Client {
  const found = installedClients(places);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const listed = (found.length === 0 ? clients : found).map(({ id, label }) => `\n  clerk-mcp init --client ${id}   (${label})`);
  throw new ConfigError(
    `${found.length === 0 ? 'No client was found on this machine.' : 'Several clients are on this machine.'} Say which one:${listed.join('')}`,
  );
}

/** @param given whether the server needs no key from the client's entry, or the file that holds it */
function keyFor(client: Client, places: UserPaths, given: { isNamed: boolean; keyFile: string | undefined }): KeySource {
  if (given.isNamed) return { from: 'none' };
  if (given.keyFile !== undefined) return { from: 'file', path: resolve(given.keyFile) };
  return client.keyHint === undefined ? { from: 'file', path: ownKeyFile(places) } : { from: 'client' };
}

/** Clients expand variables in arguments, which is never intended in a file name. */
function refuseVariables({ args, key }: Server): void {
  const odd = [...args, ...(key.from === 'file' ? [key.path] : [])].find((word) => word.includes('$'));
  if (odd !== undefined) throw new ConfigError(`${odd} has a $, which clients take for a variable. Use a path without.`);
}

async function show(client: Client, server: Server, places: UserPaths): Promise<void> {
  print(preview(client, server));
  try {
    aside(`${client.label}: ${describe(await wayOf(client, server, places), 'would be')}`);
  } catch (error) {
    if (!(error instanceof ClientConfigError)) throw error;
    aside(error.message);
  }
}

function report(client: Client, server: Server, { way, backup, hadKey, note }: Installation): void {
  if (note !== undefined) aside(note);
  const lines = [
    `${client.label}: ${describe(way, 'was')}`,
    backup && `${backup} is the file as it was.${hadKey ? ' It holds a key: delete it once everything works.' : ''}`,
    keyAdvice(client, server.key),
    way.by === 'settled' ? undefined : client.afterwards,
  ];
  print(`${lines.filter((line) => line !== undefined).join('\n')}\n`);
}

function describe(way: Way, auxiliary: 'was' | 'would be'): string {
  if (way.by === 'settled') return `${way.path} has this entry already; nothing ${auxiliary} changed.`;
  if (way.by === 'file') return `the entry ${auxiliary} written into ${way.path}.`;
  const lines = way.lines.map((line) => [way.program, ...line].map(quoted).join(' '));
  return `the entry ${auxiliary} made with its own command:\n  ${lines.join('\n  ')}`;
}

/** Only for display; the command was run without a shell. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

function keyAdvice({ id, keyHint }: Client, key: KeySource): string | undefined {
  if (key.from === 'client') return keyHint;
  if (key.from === 'none' || existsSync(key.path)) return undefined;
  const bundle = id === 'claude-desktop' ? ' Or install clerk-mcp.mcpb instead: Claude Desktop then keeps the key itself.' : '';
  return `Put the key into ${key.path}, readable by you alone.${bundle}`;
}

/** A person who wants no approvals for now leaves the name empty. */
async function askName(): Promise<string> {
  print('No one can approve calls yet. On a live instance, gated calls wait for someone who can.\n');
  return (await ask('Your name, to approve them yourself (leave empty to do it later): ')).trim();
}

async function enrol(name: string, flags: Flags): Promise<void> {
  if (flags.passkey === true) await (await import('./enrol-passkey.js')).enrolPasskey(name, flags);
  else await addApprover(name, flags);
}

function advice(script: string, flags: Flags): string {
  const file = flags.approvers === undefined ? '' : ` --approvers ${quoted(approversOf(flags).path)}`;
  return `No one can approve calls yet, and on a live instance gated calls are refused until someone can. Enrol yourself:\n  ${ownCommand(script)} approver add NAME${file}\n`;
}

/** Written to stderr, since other programs may read what --print writes to stdout. */
const aside = (text: string): void => void process.stderr.write(`${text}\n`);
