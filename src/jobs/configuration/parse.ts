import * as z from 'zod';
import { didYouMean } from '../../catalog/nearest.js';
import { valueAt } from '../../catalog/parse-arguments.js';
import { isRecord } from '../../platform/is-record.js';
import { kindInWords, kindOf } from '../../platform/kind-in-words.js';
import { plain } from '../../platform/plain-text.js';
import { UserError } from '../../platform/user-error.js';
import { holdsWithheld } from '../../policy/secrets/answer-secrets.js';
import { type Fault, type Located, pathInWords, readLines } from './lines.js';
import {
  type Configuration,
  type Fields,
  ONLY_WRITTEN,
  ordered,
  SECTION_NAMES,
  type Section,
  type SectionName,
  sectionOf,
  THE_ONE,
} from './sections.js';

/** Says what the file is, and which form it has. */
export const VERSION_KEY = 'clerk_configuration';
export const FORM_VERSION = 1;

/** A configuration as it was read from a text. */
export interface Parsed {
  readonly configuration: Configuration;
  /** The line in which an entry stands, or one of its fields. */
  lineOf(section: SectionName, key?: string, field?: string): number;
}

/** A configuration cannot be used. `message` names every fault on a line of its own. */
export class ConfigurationFileError extends UserError {
  override readonly name = 'ConfigurationFileError';
  readonly faults: readonly Fault[];

  /** @param file what the text is called */
  constructor(file: string, faults: readonly Fault[]) {
    super(faults.map(({ line, path, problem }) => `${file}:${line}: ${path === '' ? 'it' : path} ${problem}`).join('\n'));
    this.faults = faults;
  }
}

const MOST_FAULTS = 50;
const MOST_ENTRIES = 10_000;

/**
 * Reads a configuration: its form, and what can be said against it without looking at an instance.
 * @param file what the text is called in errors
 * @throws ConfigurationFileError
 */
export function parseConfiguration(text: string, file: string): Parsed {
  const located = readLines(text);
  const given = located.value;
  let faults: readonly Fault[] = located.faults;
  if (faults.length === 0 && !isRecord(given)) faults = [{ line: 1, path: '', problem: 'holds no configuration.' }];
  if (isRecord(given)) {
    // What could not be read at all is not found wrong a second time.
    const told = new Set(faults.map(({ path }) => path));
    faults = [...faults, ...formFaults(given, located).filter(({ path }) => !told.has(path)), ...ownFaults(given, located)];
  }
  if (faults.length > 0 || !isRecord(given)) {
    const inOrder = faults.toSorted((one, other) => one.line - other.line);
    throw new ConfigurationFileError(file, inOrder.slice(0, MOST_FAULTS));
  }
  const sections = SECTION_NAMES.filter((name) => Object.hasOwn(given, name));
  return {
    configuration: new Map(sections.map((name) => [name, sectionIn(name, given[name])])),
    lineOf: (section, key, field) => {
      const isList = sectionOf(section).kind === 'list';
      const nth = isList && key !== undefined ? (given[section] as readonly string[]).indexOf(key) : undefined;
      const within = nth === undefined ? (key === undefined || key === THE_ONE ? [] : [key]) : [nth];
      return located.lineOf([section, ...within, ...(field === undefined ? [] : [field])]);
    },
  };
}

function sectionIn(name: SectionName, given: unknown): Section {
  const { kind } = sectionOf(name);
  if (kind === 'list') return new Map((given as readonly string[]).toSorted().map((text) => [text, {}]));
  if (kind === 'settings') return new Map([[THE_ONE, ordered(name, given as Fields)]]);
  const things = Object.entries(given as Readonly<Record<string, Fields>>);
  return new Map(things.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, fields]) => [key, ordered(name, fields)]));
}

const schemaOf = (name: SectionName): z.ZodType => {
  const { kind, fields } = sectionOf(name);
  if (kind === 'list') return z.array(z.string());
  return kind === 'settings' ? z.strictObject(fields).partial() : z.record(z.string(), z.strictObject(fields));
};

const knownKeys = (): readonly string[] => [VERSION_KEY, ...SECTION_NAMES];

function formFaults(given: Readonly<Record<string, unknown>>, { lineOf }: Located): readonly Fault[] {
  const faults: Fault[] = [];
  const version = given[VERSION_KEY];
  if (version !== FORM_VERSION) {
    const problem =
      version === undefined
        ? `is missing: a configuration says ${VERSION_KEY}: ${FORM_VERSION}.`
        : `must be ${FORM_VERSION}, the only form there is.`;
    faults.push({ line: lineOf([VERSION_KEY]), path: VERSION_KEY, problem });
  }
  for (const key of Object.keys(given)) {
    if (key === VERSION_KEY || (SECTION_NAMES as readonly string[]).includes(key)) continue;
    if (faults.length >= MOST_FAULTS) break;
    faults.push({ line: lineOf([key]), path: plain(key, 80), problem: unknownSection(key) });
  }
  for (const name of SECTION_NAMES) {
    if (!Object.hasOwn(given, name)) continue;
    const result = schemaOf(name).safeParse(given[name]);
    const issues = result.error?.issues.slice(0, MOST_FAULTS) ?? [];
    faults.push(...issues.flatMap((issue) => toFaults(issue, [name], given[name], lineOf)));
  }
  return faults;
}

function unknownSection(key: string): string {
  if (Object.hasOwn(ONLY_WRITTEN, key)) {
    const operation = ONLY_WRITTEN[key as keyof typeof ONLY_WRITTEN];
    return `is not part of a configuration: Clerk's API changes it, by ${operation}, but does not return it.`;
  }
  return `is not a section.${didYouMean(key, knownKeys()) || ` Known: ${knownKeys().join(', ')}.`}`;
}

function toFaults(
  issue: z.core.$ZodIssue,
  base: readonly PropertyKey[],
  raw: unknown,
  lineOf: Located['lineOf'],
): readonly Fault[] {
  const at = [...base, ...issue.path];
  const fault = (path: readonly PropertyKey[], problem: string): Fault => ({
    line: lineOf(path),
    path: pathInWords(path),
    problem,
  });
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(sectionOf(base[0] as SectionName).fields);
    const isSigningKey = issue.path.at(-1) === 'signing_key';
    return issue.keys.slice(0, MOST_FAULTS).map((key) => {
      const hint = isSigningKey ? ' Known: env.' : didYouMean(key, known) || ` Known: ${known.join(', ')}.`;
      return fault(
        [...at, key],
        `${isOfTheInstance(key) ? 'belongs to one instance, and is not part of a configuration' : 'is not a field'}.${hint}`,
      );
    });
  }
  const given = valueAt(raw, issue.path);
  if (issue.path.at(-1) === 'signing_key')
    return [fault(at, 'must be instance, or {env: CLERK_JWT_SIGNING_KEY_…}: a key itself does not belong in a file.')];
  if (issue.code === 'invalid_type') {
    const expected = `expected ${kindInWords(issue.expected)}`;
    if (given === undefined) return [fault(at, `is missing: ${expected}.`)];
    if (given === null) return [fault(at, `is empty: ${expected}${EMPTIES[issue.expected] ?? ''}.`)];
    const quotes = issue.expected === 'string' && typeof given !== 'object' ? ': put it in quotes' : '';
    return [fault(at, `is ${kindOf(given)}, ${expected}${quotes}.`)];
  }
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    return [
      fault(at, `is ${JSON.stringify(given) ?? 'nothing'}.${didYouMean(String(given), known) || ` One of ${known.join(', ')}.`}`),
    ];
  }
  if (issue.code === 'too_small')
    return [
      fault(
        at,
        issue.origin === 'array'
          ? 'is an empty list.'
          : issue.origin === 'string'
            ? 'is empty.'
            : `must be ${issue.minimum} or more.`,
      ),
    ];
  if (issue.code === 'too_big')
    return [
      fault(at, issue.origin === 'array' ? `has more than ${issue.maximum} entries.` : `must be ${issue.maximum} or less.`),
    ];
  return [fault(at, `is wrong: ${issue.message}.`)];
}

const EMPTIES: Readonly<Record<string, string>> = { record: ', {} for none', object: ', {} for none', array: ', [] for none' };

const isOfTheInstance = (key: string): boolean => ['id', 'object', 'created_at', 'updated_at', 'instance_id'].includes(key);

/** Faults that no schema can find. Sections of a wrong form are passed over: they have been told already. */
function ownFaults(given: Readonly<Record<string, unknown>>, { lineOf }: Located): readonly Fault[] {
  const faults: Fault[] = [];
  const tell = (path: readonly PropertyKey[], problem: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ line: lineOf(path), path: pathInWords(path), problem });
  };
  for (const name of SECTION_NAMES) {
    const { kind, key: form, sets = [] } = sectionOf(name);
    const section = given[name];
    const entries = kind === 'list' ? textsIn(section) : isRecord(section) && kind === 'things' ? Object.keys(section) : [];
    if (entries.length > MOST_ENTRIES) tell([name], `has more than ${MOST_ENTRIES} entries.`);
    for (const [nth, entry] of entries.entries()) {
      if (form !== undefined && entry !== undefined && !form.pattern.test(entry))
        tell([name, kind === 'list' ? nth : entry], `must be ${form.rule}.`);
    }
    if (kind === 'list') tellTwice(entries, [name], tell);
    const objects =
      kind === 'things' && isRecord(section) ? Object.entries(section) : kind === 'settings' ? [[THE_ONE, section] as const] : [];
    for (const [key, fields] of objects) {
      if (!isRecord(fields)) continue;
      const path = key === THE_ONE ? [name] : [name, key];
      for (const set of sets) tellTwice(textsIn(fields[set]), [...path, set], tell);
      if (holdsWithheld(fields))
        tell(path, 'holds "[secret]", which stands for a secret that was not shown: give the value itself.');
    }
  }
  tellOfRoleSets(given.role_sets, tell);
  tellOfTemplates(given.jwt_templates, tell);
  return faults;
}

type Tell = (path: readonly PropertyKey[], problem: string) => void;

/** The texts of a list, each at its place; anything else in it is told of as a fault of form. */
const textsIn = (value: unknown): readonly (string | undefined)[] =>
  Array.isArray(value) ? value.map((item: unknown) => (typeof item === 'string' ? item : undefined)) : [];

function tellTwice(texts: readonly (string | undefined)[], path: readonly PropertyKey[], tell: Tell): void {
  const seen = new Set<string>();
  for (const [nth, text] of texts.entries()) {
    if (text === undefined) continue;
    if (seen.has(text)) tell([...path, nth], `is ${JSON.stringify(plain(text, 80))}, which is in the list already.`);
    seen.add(text);
  }
}

function tellOfRoleSets(sets: unknown, tell: Tell): void {
  if (!isRecord(sets)) return;
  const entries = Object.entries(sets).filter((entry): entry is [string, Fields] => isRecord(entry[1]));
  for (const [key, fields] of entries) {
    const roles = textsIn(fields.roles);
    for (const duty of ['default_role', 'creator_role'] as const) {
      const role = fields[duty];
      if (typeof role === 'string' && roles.length > 0 && !roles.includes(role))
        tell(['role_sets', key, duty], `is ${JSON.stringify(plain(role, 80))}, which is not one of its roles.`);
    }
  }
  const [, second] = entries.filter(([, { type }]) => type === 'initial');
  if (second !== undefined) tell(['role_sets', second[0], 'type'], 'is initial, as that of another set is: only one can be.');
}

function tellOfTemplates(templates: unknown, tell: Tell): void {
  if (!isRecord(templates)) return;
  for (const [key, fields] of Object.entries(templates)) {
    if (!isRecord(fields) || fields.signing_algorithm === undefined || isRecord(fields.signing_key)) continue;
    tell(['jwt_templates', key, 'signing_algorithm'], 'needs a signing_key of its own: {env: CLERK_JWT_SIGNING_KEY_…}.');
  }
}
