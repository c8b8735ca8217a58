import { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { parseArguments } from '../../catalog/parse-arguments.js';
import { errorMessage } from '../../platform/error-message.js';
import { isRecord } from '../../platform/is-record.js';
import { parseJsonText } from '../../platform/json-text.js';
import { plain } from '../../platform/plain-text.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { holdsWithheld } from '../../policy/secrets/answer-secrets.js';
import { MOST_ITEMS } from '../plan/steps.js';

/** One call of a batch, with the lines that ask for it: what is written twice is made once. */
export interface BatchLine {
  readonly lines: readonly number[];
  readonly operation: string;
  readonly args: Arguments;
}

export interface ReadBatch {
  readonly calls: readonly BatchLine[];
  /** What is wrong, each with its line. Where there is anything, nothing may be sent. */
  readonly faults: readonly string[];
}

/**
 * Reads JSON Lines: the arguments of one call in each, or `{"operation", "arguments"}`.
 * @param name the operation of all lines; without it each line names its own
 */
export async function readBatch(
  text: string,
  name: string | undefined,
  offered: ReadonlyMap<string, Operation>,
): Promise<ReadBatch> {
  const catalog = new Catalog([...offered.values()].filter((operation) => !operation.isJob));
  const calls = new Map<string, { lines: number[]; operation: string; args: Arguments }>();
  const faults: string[] = [];
  for (const [nth, written] of text.split('\n').entries()) {
    if (written.trim() === '') continue;
    const line = nth + 1;
    const read = await readLine(written, name, catalog);
    if ('fault' in read) {
      faults.push(`line ${line}: ${read.fault}`);
      if (faults.length > MOST_FAULTS) break;
      continue;
    }
    const key = canonicalJson([read.operation, read.args]);
    const known = calls.get(key);
    if (known === undefined && calls.size >= MOST_ITEMS) {
      faults.push(`line ${line}: a batch has at most ${MOST_ITEMS} calls: make several files of it`);
      break;
    }
    if (known === undefined) calls.set(key, { ...read, lines: [line] });
    else known.lines.push(line);
  }
  if (calls.size === 0 && faults.length === 0) faults.push('there is no line in it');
  return { calls: [...calls.values()], faults };
}

/** More than anybody corrects at once. */
const MOST_FAULTS = 100;

type Read = { readonly operation: string; readonly args: Arguments } | { readonly fault: string };

async function readLine(written: string, name: string | undefined, catalog: Catalog): Promise<Read> {
  let value: unknown;
  try {
    value = parseJsonText(written);
  } catch (error) {
    return { fault: errorMessage(error).replace('line 1, ', '') };
  }
  if (!isRecord(value)) return { fault: 'a line is one JSON object' };
  if (name !== undefined) return readCall(name, value, catalog);
  const { operation, arguments: args = {}, ...others } = value;
  const [other] = Object.keys(others);
  if (typeof operation !== 'string' || other !== undefined) {
    const what = other === undefined ? '' : `, and not ${plain(other, LONGEST_NAME)}`;
    return { fault: `a line has "operation" and "arguments"${what}; or name the operation of all lines before --batch` };
  }
  return readCall(operation, args, catalog);
}

const LONGEST_NAME = 60;

async function readCall(name: string, given: unknown, catalog: Catalog): Promise<Read> {
  const operation = catalog.find(name) ?? catalog.meant(name);
  if (operation === undefined)
    return { fault: `no operation that a batch can use is named ${plain(name, LONGEST_NAME)}.${catalog.suggest(name)}` };
  if (isRecord(given) && given.fields !== undefined) return { fault: 'fields: results have the whole answer. Leave it out' };
  if (holdsWithheld(given)) return { fault: 'a secret that was left out of an answer cannot be used' };
  const parsed = await parseArguments(operation, given, false);
  if (parsed.ok) return { operation: operation.name, args: parsed.args };
  return { fault: parsed.faults.map(({ path, expected }) => (path === '' ? expected : `${path}: ${expected}`)).join('; ') };
}
