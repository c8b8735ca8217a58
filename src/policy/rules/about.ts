import type { Catalog } from '../../catalog/catalog.js';
import type { Operation, Place } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { namedRead, type Resources, readOf } from './find-resource.js';
import { fold } from './fold.js';
import { type Extent, matchesWildcard, valuesAt } from './match-args.js';
import { ANSWER_NAMES, INPUT_NAMES, type Naming, SUBJECT_KINDS, type SubjectKind, USER_NAMES, USER_PARTS } from './subjects.js';

/** The users, organizations and OAuth applications that a rule is about. */
export type About = Readonly<Partial<Record<SubjectKind, readonly string[]>>>;

/** As a rule declares them. */
export const subjectsOf = (declared: Readonly<Partial<Record<SubjectKind, string | readonly string[] | undefined>>>): About =>
  Object.fromEntries(SUBJECT_KINDS.flatMap((kind) => (declared[kind] === undefined ? [] : [[kind, [declared[kind]].flat()]])));

/** Like {@link Extent}; `unknown` if the call may be about some of them. */
export type AboutExtent = Extent | 'unknown';

/** `partly`: about them and others, such as a whole domain. */
type Match = 'yes' | 'partly' | 'no' | 'unknown';

/** A value of a call, or of a resource, that says whom it is about. */
interface Mention {
  readonly input: string;
  readonly naming: Exclude<Naming, 'none'>;
  readonly value: unknown;
}

/** Where to look when a mention alone does not tell. */
interface Context {
  readonly operation: Operation;
  readonly args: Arguments;
  readonly resources: Resources;
}

const PLAIN_ID = /^[\w-]+$/;
const ID_PREFIXES = { user: 'user_', organization: 'org_', application: '' } as const;

/** How far the call is about these subjects, as far as is known; whatever would tell more is queued to be read. */
export function extentOf(about: About, operation: Operation, args: Arguments, resources: Resources): AboutExtent {
  const context = { operation, args, resources };
  const told = mentionsOf(operation, args)
    .filter(({ naming }) => kindsOf(naming).some((kind) => about[kind] !== undefined))
    .map((mention) => tell(mention, about, context));
  if (told.length > 0 && told.every((one) => one === 'yes')) return 'all';
  if (told.includes('yes') || told.includes('partly')) return 'some';
  return told.includes('unknown') ? 'unknown' : 'none';
}

/** Whether some call of the operation can be about one of these kinds. */
export const canBeAbout = (operation: Operation, about: About): boolean =>
  namingsOf(operation).some(([, naming]) => naming !== 'none' && kindsOf(naming).some((kind) => about[kind] !== undefined));

const kindsOf = (naming: Exclude<Naming, 'none'>): readonly SubjectKind[] => {
  if ('is' in naming) return naming.is;
  if ('belongsTo' in naming) return naming.belongsTo;
  return ['user'];
};

/** Whether an input holds the id of something, by its place or its name. */
export const holdsId = (input: string, place: Place): boolean => place === 'path' || /(?:^|_)ids?$|I[dD]s?$/.test(input);

const UNKNOWN_THING: Naming = { belongsTo: SUBJECT_KINDS };
const namings = new WeakMap<Operation, readonly (readonly [path: string, naming: Naming])[]>();

/** What the inputs of an operation name. An id that nothing is known about could belong to any subject. */
function namingsOf(operation: Operation): readonly (readonly [path: string, naming: Naming])[] {
  let found = namings.get(operation);
  if (found === undefined) {
    const nested = Object.keys(INPUT_NAMES).filter(
      (path) => operation.places.has(path.split('.')[0] ?? '') && path.includes('.'),
    );
    found = [...operation.places.keys(), ...nested].flatMap((path) => {
      const naming = namingOf(operation, path);
      return naming === undefined ? [] : [[path, naming] as const];
    });
    namings.set(operation, found);
  }
  return found;
}

function namingOf({ group, places }: Operation, path: string): Naming | undefined {
  const named = INPUT_NAMES[`${group}.${path}`] ?? INPUT_NAMES[path];
  const place = places.get(path);
  return named ?? (place !== undefined && holdsId(path, place) ? UNKNOWN_THING : undefined);
}

function mentionsOf(operation: Operation, args: Arguments): Mention[] {
  return namingsOf(operation).flatMap(([input, naming]) =>
    naming === 'none' ? [] : given(valuesAt(args, input.split('.'))).map((value) => ({ input, naming, value })),
  );
}

const given = (values: readonly unknown[]): unknown[] =>
  values.filter((value) => value !== undefined && value !== null && value !== '');

function tell(mention: Mention, about: About, context: Context): Match {
  const { naming, value } = mention;
  if (typeof value !== 'string') return 'unknown';
  if ('belongsTo' in naming) return tellOwner(mention, naming, about, context);
  return any(
    kindsOf(naming).flatMap((kind) =>
      (about[kind] ?? []).map((subject) => () => isSubject(naming, value, kind, subject, context)),
    ),
  );
}

/** Whether at least one of several subjects is meant. */
function any(questions: readonly (() => Match)[]): Match {
  const told = questions.map((ask) => ask());
  return (['yes', 'partly', 'unknown'] as const).find((one) => told.includes(one)) ?? 'no';
}

/** Whether all of several owners are meant. */
function all(told: readonly Match[]): Match {
  if (told.length > 0 && told.every((one) => one === 'yes')) return 'yes';
  if (told.includes('yes') || told.includes('partly')) return 'partly';
  return told.includes('unknown') ? 'unknown' : 'no';
}

/** Whether a value names the subject, a part of them, or a domain that holds their address. */
function isSubject(
  naming: Exclude<Naming, 'none' | { belongsTo: unknown }>,
  value: string,
  kind: SubjectKind,
  subject: string,
  { resources }: Context,
): Match {
  const [text, name] = [spelling(value), spelling(subject)];
  if ('is' in naming) {
    // Ids differ by case: what opens a gate for one must not open it for another.
    if (text === name) return value === subject || !isId(kind, name) ? 'yes' : 'partly';
    if (isId(kind, name) && isAnyId(kind, text)) return 'no';
  }
  if ('covers' in naming && covers(text, name)) return text === name ? 'yes' : 'partly';
  const known = identityOf(kind, subject, resources);
  if (known === undefined) return 'unknown';
  const isExact = known.exact.has(value);
  if ('partOf' in naming) return !known.parts.has(text) ? 'no' : isExact ? 'yes' : 'partly';
  if (known.names.has(text)) return isExact || !isAnyId(kind, text) ? 'yes' : 'partly';
  return 'covers' in naming && [...known.names].some((one) => covers(text, one)) ? 'partly' : 'no';
}

const isId = (kind: SubjectKind, text: string): boolean => text.startsWith(ID_PREFIXES[kind]);

/** An id, of this kind or another, and so not a name that the subject could have. */
const isAnyId = (kind: SubjectKind, text: string): boolean => isId(kind, text) || /^(?:user|org|mch)_/.test(text);

/** A name in the form for comparing: one spelling, telephone numbers as digits only, filters without their sign. */
function spelling(value: string): string {
  const text = fold(value).replace(/^[+-](?=(?:user|org)_)/, '');
  return /^\+[\d().-]+$/.test(text) ? text.replace(/[().-]/g, '') : text;
}

/** `*@example.com` covers just that domain, `example.com` its subdomains too. */
function covers(pattern: string, name: string): boolean {
  if (matchesWildcard(name, pattern)) return true;
  const domain = pattern.replace(/^\*?[@.]/, '');
  const host = name.includes('@') ? name.slice(name.lastIndexOf('@') + 1) : undefined;
  return host !== undefined && !pattern.slice(1).includes('@') && (host === domain || host.endsWith(`.${domain}`));
}

/** What a subject is known by, and the ids of their parts. */
interface Identity {
  /** All of these, to the letter. */
  readonly exact: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
}

/** `undefined` if it is not known (yet). A subject that does not exist is known only by the name in the policy. */
function identityOf(kind: SubjectKind, subject: string, resources: Resources): Identity | undefined {
  const found = resources.get(readOfSubject(kind, subject, resources.catalog));
  if (found.kind === 'unknown') return undefined;
  const all = found.kind === 'missing' ? [] : Array.isArray(found.value) ? found.value : [found.value];
  if (!all.every((one) => given(valuesAt(one, ['id'])).length > 0)) return undefined;
  const at = (paths: readonly string[]): string[] =>
    paths.flatMap((path) => valuesAt(all, path.split('.'))).filter((value) => typeof value === 'string');
  const names = [subject, ...at(kind === 'user' ? USER_NAMES : ['id', 'slug'])];
  const parts = kind === 'user' ? at(USER_PARTS) : [];
  return { exact: new Set([...names, ...parts]), names: new Set(names.map(spelling)), parts: new Set(parts.map(spelling)) };
}

function readOfSubject(kind: SubjectKind, subject: string, catalog: Catalog): ReturnType<typeof namedRead> {
  const id = subject.trim();
  if (kind === 'organization') {
    return namedRead(catalog, 'Organizations_getByIdOrSlug', { organization_id: isId(kind, id) ? id : fold(id) });
  }
  if (kind === 'application') return namedRead(catalog, 'OAuthApplications_getById', { oauth_application_id: id });
  if (!id.includes('@')) return namedRead(catalog, 'Users_getUserDetails', { user_id: id });
  return namedRead(catalog, 'Users_listSortedByCreationDate', { email_address: [fold(id)], limit: 10 });
}

/** Whose a thing is, according to the resource that its id leads to. */
function tellOwner(
  { input, value }: Mention,
  { belongsTo, through }: Extract<Naming, { belongsTo: unknown }>,
  about: About,
  context: Context,
): Match {
  const { operation, resources } = context;
  // Anything not formed like Clerk's ids might lead the call elsewhere than the read.
  if (typeof value !== 'string' || !PLAIN_ID.test(value)) return 'unknown';
  const args = input.includes('.') ? {} : { ...context.args, [input]: value };
  const found = resources.get(readOf(resources.catalog, operation, input, args));
  if (found.kind !== 'found') return found.kind === 'missing' ? 'no' : 'unknown';
  const questions = belongsTo
    .filter((kind) => about[kind] !== undefined)
    .map((kind) => () => tellFrom(found.value, kind, { [kind]: about[kind] }, through, context));
  return any(questions);
}

/** What a resource says of the subjects of one kind. */
function tellFrom(resource: unknown, kind: SubjectKind, about: About, through: string | undefined, context: Context): Match {
  const fields = Object.entries(ANSWER_NAMES).flatMap(([path, naming]) => {
    const values = valuesAt(resource, path.split('.'));
    const isThere = values.length === 0 || values.some((one) => one !== undefined);
    return naming !== 'none' && kindsOf(naming).includes(kind) && isThere ? [{ path, naming, values: given(values) }] : [];
  });
  if (fields.length > 0) {
    return all(
      fields.flatMap(({ path, naming, values }) => values.map((value) => tell({ input: path, naming, value }, about, context))),
    );
  }
  const naming = through === undefined ? undefined : INPUT_NAMES[through];
  const [next] = through === undefined ? [] : given(valuesAt(resource, [through]));
  if (through === undefined || naming === undefined || naming === 'none' || typeof next !== 'string') return 'unknown';
  return tell({ input: through, naming, value: next }, about, { ...context, args: { [through]: next } });
}
