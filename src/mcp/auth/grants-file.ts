import type { JWTPayload } from 'jose';
import * as z from 'zod';
import type { Catalog } from '../../catalog/catalog.js';
import { matchPatterns, PatternError } from '../../catalog/exposure.js';
import { faultsOf } from '../../catalog/schema-faults.js';
import { isRecord } from '../../platform/is-record.js';
import { parseYaml, YamlError } from '../../platform/parse-yaml.js';
import { UserError } from '../../platform/user-error.js';
import type { GrantedWho } from '../../policy/rules/grant-matches.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { instanceFaults } from './reach.js';
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
  /** Names of instances, where several are served; none where absent. */
  readonly instances?: ReadonlySet<string> | undefined;
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
  instances: oneOrMore(z.string().min(1)).optional(),
});

const fileSchema = z.strictObject({ grants: z.array(entrySchema) });

/**
 * Checks the text of a file of grants, YAML or JSON, against its form and the catalog.
 * @param served the instances that entries can name; `undefined` for a server with one that has no name
 * @throws GrantsFileError
 */
export function readGrants(text: string, catalog: Catalog, served?: readonly string[]): readonly GrantEntry[] {
  const raw = parseText(text);
  const result = fileSchema.safeParse(raw);
  if (!result.success)
    throw new GrantsFileError(result.error.issues.flatMap((issue) => faultsOf(issue, raw, (key) => KEYS[key] ?? [])).join('\n'));
  const faults = result.data.grants.flatMap(({ instances = [] }, index) =>
    instanceFaults([instances].flat(), served).map((fault) => `grants[${index}].instances: ${fault}`),
  );
  if (faults.length > 0) throw new GrantsFileError(faults.join('\n'));
  return result.data.grants.map(({ who, scopes, tools, instances = [] }, index) => ({
    scopes,
    instances: served && new Set([instances].flat()),
    tools: tools === undefined ? undefined : toolsOf([tools].flat(), `grants[${index}].tools`, catalog),
    who: listsOf(who),
    isFor: (claims) => fits(who, claims),
  }));
}

const listsOf = (who: Who): GrantedWho => Object.fromEntries(Object.entries(who).map(([kind, names]) => [kind, [names].flat()]));

function parseText(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw error instanceof YamlError ? new GrantsFileError(error.message) : error;
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
