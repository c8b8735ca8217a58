import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, realpath, rm } from 'node:fs/promises';
import * as z from 'zod';
import { didYouMean } from '../../catalog/nearest.js';
import { fileProblem } from '../../platform/file-problem.js';
import { createPrivateFile } from '../../platform/private-file.js';
import { putInPlace } from '../../platform/put-in-place.js';
import { readText } from '../../platform/read-text.js';
import { UserError } from '../../platform/user-error.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { instanceFaults } from './reach.js';
import { ALL_SCOPES, ROLES, type Role } from './roles.js';

/** Why the file of tokens cannot be used: what is wrong in it, and where. */
export class TokenFileError extends UserError {
  override readonly name = 'TokenFileError';
}

/** A valid token, by its hash; the token itself is nowhere on the server. */
export interface TokenEntry {
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** Names of the instances that it reaches, where several are served; none where absent. */
  readonly instances?: readonly string[] | undefined;
  /** Unix milliseconds. */
  readonly expiresAt?: number;
}

const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;

const entrySchema = z
  .strictObject({
    name: z.string().regex(NAME, 'expected 1-64 letters, digits and . _ @ -, the first a letter or digit'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'expected the SHA-256 of the token, 64 hex digits')
      .toLowerCase(),
    role: z.enum(Object.keys(ROLES) as [Role, ...Role[]]).optional(),
    scopes: z
      .array(z.enum(ALL_SCOPES as [Scope, ...Scope[]]))
      .min(1)
      .optional(),
    instances: z.array(z.string().min(1)).min(1).optional(),
    created: z.iso.datetime({ offset: true, error: 'expected a time like 2030-01-31T00:00:00Z' }).optional(),
    expires: z.iso.datetime({ offset: true, error: 'expected a time like 2030-01-31T00:00:00Z' }).optional(),
  })
  .refine((entry) => (entry.role === undefined) !== (entry.scopes === undefined), 'give either role or scopes');

const fileSchema = z.strictObject({ tokens: z.array(entrySchema) }).superRefine(({ tokens }, context) => {
  for (const key of ['name', 'sha256'] as const) {
    const seen = new Set<string>();
    for (const [index, entry] of tokens.entries()) {
      if (seen.has(entry[key])) context.addIssue({ code: 'custom', path: ['tokens', index, key], message: 'is there twice' });
      seen.add(entry[key]);
    }
  }
});

type TokenFile = z.output<typeof fileSchema>;

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * @param served the instances that entries can name; `undefined` for a server with one that has no name
 * @throws TokenFileError that names each fault by its path
 */
export function parseTokenFile(text: string, served?: readonly string[]): TokenEntry[] {
  const { tokens } = parse(text);
  const faults = tokens.flatMap(({ instances = [] }, index) =>
    instanceFaults(instances, served).map((fault) => `tokens.${index}.instances: ${fault}`),
  );
  if (faults.length > 0) throw new TokenFileError(`The token file is not valid. ${faults.join(' ')}`);
  return tokens.map(({ name, sha256, role, scopes, instances, expires }) => ({
    name,
    sha256,
    ...(instances !== undefined && { instances }),
    scopes: role === undefined ? (scopes ?? []) : ROLES[role],
    ...(expires !== undefined && { expiresAt: Date.parse(expires) }),
  }));
}

function parse(text: string): TokenFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TokenFileError('The token file is not JSON. Expected {"tokens": [{"name", "sha256", "role"}, ...]}.');
  }
  const result = fileSchema.safeParse(json);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw new TokenFileError(`The token file is not valid. ${faults.join('; ')}.`);
}

/** An entry as the file has it. */
export type FileEntry = TokenFile['tokens'][number];

interface NamedToken {
  readonly path: string;
  readonly name: string;
}

export interface NewToken extends NamedToken {
  readonly role: Role;
  /** The instances that it reaches, where several are served; none where absent. */
  readonly instances?: readonly string[] | undefined;
  /** Unix milliseconds; forever where absent. */
  readonly expiresAt?: number | undefined;
}

/**
 * Makes a token, writes its hash into the file, which is made where there is none, and answers with the token, which can be
 * shown this once only.
 * @throws TokenFileError where the file is faulty, has the name already, or another program is changing it
 */
export async function newToken({ path, name, role, instances, expiresAt }: NewToken): Promise<string> {
  if (!NAME.test(name)) throw new TokenFileError(`A name has 1-64 letters, digits and . _ @ -, not ${JSON.stringify(name)}.`);
  const token = randomToken();
  await changeTokens(path, (tokens) => {
    if (tokens.some((entry) => entry.name === name)) {
      throw new TokenFileError(
        `There is a token named ${name} already. clerk-mcp token rotate puts a new one in its place, token revoke ends it.`,
      );
    }
    return [
      ...tokens,
      { name, ...secretOf(token), role, ...(instances && { instances: [...instances] }), ...expiring(expiresAt) },
    ];
  });
  return token;
}

/**
 * Puts a new token in the place of the one of this name, which ends. The new one may do what the old one could, and expires
 * with it unless told otherwise.
 * @throws TokenFileError like {@link newToken}, and where the new one would have expired already
 */
export async function rotateToken({ path, name, expiresAt }: NamedToken & Pick<NewToken, 'expiresAt'>): Promise<string> {
  const token = randomToken();
  await listTokens(path);
  await changeTokens(path, (tokens) => {
    const old = entryOf(tokens, name);
    const fresh = { ...old, ...secretOf(token), ...expiring(expiresAt) };
    if (fresh.expires !== undefined && Date.parse(fresh.expires) <= Date.now()) {
      throw new TokenFileError(
        `The token of ${name} expired at ${fresh.expires}: say with --expires until when the new one is good.`,
      );
    }
    return tokens.map((entry) => (entry === old ? fresh : entry));
  });
  return token;
}

/** Ends the token of this name. @throws TokenFileError like {@link newToken} */
export async function revokeToken({ path, name }: NamedToken): Promise<void> {
  await listTokens(path);
  await changeTokens(path, (tokens) => {
    const old = entryOf(tokens, name);
    return tokens.filter((entry) => entry !== old);
  });
}

/** The entries of the file, in its order. @throws TokenFileError where it is faulty or not there */
export async function listTokens(path: string): Promise<readonly FileEntry[]> {
  try {
    return parse(await readText(path)).tokens;
  } catch (error) {
    throw error instanceof TokenFileError
      ? error
      : new TokenFileError(`The token file ${path} cannot be read: ${fileProblem(error, 'read')}.`);
  }
}

const randomToken = (): string => `cmcp_${randomBytes(32).toString('base64url')}`;

const secretOf = (token: string) => ({ sha256: sha256(token).toString('hex'), created: new Date().toISOString() });

const expiring = (at: number | undefined) => (at === undefined ? {} : { expires: new Date(at).toISOString() });

function entryOf(tokens: readonly FileEntry[], name: string): FileEntry {
  const found = tokens.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = tokens.map((entry) => entry.name);
  throw new TokenFileError(
    `There is no token named ${JSON.stringify(name)}.${didYouMean(name, names)} clerk-mcp token list has the names.`,
  );
}

/** Replaces the file in one step, so that a running server never reads half of it. */
async function changeTokens(path: string, change: (tokens: readonly FileEntry[]) => readonly FileEntry[]): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.new`;
  const file = await openDraft(draft);
  try {
    const tokens = change(parse(await readOrEmpty(target)).tokens);
    await file.writeFile(`${JSON.stringify({ tokens }, null, 2)}\n`);
    await file.sync();
    await file.close();
    await putInPlace(draft, target);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}

/** The draft is the lock as well: two commands at once would lose one of the tokens. */
async function openDraft(draft: string): Promise<FileHandle> {
  try {
    return await createPrivateFile(draft);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new TokenFileError(`Another command is changing the token file. If none is, remove ${draft}.`);
    }
    throw new TokenFileError(`The token file ${draft.replace(/\.new$/, '')} cannot be written: ${fileProblem(error, 'write')}.`);
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{"tokens": []}';
    throw new TokenFileError(`The token file ${path} cannot be read: ${fileProblem(error, 'read')}.`);
  }
}
