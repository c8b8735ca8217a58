import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadPolicyFile } from '../../app/load-policy-file.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { GrantEntry } from '../../mcp/auth/grants-file.js';
import { SCOPES } from '../../mcp/auth/roles.js';
import { parseTokenFile } from '../../mcp/auth/token-file.js';
import { errorMessage } from '../../platform/error-message.js';
import { heldElsewhere, lockHolder } from '../../platform/file-lock.js';
import { fileProblem } from '../../platform/file-problem.js';
import { readText } from '../../platform/read-text.js';
import { firstPlace, isStandardOutput } from '../../policy/audit/places.js';
import { verifyAudit } from '../../policy/audit/verify.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { SecretsDir } from '../../policy/secrets/secrets-dir.js';
import { type Finding, failure, fault, ok, warning } from './finding.js';

const OTHERS_MAY_WRITE = 0o022;

/** The policy file, where there is one. */
export async function checkPolicy(file: string | undefined, catalog: Catalog): Promise<Finding[]> {
  if (file === undefined) return [ok('policy', 'The built-in rules hold; there is no policy file.')];
  const policy = await loadPolicyFile(file, catalog);
  const count = policy?.rules?.length ?? 0;
  return [(await changeable('policy', file)) ?? ok('policy', `${file} is good. Rules of its own: ${count}.`)];
}

/** The audit log: whether it can be continued, and whether its chain is intact. Writes nothing to it. */
export async function checkAudit(setting: string | undefined, key?: string): Promise<Finding[]> {
  if (setting === undefined) return [ok('audit', 'No audit log is kept; --audit-log keeps one.')];
  if (isStandardOutput(setting))
    return [ok('audit', 'clerk-mcp http writes the record to standard output; other commands refuse that.')];
  const file = await firstPlace(setting);
  try {
    if (!(await canBeWritten(file))) return [ok('audit', `${file} will be made with the first start.`)];
  } catch (error) {
    return [
      failure(
        'audit',
        `${file} cannot be written: ${fileProblem(error, 'write')}.`,
        'The server does not start without it. Choose another file with --audit-log.',
      ),
    ];
  }
  const { ok: whole, problems, lines, unfinished } = await verifyAudit(file, { key, isPartial: true });
  const [first] = problems;
  if (!whole && first !== undefined)
    return [
      failure(
        'audit',
        `${file}, line ${first.line}: ${first.problem}.`,
        `Keep a copy, and check all of it: clerk-mcp audit verify ${file}`,
      ),
    ];
  const holder = await lockHolder(file);
  if (holder?.elsewhere !== undefined)
    return [
      warning(
        'audit',
        `${file} is held by ${heldElsewhere(holder)}.`,
        `A server that starts here writes another file beside it. If that one is gone, remove ${file}.lock.`,
      ),
    ];
  // While a server is running, unfinished calls are normal.
  if (unfinished.length > 0 && holder === undefined)
    return [
      warning(
        'audit',
        `Calls without an outcome in ${file}: ${unfinished.length}.`,
        `List them, then read whether they happened: clerk-mcp audit verify ${file}`,
      ),
    ];
  return [ok('audit', `${file} can be written, and its chain is whole. Lines: ${lines}.`)];
}

/** Whether the log exists already. @throws the reason it cannot be written */
async function canBeWritten(file: string): Promise<boolean> {
  if (!(await exists(file))) {
    await access(dirname(file), constants.W_OK);
    return false;
  }
  // Opening anything other than a regular file may block.
  if (!(await lstat(file)).isFile()) throw new Error('it is not a regular file');
  await (await open(file, constants.O_WRONLY | constants.O_APPEND)).close();
  return true;
}

/** The directory for secrets. */
export async function checkSecrets(directory: string): Promise<Finding[]> {
  await SecretsDir.open(directory, { now: Date.now, randomBytes });
  await access(directory, constants.W_OK);
  return [ok('secrets', `${directory} takes secrets.`)];
}

/** The file of tokens of `--auth token`. @param served the instances that it can name */
export async function checkTokens(file: string, now: number, served?: readonly string[]): Promise<Finding[]> {
  const make = `clerk-mcp token new NAME --tokens ${file}`;
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    return [failure('tokens', `${file} cannot be read: ${fileProblem(error, 'read')}.`, make)];
  }
  try {
    const entries = parseTokenFile(text, served);
    const good = entries.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now).length;
    const over = entries.length - good;
    if (good === 0) return [warning('tokens', `${file} has no valid token: no client can call.`, make)];
    const open = await changeable('tokens', file);
    if (open !== undefined) return [open];
    const unnamed = served === undefined ? [] : entries.filter(({ instances = [] }) => instances.length === 0);
    if (unnamed.length > 0)
      return [
        warning(
          'tokens',
          `Tokens in ${file} that name no instance, and so reach none: ${unnamed.map(({ name }) => name).join(', ')}.`,
          'Give their entries instances, as token new --instance does.',
        ),
      ];
    return over === 0
      ? [ok('tokens', `Valid tokens in ${file}: ${good}.`)]
      : [warning('tokens', `Valid tokens in ${file}: ${good}; expired: ${over}.`, 'Remove the expired ones.')];
  } catch (error) {
    return [fault('tokens', error)];
  }
}

/** What someone may have by the file of grants; all where it cannot be used, which its own check tells. */
export async function grantedScopes(file: string, catalog: Catalog, served?: readonly string[]): Promise<readonly Scope[]> {
  const { readGrants } = await import('../../mcp/auth/grants-file.js');
  try {
    return [...new Set(readGrants(await readText(file), catalog, served).flatMap(({ scopes }) => scopes))];
  } catch {
    return SCOPES;
  }
}

/** The file of grants of `--auth oauth`. */
export async function checkGrants(file: string, catalog: Catalog, served?: readonly string[]): Promise<Finding[]> {
  const { readGrants } = await import('../../mcp/auth/grants-file.js');
  let entries: readonly GrantEntry[];
  try {
    entries = readGrants(await readText(file), catalog, served);
  } catch (error) {
    return [failure('grants', `${file}: ${errorMessage(error)}`, 'The server does not start until this is fixed.')];
  }
  if (entries.length === 0)
    return [warning('grants', `${file} has no entry: no one may do anything.`, 'Add one; docs/hosting.md shows how.')];
  const unnamed = entries.flatMap(({ instances }, index) => (instances?.size === 0 ? [`grants[${index}]`] : []));
  if (unnamed.length > 0)
    return [
      warning(
        'grants',
        `Entries of ${file} that name no instance, and so grant nothing: ${unnamed.join(', ')}.`,
        'Give them instances; docs/hosting.md shows how.',
      ),
    ];
  return [(await changeable('grants', file)) ?? ok('grants', `${file} is good. Entries: ${entries.length}.`)];
}

/** A warning where others can change the file: anyone who can, can open the gates. */
export async function changeable(check: string, file: string): Promise<Finding | undefined> {
  if (process.platform === 'win32' || ((await stat(file)).mode & OTHERS_MAY_WRITE) === 0) return undefined;
  return warning(check, `${file} is good, but others on this machine may change it.`, `chmod go-w ${file}`);
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
