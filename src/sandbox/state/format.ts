import * as z from 'zod';
import { UserError } from '../../platform/user-error.js';
import type { StoreContent } from '../rows.js';
import type { Row } from '../table.js';

/** A state file that cannot be read or written. The message says what to do. */
export class StateError extends UserError {
  override readonly name = 'StateError';
}

/** The first line: whose state it is. */
const header = z.strictObject({
  clerk_mcp_sandbox: z.literal(1),
  secret_key: z.string(),
  instance_id: z.string(),
});

const row = z.looseObject({ id: z.string(), created_at: z.int(), updated_at: z.int() });

const change = z.union([
  z.tuple([z.literal('put'), z.string(), row]),
  z.tuple([z.literal('drop'), z.string(), z.string()]),
  z.tuple([z.literal('set'), z.string(), z.record(z.string(), z.unknown())]),
]);

/** Every other line: changes that hold together, all of them or none. */
const batch = z.strictObject({
  /** How much chance was drawn so far, so that a repeatable source goes on and gives no id twice. */
  drawn: z.int(),
  changes: z.array(change),
});

type Header = z.infer<typeof header>;
export type Change = readonly ['put', string, Row] | readonly ['drop', string, string] | readonly ['set', string, object];

/** What a state file held. */
export interface Kept {
  readonly secretKey: string;
  readonly instanceId: string;
  readonly drawn: number;
  readonly content: StoreContent;
}

export const headerLine = (secretKey: string, instanceId: string): string =>
  `${JSON.stringify({ clerk_mcp_sandbox: 1, secret_key: secretKey, instance_id: instanceId } satisfies Header)}\n`;

export const batchLine = (drawn: number, changes: readonly Change[]): string => `${JSON.stringify({ drawn, changes })}\n`;

/**
 * Reads a state file. What a kill left of the last line is passed over: its request was never answered.
 * @returns undefined for an empty file
 * @throws StateError
 */
export function parseState(text: string): Kept | undefined {
  const rows = new Map<string, Map<string, Row>>();
  const settings = new Map<string, object>();
  const lines = completeLines(text);
  const [, headerText = ''] = lines.next().value ?? [];
  if (text === '') return undefined;
  const first = header.safeParse(parseJson(headerText));
  if (!first.success) throw new StateError('it is no state file of a sandbox. Give another name, or delete it.');
  let drawn = 0;
  let broken: number | undefined;
  for (const [number, line] of lines) {
    if (broken !== undefined) {
      throw new StateError(`line ${broken} is damaged. Restore the file from a copy, or delete it to begin anew.`);
    }
    // Read as it was written: what zod gives back has its columns in another order.
    const given = parseJson(line);
    if (!batch.safeParse(given).success) {
      broken = number;
      continue;
    }
    const good = given as z.infer<typeof batch>;
    drawn = good.drawn;
    for (const each of good.changes) apply(each, rows, settings);
  }
  const kept = [...rows].map(([name, held]) => [name, held.values()] as const);
  return { secretKey: first.data.secret_key, instanceId: first.data.instance_id, drawn, content: { rows: kept, settings } };
}

/** The lines that end, with their numbers. Only `\n` ends one: JSON may hold every other line separator. */
function* completeLines(text: string): Generator<readonly [number: number, line: string], undefined> {
  let from = 0;
  for (let number = 1; ; number++) {
    const to = text.indexOf('\n', from);
    if (to === -1) return;
    yield [number, text.slice(from, to)];
    from = to + 1;
  }
}

function apply(each: z.infer<typeof change>, rows: Map<string, Map<string, Row>>, settings: Map<string, object>): void {
  const [kind, name, value] = each;
  if (kind === 'set') settings.set(name, value);
  else if (kind === 'drop') rows.get(name)?.delete(value);
  else {
    const held = rows.get(name);
    if (held === undefined) rows.set(name, new Map([[value.id, value]]));
    else held.set(value.id, value);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
