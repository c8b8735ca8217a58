import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { didYouMean } from '../../catalog/nearest.js';
import { loadPlaces } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import type { Skill } from '../../mcp/prompts/skill.js';
import { skills } from '../../mcp/prompts/skills.js';
import { expandHome } from '../../platform/home.js';
import { isRecord } from '../../platform/is-record.js';
import { type ConfigFile, readConfigFile, replaceConfigFile } from '../client-config/config-file.js';
import { ClientConfigError } from '../client-config/mcp-client.js';
import { SKILL_FOLDERS } from '../client-config/skill-folders.js';
import { EXIT, type Flags, print } from './command.js';

/** Remembers, in the folder of skills, what was written there, so that a newer version can replace it. */
const LEDGER = '.clerk-mcp.json';

/** Skills are not secret; other users' programs may read them. */
const MODE = 0o644;

type Outcome = 'written' | 'updated' | 'up to date' | 'kept: it was changed here; --force overwrites it';

/** Lists the jobs. */
export function listSkills(flags: Flags): void {
  const told = skills().map(({ name, title, description }) => ({ name, title, description }));
  if (flags.json === true) print(`${JSON.stringify(told, null, 2)}\n`);
  else print(told.map(({ name, description }) => `${name}\n  ${description}\n`).join(''));
}

/**
 * Copies skills to where a client reads them. A skill that a person has changed there is left alone, and the exit code
 * is then 1.
 * @param names the skills to copy; all where empty
 */
export async function installSkills(names: readonly string[], flags: Flags): Promise<void> {
  const chosen = names.length === 0 ? skills() : names.map(named);
  const folder = folderOf(flags);
  const ledger = await readLedger(folder);
  for (const skill of chosen) {
    const path = join(folder, skill.name, 'SKILL.md');
    const outcome = await put(path, skill, ledger, flags.force === true);
    if (outcome.startsWith('kept')) process.exitCode = EXIT.failed;
    print(`${path}: ${outcome}\n`);
  }
  await writeLedger(folder, ledger);
}

function named(name: string): Skill {
  const skill = skills().find((one) => one.name === name);
  const known = skills().map((one) => one.name);
  if (skill === undefined)
    throw new ConfigError(`No skill is named ${name}.${didYouMean(name, known)} Known: ${known.join(', ')}.`);
  return skill;
}

function folderOf({ client, dir }: Flags): string {
  if (typeof dir === 'string') return resolve(expandHome(dir));
  const clients = Object.keys(SKILL_FOLDERS).join(', ');
  if (typeof client !== 'string') throw new ConfigError(`Say where: --client NAME (${clients}), or --dir DIR.`);
  const folder = Object.entries(SKILL_FOLDERS).find(([id]) => id === client)?.[1];
  if (folder !== undefined) return folder(loadPlaces());
  const upload = client === 'claude-desktop' ? ' Claude Desktop has no such folder: upload a skill in its settings.' : '';
  const near = upload === '' ? didYouMean(String(client), Object.keys(SKILL_FOLDERS)) : '';
  throw new ConfigError(`--client: expected one of ${clients}.${near}${upload} Any other folder: --dir DIR.`);
}

async function put(path: string, { name, text }: Skill, ledger: Map<string, string>, force: boolean): Promise<Outcome> {
  const file = await reading(path);
  const isOurs = file.bytes !== undefined && ledger.get(name) === digestOf(file.bytes);
  const isSame = file.bytes?.equals(Buffer.from(text)) === true;
  if (file.bytes !== undefined && !isSame && !isOurs && !force) return 'kept: it was changed here; --force overwrites it';
  if (!isSame) await writing(file, text);
  ledger.set(name, digestOf(Buffer.from(text)));
  if (file.bytes === undefined) return 'written';
  return isSame ? 'up to date' : 'updated';
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Digests of what was written last, by name. If it cannot be read, every file that differs counts as changed by a person. */
async function readLedger(folder: string): Promise<Map<string, string>> {
  const { text } = await reading(join(folder, LEDGER));
  try {
    const written: unknown = JSON.parse(text);
    return new Map(isRecord(written) ? Object.entries(written).map(([name, digest]) => [name, String(digest)]) : []);
  } catch {
    return new Map();
  }
}

async function writeLedger(folder: string, ledger: ReadonlyMap<string, string>): Promise<void> {
  const text = `${JSON.stringify(Object.fromEntries([...ledger].sort()), null, 2)}\n`;
  const file = await reading(join(folder, LEDGER));
  if (file.text !== text) await writing(file, text);
}

const reading = (path: string): Promise<ConfigFile> => readConfigFile(path).catch(withPath(path));

const writing = (file: ConfigFile, text: string): Promise<void> => {
  const mode = file.bytes === undefined ? MODE : file.mode;
  return replaceConfigFile({ ...file, mode }, text).catch(withPath(file.path));
};

const withPath =
  (path: string) =>
  (error: unknown): never => {
    if (error instanceof ClientConfigError) throw new ConfigError(`${path} ${error.message}.`);
    throw error;
  };
