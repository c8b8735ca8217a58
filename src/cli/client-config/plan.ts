import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../platform/is-record.js';
import { fragmentJson, planJson, readJson } from './json-form.js';
import { ClientConfigError, type ConfigEntry, type Entry, type FileForm, type Plan } from './mcp-client.js';
import { fragmentToml, planToml, readToml } from './toml-form.js';

/**
 * The text with the entry in it. Reading it again proves that our entry is as wanted, keeps what the user had added to
 * it, and that everything else is unchanged.
 * @throws ClientConfigError
 */
export function planEntry(
  form: FileForm,
  text: string,
  name: string,
  given: ConfigEntry,
): Plan & { readonly wanted: ConfigEntry } {
  const before = text.trim() === '' ? {} : form.kind === 'json' ? readJson(form, text) : readToml(form, text);
  const former = asJson(serversOf(form, before)[name]);
  if (former !== undefined && !isOurs(former, given.entry))
    throw new ClientConfigError(`has an entry "${name}" that starts something else. Give ours another name with --name`);
  const wanted = { ...given, entry: isRecord(former) ? withChoices(given.entry, former) : given.entry };
  const plan = form.kind === 'json' ? planJson(form, text, name, wanted) : planToml(form, text, name, wanted);
  if (!plan.settled && !holds(form, plan.text, name, wanted, plan.config))
    throw new ClientConfigError(
      `is written in a way that "${name}" cannot be put into safely. Put it in by hand: --print shows it`,
    );
  return { ...plan, wanted };
}

/**
 * Ours: what an entry starts and where its key comes from. Everything else was set by the user: whether it is switched
 * off, tools allowed without asking, time limits, variables.
 */
const OURS = new Set(['type', 'command', 'args', 'env', 'env_vars']);
const OUR_VARIABLES = new Set(['CLERK_SECRET_KEY', 'CLERK_SECRET_KEY_FILE']);

function withChoices(entry: Entry, former: Entry): Entry {
  const kept = Object.entries(former).filter(([key]) => !OURS.has(key));
  const formerEnv = isRecord(former.env) ? Object.entries(former.env).filter(([key]) => !OUR_VARIABLES.has(key)) : [];
  const env = { ...Object.fromEntries(formerEnv), ...(isRecord(entry.env) ? entry.env : {}) };
  return { ...entry, ...(Object.keys(env).length > 0 && { env }), ...Object.fromEntries(kept) };
}

/** The parsers' objects have no prototype, and JSON cannot hold TOML's large numbers. */
const asJson = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)));

/** A file that holds nothing but the entry. */
export const fragmentOf = (form: FileForm, name: string, wanted: ConfigEntry): string =>
  form.kind === 'json' ? fragmentJson(form, name, wanted) : fragmentToml(form, name, wanted);

/** Whether the text has the entry, and everything else that `before` had. */
function holds(form: FileForm, text: string, name: string, { entry, inputs = [] }: ConfigEntry, before: Entry): boolean {
  let after: Entry;
  try {
    after = form.kind === 'json' ? readJson(form, text) : readToml(form, text);
  } catch (error) {
    if (error instanceof ClientConfigError) return false;
    throw error;
  }
  const ids = new Set<unknown>(inputs.map(({ id }) => id));
  return (
    isDeepStrictEqual(JSON.parse(JSON.stringify(serversOf(form, after)[name] ?? null)), entry) &&
    inputs.every((input) => (after.inputs as readonly unknown[]).some((each) => isDeepStrictEqual(each, input))) &&
    isDeepStrictEqual(without(form, after, name, ids), without(form, before, name, ids))
  );
}

/** Whether the other servers in the text are unchanged, after a client's own command wrote it. */
export function othersAreAsBefore(form: FileForm, text: string, name: string, before: Entry): boolean {
  const others = (config: Entry): Entry => ({ ...serversOf(form, config), [name]: undefined });
  if (text.trim() === '') return Object.keys(serversOf(form, before)).every((each) => each === name);
  try {
    const after = form.kind === 'json' ? readJson(form, text) : readToml(form, text);
    return isDeepStrictEqual(others(after), others(before));
  } catch (error) {
    if (error instanceof ClientConfigError) return false;
    throw error;
  }
}

const serversOf = (form: FileForm, config: Entry): Entry => (config[form.servers] ?? {}) as Entry;

function without(form: FileForm, config: Entry, name: string, ids: ReadonlySet<unknown>): unknown {
  const inputs = (config.inputs ?? []) as readonly (Entry | null)[];
  return {
    ...config,
    [form.servers]: { ...serversOf(form, config), [name]: undefined },
    ...(ids.size > 0 && { inputs: inputs.filter((input) => !ids.has(input?.id)) }),
  };
}

/** Whether an entry starts this program: from the package, or from the same file as ours. */
function isOurs(former: unknown, { command, args }: Entry): boolean {
  const words = wordsOf(former);
  const [program, first] = wordsOf({ command, args });
  return (
    words.some((word) => /(^|[\\/])clerk-mcp([\\/@]|$)/.test(word)) ||
    (baseOf(words[0]) === baseOf(program) && words[1] === first)
  );
}

/** Another Node may have written the entry, or the same one without its path. */
const baseOf = (program: string | undefined): string | undefined => program?.replace(/^.*[\\/]/, '').replace(/\.exe$/i, '');

function wordsOf(entry: unknown): string[] {
  const { command, args } = (entry ?? {}) as { readonly command?: unknown; readonly args?: unknown };
  return [command, ...(Array.isArray(args) ? args : [])].filter((word) => typeof word === 'string');
}
