import type { Operation } from '../catalog/operation.js';
import { isRecord } from '../platform/is-record.js';
import { cutter } from './cut.js';
import type { ExactJson } from './exact.js';
import { CUT_VALUES, type Note } from './note.js';
import { type List, nextPage } from './page.js';
import type { ShapeOptions } from './shape-options.js';
import { estimateTokens, fits } from './token-count.js';

export interface Context {
  readonly operation: Operation;
  readonly options: ShapeOptions;
  readonly exact: ExactJson;
}

/** The items to return, and the note about them. */
export interface View {
  readonly items: readonly unknown[];
  readonly note: Note;
}

export function writeSingle(value: unknown, note: Note, { options, exact }: Context): string {
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

/** The object's text with one more member in front. Faster than a copy, in which a key like `1` would come first. */
const prepend = (key: string, note: Note, object: string): string =>
  `{${JSON.stringify(key)}:${JSON.stringify(note)}${object === '{}' ? '' : ','}${object.slice(1)}`;

/** `_`, or more of it when the API's own object has that. */
function noteKey(object: object): string {
  let key = '_';
  while (Object.hasOwn(object, key)) key += '_';
  return key;
}

export function writeList(list: List, view: View, context: Context): string {
  const { operation, options, exact } = context;
  const { maxTokens, args = {} } = options;
  const texts = writtenWithin(view.items, exact, maxTokens * MOST_PER_TOKEN);
  if (texts.length === view.items.length) {
    const whole = frameList(list, texts, view.note, context);
    if (fits(whole, maxTokens)) return whole;
  }

  const noteFor = (kept: number): Note => {
    const missing = list.items.length - kept;
    if (missing === 0) return view.note;
    const { next: _, ...note } = view.note;
    const next = nextPage(operation, args, kept, list.items[kept - 1]);
    return { ...note, missing, ...(next && { next }) };
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

/** More characters of JSON than any token stands for. */
const MOST_PER_TOKEN = 64;

/** The items' texts, as many as can matter within this many characters. */
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

/** Room for more digits in `offset` than the frame was measured with. */
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

/** The text with the longest values that fit: the length is lowered until one fits, then raised in up to three tries. */
export function cutToFit(write: (most: number) => string, maxTokens: number): string {
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
