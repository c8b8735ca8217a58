import type { JWTPayload } from 'jose';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import type { Catalog } from '../../catalog/catalog.js';
import { matchPatterns, PatternError } from '../../catalog/exposure.js';
import { didYouMean } from '../../catalog/nearest.js';
import { isRecord } from '../../platform/is-record.js';
import { UserError } from '../../platform/user-error.js';
import type { GrantedWho } from '../../policy/rules/grant-matches.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { ALL_SCOPES } from './roles.js';

/** The file of grants cannot be used. `message` has every fault on a line of its own. */
export class GrantsFileError extends UserError {
  override readonly name = 'GrantsFileError';
}

/** What a person may do at most. */
export interface Ceiling {
  readonly scopes: readonly Scope[];
  /** Names of operations; all where absent. */
  readonly tools: ReadonlySet<string> | undefined;
}

/** One entry: whom it is for, and what they may do. */
export interface GrantEntry extends Ceiling {
  readonly who: GrantedWho;
  readonly isFor: (claims: JWTPayload) => boolean;
}

const oneOrMore = (schema: z.ZodString) => z.union([schema, z.array(schema).min(1)]);

const whoSchema = z.strictObject({
  subject: oneOrMore(z.string().min(1)).optional(),
  email_domain: oneOrMore(z.string().regex(/^[^\s@*]+\.[^\s@*.]+$/, 'expected a domain such as example.com')).optional(),
  organization: oneOrMore(z.string().min(1)).optional(),
  role: oneOrMore(z.string().min(1)).optional(),
});
type Who = z.output<typeof whoSchema>;

const entrySchema = z.strictObject({
  who: whoSchema.refine(
    (who) => Object.values(who).some((names) => names !== undefined),
    'names no one: give subject, email_domain, organization or role; subject: "*" is everyone who can sign in',
  ),
  scopes: z.array(z.enum(ALL_SCOPES as [Scope, ...Scope[]])).min(1, 'grants nothing: leave out the entry, or name a scope'),
  tools: oneOrMore(z.string().min(1)).optional(),
});

const fileSchema = z.strictObject({ grants: z.array(entrySchema) });

/**
 * Checks the text of a file of grants, YAML or JSON, against its form and the catalog.
 * @throws GrantsFileError
 */
export function readGrants(text: string, catalog: Catalog): readonly GrantEntry[] {
  const raw = parseText(text);
  const result = fileSchema.safeParse(raw);
  if (!result.success) throw new GrantsFileError(result.error.issues.flatMap((issue) => faultsOf(issue, raw)).join('\n'));
  return result.data.grants.map(({ who, scopes, tools }, index) => ({
    scopes,
    tools: tools === undefined ? undefined : toolsOf([tools].flat(), `grants[${index}].tools`, catalog),
    who: listsOf(who),
    isFor: (claims) => fits(who, claims),
  }));
}

const listsOf = (who: Who): GrantedWho => Object.fromEntries(Object.entries(who).map(([kind, names]) => [kind, [names].flat()]));

/** JSON is YAML too. A key that is there twice is a fault, since the first would silently be lost. */
function parseText(text: string): unknown {
  const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: true, prettyErrors: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = fault.linePos?.[0] ?? { line: 1, col: 1 };
    const what = fault.code === 'DUPLICATE_KEY' ? 'a key is there twice' : 'no valid YAML or JSON';
    throw new GrantsFileError(`${what} (line ${line}, column ${col})`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new GrantsFileError('it repeats parts of itself too often, or in a circle');
  }
}

function toolsOf(patterns: readonly string[], path: string, catalog: Catalog): ReadonlySet<string> {
  try {
    const matched = matchPatterns(catalog, patterns);
    return new Set(catalog.operations.filter((operation) => matched.has(operation)).map(({ name }) => name));
  } catch (error) {
    throw error instanceof PatternError ? new GrantsFileError(`${path}: ${error.message}`) : error;
  }
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fileSchema.shape),
  grants: Object.keys(entrySchema.shape),
  who: Object.keys(whoSchema.shape),
};

function faultsOf(issue: z.core.$ZodIssue, raw: unknown): string[] {
  const named = issue.path.filter((key) => typeof key === 'string').at(-1);
  const at = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  const where = at === '' ? '' : `${at}: `;
  if (issue.code === 'unrecognized_keys') {
    const known = KEYS[String(named ?? '')] ?? [];
    return issue.keys.map(
      (key) => `${where}unknown key ${JSON.stringify(key)}.${didYouMean(key, known) || ` Known: ${known.join(', ')}.`}`,
    );
  }
  if (issue.code === 'invalid_value') {
    const given = valueAt(raw, issue.path);
    const known = issue.values.map(String);
    const near = typeof given === 'string' ? didYouMean(given, known) : '';
    return [`${where}${JSON.stringify(given) ?? 'nothing'} is unknown.${near || ` One of ${known.join(', ')}.`}`];
  }
  if (issue.code === 'invalid_union') {
    const branch = Array.isArray(valueAt(raw, issue.path)) ? issue.errors.at(-1) : issue.errors[0];
    return (branch ?? []).flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, raw));
  }
  return [`${where}${issue.message}`];
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );

/** The claims by which entries are chosen: tokens that agree in these are granted the same. */
export const claimsThatDecide = ({ sub, email, email_verified, o, org_id, org_role, role, roles }: JWTPayload): unknown => [
  ...[sub, email, email_verified, o, org_id, org_role, role, roles].map((claim) => claim ?? null),
];

/** All that the entry names must fit; of several names of one kind, one. */
function fits({ subject, email_domain, organization, role }: Who, claims: JWTPayload): boolean {
  const own = isRecord(claims.o) ? claims.o : {};
  // Anyone may administer an organization of their own: a role there says nothing without the organization.
  const fitsRole =
    organization === undefined
      ? includesAny(role, [claims.role, claims.roles].flat())
      : includesAny(role, [claims.org_role, own.rol], bareRole);
  return (
    includesAny(subject, [claims.sub, '*']) &&
    includesAny(email_domain, [domainOf(claims)], (domain) => domain.toLowerCase()) &&
    includesAny(organization, [claims.org_id, own.id]) &&
    fitsRole
  );
}

/** Whether one of the values is one of the names, both in the same form. Where nothing is named, everything fits. */
function includesAny(
  names: string | readonly string[] | undefined,
  values: readonly unknown[],
  form: (text: string) => string = (text) => text,
): boolean {
  if (names === undefined) return true;
  const wanted = [names].flat().map(form);
  return values.some((value) => typeof value === 'string' && wanted.includes(form(value)));
}

/** The domain of an address that the issuer has verified: an address that anyone could type in proves nothing. */
function domainOf({ email, email_verified }: JWTPayload): string | undefined {
  if (typeof email !== 'string' || (email_verified !== true && email_verified !== 'true')) return undefined;
  return email.slice(email.lastIndexOf('@') + 1);
}

/** The same role is `org:admin` in one kind of Clerk's tokens and `admin` in another. */
const bareRole = (role: string): string => role.replace(/^org:/, '');
