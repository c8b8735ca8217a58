import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import { type Declared, type Resource, resourceOf } from '../catalog/declared-answer.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { isRecord } from '../platform/is-record.js';
import { changedItem, stateOf } from './changed.js';
import { cutText, cutter } from './cut.js';
import { withoutEmpty } from './empty.js';
import { exactJson } from './exact.js';
import { type Note, REST_OF_CHANGE, REST_OF_SHORT, repeatable, reportFields, restOfEmpty } from './note.js';
import { askedFor, type List, listIn, nextOfFull } from './page.js';
import { Selection } from './selection.js';
import type { ShapeOptions } from './shape-options.js';
import { shortOf } from './short-item.js';
import { isoTimes } from './times.js';
import { estimateTokens, fits } from './token-count.js';
import { escapeHidden, readUserText } from './user-text.js';
import { type Context, cutToFit, type View, writeList, writeSingle } from './write-answer.js';

export interface ShapedAnswer {
  /** JSON, or a page of text. */
  readonly text: string;
  /** The content of `text` as an object, as `structuredContent` requires: an array under `data`, a page under `text`. */
  readonly structured?: unknown;
}

/**
 * An answer as a model reads it.
 *
 * It has the API's own form: an object, an array, or `{"data":[…],"total_count":…}`. When something was left out, it
 * says so in a first property `_` (see {@link Note}), and an array stands under `data` beside it:
 * `{"_":{"rest":"short; fields:[\"*\"] gives all"},"data":[…]}`.
 *
 * By default, the items of a list have what tells them apart, a single object has everything that is not empty, and a
 * change answers with what changed (see {@link changedItem}). With `fields` they have these paths. No value is changed:
 * the result is a part of the API's structure, under the API's names, with numbers as they were sent. A short user has
 * only the primary e-mail address and phone number.
 *
 * No text costs more than `maxTokens`: a list ends after the last item that fits, and a value that is too large by
 * itself is cut where a mark says it is.
 */
export function shapeAnswer(operation: Operation, answer: ClerkAnswer, options: ShapeOptions): ShapedAnswer {
  switch (answer.kind) {
    case 'empty':
      return toAnswer(JSON.stringify({ ...noted(beside(operation, options)), ok: true, status: answer.status }), options);
    case 'text':
      return shapePage(operation, String(answer.value), options);
    case 'json':
      return toAnswer(shapeJson(operation, answer, options), options);
  }
}

/** The only place for a note on a page is its end. */
function shapePage(operation: Operation, page: string, options: ShapeOptions): ShapedAnswer {
  const note = beside(operation, options);
  const end = note === undefined ? '' : `\n${JSON.stringify({ _: note })}`;
  const text = cutText(page, options.maxTokens - estimateTokens(end));
  return options.structured === true ? { text: text + end, structured: { ...noted(note), text } } : { text: text + end };
}

/** Parts of an error that are useless when cut. */
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

/** Notes on the call itself, whatever the answer is. */
function beside({ spec: { leaves = [] } }: Operation, { made, readAs = [], results }: ShapeOptions): Note | undefined {
  const note: Note = {
    ...(readAs.length > 0 && { read_as: readAs }),
    ...(made !== undefined && { made }),
    ...(leaves.length > 0 && results !== 'full' && { left: leaves.map(({ what, by }) => `${what}: ${by}`) }),
  };
  return isNothing(note) ? undefined : note;
}

const noted = (note: Note | undefined): { readonly _?: Note } => (note === undefined ? {} : { _: note });

function shapeJson(operation: Operation, answer: ClerkAnswer, options: ShapeOptions): string {
  const full = options.results === 'full' && !options.fields?.length;
  const untouched = full || options.fields?.includes('*') === true;
  const extra = full
    ? beside(operation, options)
    : { ...beside(operation, options), ...ofPage(answer.value, operation, options.args) };
  if (untouched && options.times !== 'iso' && isNothing(extra) && options.secretFile === undefined) {
    const seen = readUserText([answer.value], undefined, true);
    const text = untouchedText(answer, options);
    if (Object.keys(seen.note).length === 0 && fits(text, options.maxTokens)) return text;
  }
  const exact = exactJson(answer);
  const list = listIn(exact.value);
  const context = {
    operation,
    options,
    exact: untouched ? { ...exact, write: (part: unknown) => escapeHidden(exact.write(part)) } : exact,
  };
  const shown = untouched ? { items: list?.items ?? [exact.value], note: {} } : viewOf(list, context);
  const seen = readUserText(shown.items, list?.key, untouched);
  const items = options.times === 'iso' ? timed(seen.items, list, context) : seen.items;
  const view = { items, note: { ...shown.note, ...extra, ...seen.note } };
  return list === undefined ? writeSingle(view.items[0], view.note, context) : writeList(list, view, context);
}

/** Notes on a list: how to get the next page, or what was not found. */
function ofPage(value: unknown, operation: Operation, args: Arguments = {}): Note {
  const list = listIn(value);
  if (list === undefined) return {};
  const next = nextOfFull(operation, args, list);
  const none = list.items.length === 0 ? askedFor(operation, args) : undefined;
  return { ...(next && { next }), ...(none && { none_for: none }) };
}

const isNothing = (note: Note | undefined): boolean => note === undefined || Object.keys(note).length === 0;

/** The items with their times in ISO 8601. The resource is taken from the whole answer, since an item may show only a part. */
const timed = (items: readonly unknown[], list: List | undefined, { operation, exact }: Context): readonly unknown[] => {
  const shape = resourceOf(list === undefined ? exact.value : list.items[0], operation.spec.request)?.shape;
  return items.map((item) => isoTimes(item, shape));
};

/** The text as it was sent. */
function untouchedText({ raw, value }: ClerkAnswer, { structured }: ShapeOptions): string {
  const text = raw ?? JSON.stringify(value);
  return structured === true && !isRecord(value) ? `{"data":${text}}` : text;
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
  const rest = items.map((item) => informative(withoutEmpty(item, shape)) ?? item);
  const same = rest.every((item, index) => item === items[index]);
  return same ? { items, note: {} } : { items: rest, note: { rest: restOfEmpty(operation) } };
}

/** The value, unless only its `object` is left: then the empty values are themselves the answer. */
const informative = (value: unknown): unknown => (isRecord(value) && Object.keys(value).join() === 'object' ? undefined : value);

/** Memberships repeat their user for each organization, so only the first one keeps the user's data. */
function eachPersonOnce(items: readonly unknown[]): readonly unknown[] {
  const seen = new Set<string>();
  return items.map((item) => {
    const person = isRecord(item) ? item.public_user_data : undefined;
    if (!isRecord(item) || !isRecord(person) || typeof person.user_id !== 'string') return item;
    const text = JSON.stringify(person);
    if (seen.has(text)) return { ...item, public_user_data: { user_id: person.user_id } };
    seen.add(text);
    return item;
  });
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
  return { items: eachPersonOnce(shown), note: { rest: REST_OF_SHORT } };
}
