import type { Call } from '../call/call-types.js';
import { counted, HOST_KEYS, readWhole } from '../catalog/read-leniently.js';
import { isRecord } from '../platform/is-record.js';
import { plain } from '../platform/plain-text.js';

/** The arguments of a discovery tool. */
export interface Input {
  readonly input: Readonly<Record<string, unknown>>;
  /** Values that were read differently from how they were sent. */
  readonly notes: readonly string[];
}

/** Reads a discovery tool's arguments as hosts send them: objects and numbers as text, and null for what is left out. */
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

/** Whether `arguments` is all there is; it then holds the name too. */
const isWrapped = (given: unknown): boolean => isRecord(given) && Object.keys(given).join() === 'arguments';
/** The inputs from when only one query or name could be given, for models that still use them. */
const ONE: Readonly<Record<string, string>> = { query: 'queries', name: 'names' };
/** A list sent as JSON text, or a single item. */
function listOf(text: string): unknown {
  try {
    const list: unknown = text.startsWith('[') ? JSON.parse(text) : undefined;
    if (Array.isArray(list)) return list;
  } catch {
    // It only looks like a list.
  }
  return [text];
}

const isDigits = (value: unknown): boolean => typeof value === 'string' && /^\d{1,3}$/.test(value);
