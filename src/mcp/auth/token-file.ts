import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, realpath, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { errorMessage } from '../../platform/error-message.js';
import { createPrivateFile } from '../../platform/private-file.js';
import { readText } from '../../platform/read-text.js';
import { UserError } from '../../platform/user-error.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { ALL_SCOPES, ROLES, type Role } from './roles.js';

/** The file of tokens cannot be used: what is wrong in it, and where. */
export class TokenFileError extends UserError {
  override readonly name = 'TokenFileError';
}

/** A token that is good, by its hash; the token itself is nowhere on the server. */
export interface TokenEntry {
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
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

/** @throws TokenFileError that names each fault by its path */
export function parseTokenFile(text: string): TokenEntry[] {
  return parse(text).tokens.map(({ name, sha256, role, scopes, expires }) => ({
    name,
    sha256,
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
  throw new TokenFileError(`The token file is not as it should be. ${faults.join('; ')}.`);
}

export interface NewToken {
  /** The file, which is made where there is none. */
  readonly path: string;
  readonly name: string;
  readonly role: Role;
  /** Unix milliseconds; forever where absent. */
  readonly expiresAt?: number | undefined;
}

/**
 * Makes a token, writes its hash into the file and answers with the token, which can be shown this once only.
 * The file is replaced in one step, so that a running server never reads half of it.
 * @throws TokenFileError where the file is faulty, has the name already, or another program is changing it
 */
export async function newToken({ path, name, role, expiresAt }: NewToken): Promise<string> {
  if (!NAME.test(name)) throw new TokenFileError(`A name has 1-64 letters, digits and . _ @ -, not ${JSON.stringify(name)}.`);
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.new`;
  const file = await openDraft(draft);
  try {
    const { tokens } = parse(await readOrEmpty(target));
    if (tokens.some((entry) => entry.name === name)) throw new TokenFileError(`There is a token named ${name} already.`);
    const token = `cmcp_${randomBytes(32).toString('base64url')}`;
    const expires = expiresAt === undefined ? {} : { expires: new Date(expiresAt).toISOString() };
    tokens.push({ name, sha256: sha256(token).toString('hex'), role, ...expires });
    await file.writeFile(`${JSON.stringify({ tokens }, null, 2)}\n`);
    await file.sync();
    await file.close();
    await rename(draft, target);
    return token;
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
    throw new TokenFileError(`The token file cannot be written: ${errorMessage(error)}.`);
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{"tokens": []}';
    throw new TokenFileError(`The token file cannot be read: ${errorMessage(error)}.`);
  }
}
