import { ConfigError } from '../../config/config-error.js';
import { ROLES, type Role } from '../../mcp/auth/roles.js';
import { newToken } from '../../mcp/auth/token-file.js';
import { expandHome } from '../../platform/home.js';
import { type Flags, print } from './command.js';

/** Makes a token, keeps its hash in the file and prints the token, this once. */
export async function makeToken(name: string, flags: Flags): Promise<void> {
  const path = typeof flags.tokens === 'string' ? expandHome(flags.tokens) : undefined;
  if (path === undefined || path === '') throw new ConfigError('--tokens FILE is missing: where the hash of the token is kept.');
  const token = await newToken({ path, name, role: role(flags.role), expiresAt: expiry(flags.expires, Date.now()) });
  process.stderr.write(`The token of ${name} is shown this once; ${path} has only its hash.\n`);
  print(`${token}\n`);
}

function role(given: unknown): Role {
  const names = Object.keys(ROLES) as Role[];
  const known = names.find((name) => name === (given ?? 'viewer'));
  if (known === undefined) throw new ConfigError(`--role: expected one of ${names.join(', ')}.`);
  return known;
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
