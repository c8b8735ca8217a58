import { ConfigError } from '../../config/config-error.js';
import { INSTANCE_NAME, INSTANCE_NAME_FORM } from '../../config/instance-name.js';
import { ROLES, type Role } from '../../mcp/auth/roles.js';
import { type FileEntry, listTokens, newToken, revokeToken, rotateToken } from '../../mcp/auth/token-file.js';
import { expandHome } from '../../platform/home.js';
import { type Flags, print } from './command.js';
import { oneOf } from './one-of.js';

/** Makes a token, keeps its hash in the file and prints the token, this once. */
export async function makeToken(name: string, flags: Flags): Promise<void> {
  const path = fileOf(flags);
  const token = await newToken({
    path,
    name,
    role: oneOf('--role', flags.role ?? 'viewer', Object.keys(ROLES) as Role[]),
    instances: namesOf(flags.instance),
    expiresAt: expiry(flags.expires, Date.now()),
  });
  process.stderr.write(`The token of ${name} is shown this once; ${path} has only its hash.\n`);
  print(`${token}\n`);
}

/** Says whose tokens there are, and what they may do. Of the tokens themselves the file has nothing that could be shown. */
export async function listAll(flags: Flags): Promise<void> {
  for (const entry of await listTokens(fileOf(flags))) print(`${describe(entry, Date.now())}\n`);
}

/** Ends the token of this name. */
export async function revoke(name: string, flags: Flags): Promise<void> {
  await revokeToken({ path: fileOf(flags), name });
  process.stderr.write(`The token of ${name} is no longer good. Servers that use the file end its sessions within seconds.\n`);
}

/** Puts a new token in the place of the one of this name, and prints it, this once. */
export async function rotate(name: string, flags: Flags): Promise<void> {
  const token = await rotateToken({ path: fileOf(flags), name, expiresAt: expiry(flags.expires, Date.now()) });
  process.stderr.write(`The new token of ${name} is shown this once; the old one is no longer good.\n`);
  print(`${token}\n`);
}

/** The instances that a token is to reach. */
function namesOf(given: unknown): readonly string[] | undefined {
  if (typeof given !== 'string') return undefined;
  const names = [...new Set(given.split(',').map((name) => name.trim()))];
  const bad = names.find((name) => !INSTANCE_NAME.test(name));
  if (bad !== undefined)
    throw new ConfigError(`--instance: ${JSON.stringify(bad)} is not the name of an instance: expected ${INSTANCE_NAME_FORM}.`);
  return names;
}

function fileOf({ tokens }: Flags): string {
  const path = typeof tokens === 'string' ? expandHome(tokens) : '';
  if (path === '') throw new ConfigError('--tokens FILE is missing: where the hashes of tokens are kept.');
  return path;
}

function describe({ name, role: named, scopes = [], instances, created, expires }: FileEntry, now: number): string {
  const ends = expires === undefined ? 'never expires' : `${Date.parse(expires) > now ? 'expires' : 'expired'} ${expires}`;
  const made = created === undefined ? 'created at an unknown time' : `created ${created}`;
  const reach = instances === undefined ? [] : [`reaches ${instances.join(', ')}`];
  return [name, named ?? scopes.join(' '), ...reach, made, ends].join('; ');
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `90d`, or a date and time. */
function expiry(given: unknown, now: number): number | undefined {
  if (given === undefined) return undefined;
  const text = String(given);
  const [, count, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const at = count === undefined ? Date.parse(text) : now + Number(count) * (UNITS[unit] ?? 0);
  if (!(at > now)) throw new ConfigError('--expires: expected a time to come, like 90d, 12h or 2030-01-31T00:00:00Z.');
  return at;
}
