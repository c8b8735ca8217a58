import * as z from 'zod';
import { UserError } from '../platform/user-error.js';
import { PassphraseFormError, parseHash } from './passphrase.js';

/** The approvers file cannot be used; the message says what is wrong with it, and where. */
export class ApproverFileError extends UserError {
  override readonly name = 'ApproverFileError';
}

const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;
const NAME_FORM = '1-64 letters, digits and . _ @ -, the first a letter or digit';
const name = () => z.string().regex(NAME, `expected ${NAME_FORM}`);
const base64url = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w-]+$/, 'expected base64url');

const passkeySchema = z.strictObject({
  /** Credential id, base64url. */
  id: base64url(1400),
  /** COSE public key, base64url. */
  publicKey: base64url(2000),
  /** The authenticator's count of signatures when it was last used. */
  counter: z.int().min(0),
  transports: z.array(z.string().max(32)).max(8).optional(),
  /** The host that it is good for: `localhost`. */
  rpId: z.string().min(1).max(253),
  added: z.iso.datetime({ offset: true }),
});
export type Passkey = z.output<typeof passkeySchema>;

const passphraseSchema = z.string().superRefine((text, context) => {
  try {
    parseHash(text);
  } catch (error) {
    if (!(error instanceof PassphraseFormError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

const approverSchema = z.strictObject({
  name: name(),
  /** Rules can name groups as well as people. */
  groups: z.array(name()).max(32).optional(),
  /** Names of callers that are this person. Where two people must approve, one of them must not be the caller. */
  callers: z.array(z.string().min(1).max(200)).max(32).optional(),
  /** A scrypt hash in PHC form. */
  passphrase: passphraseSchema.optional(),
  passkeys: z.array(passkeySchema).max(16).optional(),
  /** Their identities at the issuers where they sign in. */
  subjects: z
    .array(z.strictObject({ issuer: z.string().min(1).max(500), sub: z.string().min(1).max(255) }))
    .max(16)
    .optional(),
  /** For a one-time link with which a passkey is enrolled. */
  invitation: z.strictObject({ sha256: base64url(43), expires: z.iso.datetime({ offset: true }) }).optional(),
  added: z.iso.datetime({ offset: true }),
});
/** A person at an issuer: the issuer's address as it is set for the server, and the `sub` of its tokens. */
export type Subject = NonNullable<z.output<typeof approverSchema>['subjects']>[number];
export type Approver = z.output<typeof approverSchema>;

const fileSchema = z.strictObject({ approvers: z.array(approverSchema).max(1000) }).superRefine(({ approvers }, context) => {
  const seen = new Set<string>();
  for (const [index, approver] of approvers.entries()) {
    const key = approver.name.toLowerCase();
    if (seen.has(key)) context.addIssue({ code: 'custom', path: ['approvers', index, 'name'], message: 'is there twice' });
    seen.add(key);
  }
  const subjects = approvers.flatMap((approver, index) => (approver.subjects ?? []).map((subject) => ({ index, subject })));
  const known = new Set<string>();
  for (const { index, subject } of subjects) {
    const key = JSON.stringify([subject.issuer, subject.sub]);
    if (known.has(key)) context.addIssue({ code: 'custom', path: ['approvers', index, 'subjects'], message: 'lists one twice' });
    known.add(key);
  }
});

export const isApproverName = (text: string): boolean => NAME.test(text);
export const APPROVER_NAME_FORM = NAME_FORM;

/** @throws ApproverFileError that names each fault by its path */
export function parseApprovers(text: string): readonly Approver[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ApproverFileError('The file of approvers is not JSON. clerk-mcp approver add writes it.');
  }
  const result = fileSchema.safeParse(json);
  if (result.success) return result.data.approvers;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw new ApproverFileError(`The file of approvers is faulty. ${faults.join('; ')}.`);
}

export const writeApprovers = (approvers: readonly Approver[]): string => `${JSON.stringify({ approvers }, null, 2)}\n`;
