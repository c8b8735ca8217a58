import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import { type Declared, type Resource, resourceOf } from '../catalog/declared-answer.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { isRecord } from '../platform/is-record.js';
import { changedItem, stateOf } from './changed.js';
import { cutText, cutter } from './cut.js';
import { withoutEmpty } from './empty.js';
import { type ExactJson, exactJson } from './exact.js';
import { CUT_VALUES, type Note, nextPage, REST_OF_CHANGE, REST_OF_SHORT, repeatable, reportFields, restOfEmpty } from './note.js';
import { Selection } from './selection.js';
import { shortOf } from './short-item.js';
import { estimateTokens, fits } from './token-count.js';

export interface ShapeOptions {
  /** Paths to return instead of the default shape; `*` among them returns everything. An empty list counts as not given. */
  readonly fields?: readonly string[] | undefined;
  /** What to return without `fields`: the default shape, or the API's answer untouched. */
  readonly results: 'short' | 'full';
  /** The most that the text may cost, in o200k_base tokens; 1000 or more. */
  readonly maxTokens: number;
  /** The call's arguments, from which the note on a cut list says how to go on. */
  readonly args?: Arguments | undefined;
  /** Inputs that the caller left out and the server filled in. The note names them. */
  readonly made?: Arguments | undefined;
  /** What of the arguments was read as something else than was sent: said beside the answer. */
  readonly readAs?: readonly string[] | undefined;
  /** The file that holds what was taken out of the answer: given with it, as `secret_file`. */
  readonly secretFile?: string | undefined;
  /** Whether to return the answer as an object as well. Default: false. */
  readonly structured?: boolean | undefined;
}

export interface ShapedAnswer {
  /** JSON, or a page of text. */
  readonly text: string;
  /** What `text` says, as the object that `structuredContent` must be: an array stands under `data`, a page under `text`. */
  readonly structured?: unknown;
}

/**
 * An answer as a model reads it.
 *
 * It has the API's own form: an object, an array, or `{"data":[…],"total_count":…}`. When something was left out, it
 * says so in a first property `_` (see {@link Note}), and an array stands under `data` beside it:
 * `{"_":{"rest":"short; fields:[\"*\"] gives all"},"data":[…]}`.
 *
 * By default the items of a list have what tells them apart, a single object has everything that is not empty, and what a
 * change answers is what changed (see {@link changedItem}). With `fields` they have these paths. No value is changed: what is given is a part of the API's structure, under the API's
 * names, with numbers as they were sent. A short user has, of its e-mail addresses and phone numbers, the primary one.
 *
 * No text costs more than `maxTokens`: a list ends after the last item that fits, and a value that is too large by
 * itself is cut where a mark says it is.
 */
export function shapeAnswer(operation: Operation, answer: ClerkAnswer, options: ShapeOptions): ShapedAnswer {
  switch (answer.kind) {
    case 'empty':
      return toAnswer(JSON.stringify({ ...noted(beside(options)), ok: true, status: answer.status }), options);
    case 'text':
      return shapePage(String(answer.value), options);
    case 'json':
      return toAnswer(shapeJson(operation, answer, options), options);
  }
}

/** A page has no place for a note but its end. */
function shapePage(page: string, options: ShapeOptions): ShapedAnswer {
  const note = beside(options);
  const end = note === undefined ? '' : `\n${JSON.stringify({ _: note })}`;
  const text = cutText(page, options.maxTokens - estimateTokens(end));
  return options.structured === true ? { text: text + end, structured: { ...noted(note), text } } : { text: text + end };
}

/** What of an error is of no use in part. */
const NEVER_CUT = ['error', 'operation', 'message', 'hint', 'token', 'approval', 'link'];

/** An error or a refusal as a model reads it, within the same limit: where it is too long, its longest values are cut. */
export function shapeError(model: object, maxTokens: number): string {
  const text = JSON.stringify(model);
  if (fits(text, maxTokens)) return text;
  const whole = new Set(NEVER_CUT.map((name) => (model as Readonly<Record<string, unknown>>)[name]));
  const careful = cutter(model, (value) => whole.has(value));
  const written = cutToFit((most) => JSON.stringify(careful(most)), maxTokens);
  if (fits(written, maxTokens)) return written;
  const cut = cutter(model);
  return cutToFit((most) => JSON.stringify(cut(most)), maxTokens);
}

const toAnswer = (text: string, { structured }: ShapeOptions): ShapedAnswer =>
  structured === true ? { text, structured: JSON.parse(text) } : { text };

/** What is said of the call, whatever the answer is. */
function beside({ made, readAs = [] }: ShapeOptions): Note | undefined {
  if (made === undefined && readAs.length === 0) return undefined;
  return { ...(readAs.length === 0 ? {} : { read_as: readAs }), ...(made === undefined ? {} : { made }) };
}

const noted = (note: Note | undefined): { readonly _?: Note } => (note === undefined ? {} : { _: note });

function shapeJson(operation: Operation, answer: ClerkAnswer, options: ShapeOptions): string {
  const untouched = options.fields?.length ? options.fields.includes('*') : options.results === 'full';
  const extra = beside(options);
  if (untouched && extra === undefined && options.secretFile === undefined) {
    const text = untouchedText(answer, options);
    if (fits(text, options.maxTokens)) return text;
  }
  const exact = exactJson(answer);
  const list = listIn(exact.value);
  const context = { operation, options, exact };
  const { items, note: said } = untouched ? { items: list?.items ?? [exact.value], note: {} } : viewOf(list, context);
  const view = { items, note: { ...said, ...extra } };
  return list === undefined ? writeSingle(view.items[0], view.note, context) : writeList(list, view, context);
}

/** The text as it was sent. */
function untouchedText({ raw, value }: ClerkAnswer, { structured }: ShapeOptions): string {
  const text = raw ?? JSON.stringify(value);
  return structured === true && !isRecord(value) ? `{"data":${text}}` : text;
}

interface Context {
  readonly operation: Operation;
  readonly options: ShapeOptions;
  readonly exact: ExactJson;
}

/** A list as the API answers with it: an array, or an object that holds one beside its `total_count`. */
interface List {
  readonly items: readonly unknown[];
  /** Where the items stand in the envelope. */
  readonly key: string;
  readonly envelope: Readonly<Record<string, unknown>> | undefined;
}

function listIn(value: unknown): List | undefined {
  if (Array.isArray(value)) return { items: value, key: 'data', envelope: undefined };
  if (!isRecord(value) || !Object.hasOwn(value, 'total_count')) return undefined;
  const arrays = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const only = arrays.length === 1 ? arrays[0] : undefined;
  return only === undefined ? undefined : { key: only[0], items: only[1], envelope: value };
}

/** The items to return, and the note about them. */
interface View {
  readonly items: readonly unknown[];
  readonly note: Note;
}

function viewOf(list: List | undefined, { operation, options, exact }: Context): View {
  const items = list?.items ?? [exact.value];
  const resource = resourceOf(items[0], operation.spec.request);
  const shape = resource?.shape;
  const byDefault = (): View => {
    if (!repeatable(operation)) return changedView(items, resource, operation, options.args ?? {});
    return list !== undefined && resource?.short !== undefined
      ? shortView(items, resource, resource.short)
      : emptyLeftOut(items, shape, operation);
  };
  if (!options.fields?.length) return byDefault();

  const selection = new Selection(options.fields);
  const picked = items.map((item) => selection.pick(item) ?? item);
  const reports = reportFields(options.fields, selection, shape, items);
  const none = items.length > 0 && reports.unknown_fields !== undefined && !options.fields.some((path) => selection.met(path));
  const fallback = none ? byDefault() : undefined;
  return { items: fallback?.items ?? picked, note: { ...fallback?.note, ...reports } };
}

function emptyLeftOut(items: readonly unknown[], shape: Declared | undefined, operation: Operation): View {
  const rest = items.map((item) => withoutEmpty(item, shape));
  const same = rest.every((item, index) => item === items[index]);
  return same ? { items, note: {} } : { items: rest, note: { rest: restOfEmpty(operation) } };
}

function changedView(items: readonly unknown[], resource: Resource | undefined, operation: Operation, args: Arguments): View {
  const shown = items.map((item) => changedItem(item, resource, operation, args));
  if (shown.every((item, index) => item === items[index])) return { items, note: {} };
  return { items: shown, note: { rest: stateOf(resource, operation) === undefined ? restOfEmpty(operation) : REST_OF_CHANGE } };
}

function shortView(items: readonly unknown[], resource: Resource, short: string): View {
  if (items.length === 0) return { items, note: {} };
  const selection = new Selection(short.split(/\s+/));
  const shown = items.map((item) => shortOf(item, resource, selection));
  return { items: shown, note: { rest: REST_OF_SHORT } };
}

function writeSingle(value: unknown, note: Note, { options, exact }: Context): string {
  const { maxTokens, structured, secretFile } = options;
  const file = secretFile === undefined ? undefined : { secret_file: secretFile };
  const write = (part: unknown, notes: Note): string => {
    const noted = Object.keys(notes).length > 0;
    if (isRecord(part)) {
      const text = exact.write(file === undefined ? part : { ...part, ...file });
      return noted ? prepend(noteKey(part), notes, text) : text;
    }
    const bare = !noted && structured !== true && file === undefined;
    return exact.write(bare ? part : { ...(noted ? { _: notes } : {}), data: part, ...file });
  };
  const text = write(value, note);
  if (fits(text, maxTokens)) return text;
  const cut = cutter(value, exact.isNumber);
  return cutToFit((most) => write(cut(most), { ...note, cut: CUT_VALUES }), maxTokens);
}

/** The object's text with one more member in front. Faster than a copy of the object, and a key like `1` stays behind it. */
const prepend = (key: string, note: Note, object: string): string =>
  `{${JSON.stringify(key)}:${JSON.stringify(note)}${object === '{}' ? '' : ','}${object.slice(1)}`;

/** `_`, or more of it when the API's own object has that. */
function noteKey(object: object): string {
  let key = '_';
  while (Object.hasOwn(object, key)) key += '_';
  return key;
}

function writeList(list: List, view: View, context: Context): string {
  const { operation, options, exact } = context;
  const { maxTokens, args = {} } = options;
  const texts = writtenWithin(view.items, exact, maxTokens * MOST_PER_TOKEN);
  if (texts.length === view.items.length) {
    const whole = frameList(list, texts, view.note, context);
    if (fits(whole, maxTokens)) return whole;
  }

  const noteFor = (kept: number): Note => {
    const missing = list.items.length - kept;
    const next = missing > 0 ? nextPage(operation, args, kept, list.items[kept - 1]) : undefined;
    return { ...view.note, ...(missing > 0 ? { missing } : {}), ...(next === undefined ? {} : { next }) };
  };
  let left = maxTokens - estimateTokens(frameList(list, [], noteFor(1), context)) - SLACK;
  let kept = 0;
  for (const text of texts) {
    left -= estimateTokens(text) + 1;
    if (left < 0) break;
    kept++;
  }
  if (kept > 0) return frameList(list, texts.slice(0, kept), noteFor(kept), context);
  const cut = cutter(view.items[0], exact.isNumber);
  const note = { ...noteFor(1), cut: CUT_VALUES };
  const text = cutToFit((most) => frameList(list, [exact.write(cut(most))], note, context), maxTokens);
  return fits(text, maxTokens) ? text : writeSingle(exact.value, view.note, context);
}

/** No token is worth so many characters of JSON. */
const MOST_PER_TOKEN = 64;

/** The texts of the items, as far as they can matter where there is room for so many characters. */
function writtenWithin(items: readonly unknown[], exact: ExactJson, room: number): string[] {
  const texts: string[] = [];
  let left = room;
  for (const item of items) {
    const text = exact.write(item);
    texts.push(text);
    left -= text.length;
    if (left < 0) break;
  }
  return texts;
}

/** For the digits of a larger `offset` than the frame was measured with. */
const SLACK = 10;

function frameList(list: List, texts: readonly string[], note: Note, { options, exact }: Context): string {
  const array = `[${texts.join(',')}]`;
  const noted = Object.keys(note).length > 0;
  const { structured, secretFile } = options;
  if (list.envelope === undefined && !noted && structured !== true && secretFile === undefined) return array;
  const members = noted ? [`"${noteKey(list.envelope ?? {})}":${JSON.stringify(note)}`] : [];
  for (const [key, value] of Object.entries(list.envelope ?? { [list.key]: [] })) {
    members.push(`${JSON.stringify(key)}:${key === list.key ? array : exact.write(value)}`);
  }
  if (secretFile !== undefined) members.push(`"secret_file":${JSON.stringify(secretFile)}`);
  return `{${members.join(',')}}`;
}

/** The text with the longest values that fit: lengths are lowered until one does, then raised as far as three tries show. */
function cutToFit(write: (most: number) => string, maxTokens: number): string {
  let most = maxTokens * 4;
  let tooMuch = most * 4;
  let text = write(most);
  while (most > 0 && !fits(text, maxTokens)) {
    tooMuch = most;
    most = Math.floor(most / (text.length > maxTokens * MOST_PER_TOKEN ? 8 : 2));
    text = write(most);
  }
  for (let tries = 3; tries > 0 && most > 0; tries--) {
    const between = Math.floor(Math.sqrt(most * tooMuch));
    const longer = write(between);
    if (fits(longer, maxTokens)) {
      text = longer;
      most = between;
    } else {
      tooMuch = between;
    }
  }
  return text;
}
