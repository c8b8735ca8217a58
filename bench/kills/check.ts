import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxProgram } from '../../test/support/sandbox-program.js';
import { CREATE, companiesOf, usersOf } from './job.js';

/** How the calls ended. */
export interface Counts {
  readonly done: number;
  readonly unknown: number;
  readonly 'unknown that happened': number;
  readonly 'requests that met a fault': number;
}

interface Line {
  readonly kind: string;
  readonly item?: number;
  readonly record?: string;
  readonly call?: string;
  readonly operation?: string | undefined;
  readonly status?: number | undefined;
}

export interface Finished {
  readonly job: { readonly sandbox: SandboxProgram; readonly folder: string };
  readonly items: number;
  /** The last answer of Jobs_applyPlan. */
  readonly applied: { readonly done: number; readonly outcome_unknown?: number };
}

const PAGE = 500;

/** What is not as it was promised, a line each, after a plan was carried out. */
export async function violations({ job, items, applied }: Finished): Promise<{ found: string[]; counts: Counts }> {
  const found: string[] = [];
  const companies = companiesOf(items);
  const users = usersOf(items);
  const happened = await timesOf(job.sandbox, companies, users);

  const ledgers = readdirSync(join(job.folder, 'state')).filter((name) => name.endsWith('.ledger'));
  const last = new Map<number, Line>();
  for (const name of ledgers) {
    for (const line of linesOf(join(job.folder, 'state', name))) if (line.item !== undefined) last.set(line.item, line);
  }
  const outcomes = outcomesOf(job.folder);
  const unknown = new Set([...last].filter(([, { kind }]) => kind === 'unknown' || kind === 'intent').map(([item]) => item));
  let done = 0;
  for (let item = 0; item < items; item++) {
    const times = happened[item] ?? 0;
    const { kind, record } = last.get(item) ?? {};
    const name = companies[item] ?? users[item - companies.length];
    if (times > 1) found.push(`${name}: carried out ${times} times`);
    if (unknown.has(item)) continue;
    if (kind !== 'done') found.push(`${name}: ${kind ?? 'not begun'}, though the plan is finished`);
    else done++;
    if (times !== 1) found.push(`${name}: ${kind} in the ledger, carried out ${times} times`);
    const outcome = outcomes.get(record ?? '');
    if (kind === 'done' && outcome?.status !== 200)
      found.push(`${name}: done in the ledger, ${outcome === undefined ? 'without an outcome' : outcome.status} on record`);
    if (kind === 'done') outcomes.delete(record ?? '');
  }
  // What is on record as done beyond that was under way when the program was killed.
  const beyond = [...outcomes.values()].filter(({ operation, status }) => operation === CREATE && status === 200);
  const unknownCreates = [...unknown].filter((item) => item < companies.length).length;
  if (beyond.length > unknownCreates) found.push(`${beyond.length} calls are done on record and not in the ledger`);
  if (applied.done !== done || (applied.outcome_unknown ?? 0) !== unknown.size)
    found.push(
      `told ${applied.done} done and ${applied.outcome_unknown ?? 0} unknown, the ledger has ${done} and ${unknown.size}`,
    );
  const counts: Counts = {
    done,
    unknown: unknown.size,
    'unknown that happened': [...unknown].filter((item) => (happened[item] ?? 0) > 0).length,
    'requests that met a fault': await faultsMet(job.sandbox),
  };
  return { found, counts };
}

/** How often each call was carried out, by what it has left. */
async function timesOf(sandbox: SandboxProgram, companies: readonly string[], users: readonly string[]): Promise<number[]> {
  const names = new Map<string, number>();
  for (const { name } of await all(sandbox, '/organizations')) names.set(String(name), (names.get(String(name)) ?? 0) + 1);
  const seen = new Map((await all(sandbox, '/users')).map(({ id, public_metadata }) => [id, public_metadata]));
  return [
    ...companies.map((name) => names.get(name) ?? 0),
    ...users.map((id) => (JSON.stringify(seen.get(id)) === JSON.stringify({ kept: id, seen: true }) ? 1 : 0)),
  ];
}

async function all(sandbox: SandboxProgram, path: string): Promise<Readonly<Record<string, unknown>>[]> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (;;) {
    const { body } = await sandbox.request('GET', `${path}?limit=${PAGE}&offset=${rows.length}&order_by=%2Bcreated_at`);
    const page = (Array.isArray(body) ? body : (body as { data: unknown[] }).data) as Readonly<Record<string, unknown>>[];
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

/** Of all logs, by the call's id. */
function outcomesOf(folder: string): Map<string, Line> {
  const operations = new Map<string, string | undefined>();
  const outcomes = new Map<string, Line>();
  for (const name of readdirSync(folder).filter((each) => /^audit-\w+\.log$/.test(each))) {
    for (const { kind, call = '', operation, status } of linesOf(join(folder, name))) {
      if (kind === 'intent') operations.set(call, operation);
      else if (kind === 'outcome') outcomes.set(call, { kind, operation: operations.get(call), status });
    }
  }
  return outcomes;
}

/** Half a line is left by a kill. */
function linesOf(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n'));
  return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line) as Line);
}

async function faultsMet(sandbox: SandboxProgram): Promise<number> {
  const { body } = await sandbox.request('GET', '/_sandbox/faults');
  return (body as { data: { met: number }[] }).data.reduce((sum, { met }) => sum + met, 0);
}
