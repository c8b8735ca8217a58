import type { Call, CallOutcome } from '../call/call-types.js';
import { isRecord } from '../platform/is-record.js';
import { plain } from '../platform/plain-text.js';
import type { Caller } from '../policy/policy-types.js';
import type { Offer } from './offer.js';
import type { ArgumentKind } from './prompts/skill.js';
import { skills } from './prompts/skills.js';

/** What a client shows while a person types. */
export interface Completion {
  readonly values: string[];
  readonly hasMore: boolean;
}

export interface CompletionsOptions {
  readonly offer: Offer;
  /** Makes calls, of tools that are not listed too. */
  readonly call: (call: Call) => Promise<CallOutcome>;
}

/** What is to be completed: an argument of a prompt, or a variable of a resource template. */
export interface Wish {
  readonly ref: { readonly type: 'ref/prompt'; readonly name: string } | { readonly type: 'ref/resource'; readonly uri: string };
  readonly argument: { readonly name: string; readonly value: string };
}

const NOTHING: Completion = { values: [], hasMore: false };
/** The most values that MCP allows in a completion. */
const MOST = 100;
/** How many people or organizations are read for one completion. */
const SHOWN = 10;
/** A person is typing: what takes longer is of no use. */
const TIMEOUT_MS = 2000;
/** How many completions may read at the same time. Further ones get no values: a fast typist has typed on anyway. */
const AT_ONCE = 4;
const LONGEST = 100;

type Row = Readonly<Record<string, unknown>>;

/** Which tool reads the values of a kind, and how a row is shown. */
interface Source {
  readonly reads: readonly { readonly tool: string; readonly arguments: Row }[];
  /** Whether the API can search for what was typed. Otherwise all rows are read and filtered here. */
  readonly searches: boolean;
  readonly value: (row: Row) => string | undefined;
}

const SOURCES: Readonly<Record<Exclude<ArgumentKind, 'text'>, Source>> = {
  user: {
    reads: [{ tool: 'Users_listSortedByCreationDate', arguments: { limit: SHOWN } }],
    searches: true,
    value: (row) => withId(addressOf(row) ?? row.username ?? nameOf(row), row),
  },
  organization: {
    reads: [{ tool: 'Organizations_listSortedByCreationDate', arguments: { limit: SHOWN } }],
    searches: true,
    value: (row) => withId(row.name, row),
  },
  role: {
    reads: [{ tool: 'OrganizationRoles_list', arguments: { limit: MOST } }],
    searches: false,
    value: ({ key }) => textOf(key),
  },
  template: {
    reads: ['email', 'sms'].map((template_type) => ({
      tool: 'EmailSmsTemplates_listSortedByPosition',
      arguments: { template_type, limit: MOST },
    })),
    searches: false,
    value: ({ slug }) => textOf(slug),
  },
};

/**
 * Values for what a person types into a prompt's argument. They are read on the road of all calls, as the caller's own
 * reads, so that callers are shown only what they may read. A failure gives no completions, and no error.
 */
export class Completions {
  readonly #options: CompletionsOptions;
  #reading = 0;

  constructor(options: CompletionsOptions) {
    this.#options = options;
  }

  async complete({ ref, argument }: Wish, caller: Caller, signal: AbortSignal): Promise<Completion> {
    const typed = argument.value.trim().slice(0, LONGEST);
    if (ref.type === 'ref/resource') return argument.name === 'name' ? this.#operations(typed, caller) : NOTHING;
    const skill = skills().find(({ name }) => name === ref.name);
    const kind = skill?.arguments.find(({ name }) => name === argument.name)?.kind ?? 'text';
    if (kind === 'text' || this.#reading >= AT_ONCE) return NOTHING;
    this.#reading++;
    try {
      return await this.#read(SOURCES[kind], typed, caller, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
    } catch {
      return NOTHING;
    } finally {
      this.#reading--;
    }
  }

  #operations(typed: string, caller: Caller): Completion {
    const names = this.#options.offer.to(caller).map(({ name }) => name);
    return shown(matching(names, typed));
  }

  async #read({ reads, searches, value }: Source, typed: string, caller: Caller, signal: AbortSignal): Promise<Completion> {
    const { offer, call } = this.#options;
    // A read beyond the caller's scopes would be refused, and recorded, once for every key pressed.
    if (
      offer.lacking(
        reads.map(({ tool }) => tool),
        caller,
      ).length > 0
    )
      return NOTHING;
    const query = searches && typed !== '' ? { query: typed } : {};
    const answers = await Promise.all(
      reads.map((read) =>
        call({ name: read.tool, arguments: { ...read.arguments, ...query }, caller, canAsk: false, isPart: true, signal }),
      ),
    );
    const values = answers
      .flatMap(rowsOf)
      .map(value)
      .filter((text) => text !== undefined);
    if (!searches) return shown(matching(values, typed));
    const { values: found } = shown(values);
    return { values: found, hasMore: found.length >= SHOWN };
  }
}

/** Values that begin with what was typed, then those that contain it elsewhere. */
function matching(values: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const places = values.map((value) => ({ value, at: value.toLowerCase().indexOf(wanted) })).filter(({ at }) => at !== -1);
  return places.sort((a, b) => Math.sign(a.at) - Math.sign(b.at) || a.value.localeCompare(b.value)).map(({ value }) => value);
}

const shown = (values: readonly string[]): Completion => {
  const all = [...new Set(values)];
  return { values: all.slice(0, MOST), hasMore: all.length > MOST };
};

function rowsOf(outcome: CallOutcome): Row[] {
  if (outcome.kind !== 'done' || outcome.answer?.kind !== 'json') return [];
  const { value } = outcome.answer;
  const list = isRecord(value) ? value.data : value;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? plain(value, LONGEST) : undefined;

/** The name lets the person choose; the id spares the job another search. */
function withId(name: unknown, { id }: Row): string | undefined {
  const [shownName, shownId] = [textOf(name), textOf(id)];
  if (shownId === undefined) return undefined;
  return shownName === undefined ? shownId : `${shownName} (${shownId})`;
}

function addressOf({ email_addresses: addresses, primary_email_address_id: primary }: Row): unknown {
  const all = Array.isArray(addresses) ? addresses.filter(isRecord) : [];
  return (all.find(({ id }) => id === primary) ?? all[0])?.email_address;
}

const nameOf = ({ first_name: first, last_name: last }: Row): string =>
  [first, last].filter((part) => typeof part === 'string').join(' ');
