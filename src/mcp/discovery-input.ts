import type { Call } from '../call/call-types.js';
import { counted, HOST_KEYS, readWhole } from '../catalog/read-leniently.js';
import { isRecord } from '../platform/is-record.js';
import { plain } from '../platform/plain-text.js';

/** The arguments of a discovery tool. */
export interface Input {
  readonly input: Readonly<Record<string, unknown>>;
  /** What was read as something else than was sent. */
  readonly notes: readonly string[];
}

/** The arguments of a discovery tool as hosts send them: text for what is an object or a number, null for what is left out. */
export function readInput({ name: tool, arguments: given }: Call): Input {
  const isCall = tool === 'call_operation' || tool === 'call_read_operation';
  const { value, notes: whole } = readWhole(given, { has: (input) => isCall && input === 'arguments' && !isWrapped(given) });
  if (!isRecord(value)) return { input: {}, notes: whole };
  const notes = [...whole];
  const list = tool === 'search_operations' ? 'queries' : tool === 'describe_operation' ? 'names' : undefined;
  const read = Object.entries(value).flatMap(([key, sent]): [string, unknown][] => {
    if (HOST_KEYS.has(key)) notes.push(`${key}: dropped`);
    else if (sent === null) notes.push(`${plain(key)}: null read as not given`);
    else if (list !== undefined && (key === list || ONE[key] === list) && typeof sent === 'string') {
      notes.push(`${key}: text read as ${key === list ? 'list' : list}`);
      return [[list, listOf(sent)]];
    } else if (key !== 'limit' || !isDigits(sent)) return [[key, sent]];
    else {
      notes.push('limit: text read as number');
      return [[key, Number(sent)]];
    }
    return [];
  });
  return { input: Object.fromEntries(read), notes: counted(notes) };
}

/** Whether there is nothing but `arguments`, which then hold the name too. */
const isWrapped = (given: unknown): boolean => isRecord(given) && Object.keys(given).join() === 'arguments';
/** The names that one thing or name had before several could be given; models that know them go on. */
const ONE: Readonly<Record<string, string>> = { query: 'queries', name: 'names' };
/** A list that was sent as its JSON, or the one item itself. */
function listOf(text: string): unknown {
  try {
    const list: unknown = text.startsWith('[') ? JSON.parse(text) : undefined;
    if (Array.isArray(list)) return list;
  } catch {
    // Then it only looks like one.
  }
  return [text];
}

const isDigits = (value: unknown): boolean => typeof value === 'string' && /^\d{1,3}$/.test(value);
