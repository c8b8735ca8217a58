import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Ended, type ProgramClient, runProgram, startProgram } from '../support/program.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

afterEach(endSandboxes);

const CREATE = 'Organizations_createNewOrganization';
const COMPANIES = Array.from({ length: 120 }, (_, nth) => `Company ${nth}`);

/** Whatever goes wrong on the way to Clerk, some of it after it took effect. */
const FAULTS = [
  { fault: 'rate_limit', operations: CREATE, rate: 0.05, retry_after: 0 },
  { fault: 'error', operations: CREATE, rate: 0.05, status: 500, takes_effect: true },
  { fault: 'reset', operations: CREATE, rate: 0.05, takes_effect: true },
  { fault: 'cut', operations: CREATE, rate: 0.03 },
];

interface Answer {
  readonly plan: string;
  readonly state: string;
  readonly done: number;
  readonly outcome_unknown?: number;
}

interface Line {
  readonly kind: string;
  readonly item?: number;
  readonly record?: string;
}

const linesOf = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

it('goes on after kill -9 with what is not done, and repeats nothing that may not be repeated', async () => {
  const dir = await scratchDirectory();
  const sandbox = await startSandboxProgram(
    '--seed',
    'empty',
    '--faults',
    await scratchFile(dir, FAULTS),
    '--random-seed',
    'plans',
  );
  const state = join(dir, 'state');
  const audit = join(dir, 'audit');
  let runs = 0;
  const start = (): Promise<ProgramClient> =>
    startProgram('v2 (2025)', { args: ['--state-dir', state, '--audit-log', `${audit}-${runs++}.log`], env: sandbox.env });

  const first = await start();
  const steps = [{ name: 'create', tool: CREATE, for_each: COMPANIES, arguments: { name: '$' } }];
  const { plan } = (await first.call('Jobs_planChanges', { steps })).json as Answer;
  await first.close();

  // The program is killed when so many have an outcome, anew each time.
  for (const enough of [3, 20, 11, 30]) {
    const client = await start();
    const pid = client.pid();
    let isKilled = false;
    const killed = client.call(
      'Jobs_applyPlan',
      { plan, on_error: 'continue' },
      {
        onprogress: ({ progress }) => {
          if (progress < enough || isKilled) return;
          isKilled = true;
          process.kill(pid, 'SIGKILL');
        },
      },
    );
    await killed.catch(() => {});
    expect(isKilled).toBe(true);
    await client.close();
  }

  const last = await start();
  let answer: Answer;
  do {
    answer = (await last.call('Jobs_applyPlan', { plan, on_error: 'continue' })).json as Answer;
  } while (answer.state === 'unfinished');
  await last.close();

  const found = (await sandbox.request('GET', '/organizations?limit=500')).body as { data: { name: string }[] };
  const times = new Map<string, number>();
  for (const { name } of found.data) times.set(name, (times.get(name) ?? 0) + 1);
  expect(Math.max(...times.values())).toBe(1);

  const [ledger = ''] = readdirSync(state).filter((name) => name.endsWith('.ledger'));
  const lastOf = new Map<number, Line>();
  for (const line of linesOf(join(state, ledger))) if (line.item !== undefined) lastOf.set(line.item, line);
  const done = [...lastOf].filter(([, { kind }]) => kind === 'done');
  const unknown = [...lastOf].filter(([, { kind }]) => kind === 'unknown' || kind === 'intent');
  expect(done.length + unknown.length).toBe(COMPANIES.length);
  expect(answer).toMatchObject({ state: 'finished', done: done.length, outcome_unknown: unknown.length });
  for (const [item] of done) expect(times.get(COMPANIES[item] ?? '')).toBe(1);

  // What the ledger calls done is on record with Clerk's own word for it.
  const outcomes = new Map<string, unknown>();
  for (const name of readdirSync(dir).filter((each) => /^audit-\d+\.log$/.test(each))) {
    for (const line of linesOf(join(dir, name)) as (Line & { call?: string; status?: number })[]) {
      if (line.kind === 'outcome' && line.call !== undefined) outcomes.set(line.call, line.status);
    }
  }
  for (const [, { record }] of done) expect(outcomes.get(record ?? '')).toBe(200);
});

it('takes a line that was changed in the ledger for no ledger at all', async () => {
  const dir = await scratchDirectory();
  const sandbox = await startSandboxProgram('--seed', 'empty');
  const call = (name: string, args: object): Promise<Ended> =>
    runProgram(['call', name, JSON.stringify(args), '--state-dir', join(dir, 'state')], { env: sandbox.env });
  const steps = [{ tool: CREATE, for_each: ['One', 'Two'], arguments: { name: '$' } }];
  const { plan } = JSON.parse((await call('Jobs_planChanges', { steps })).stdout) as Answer;
  expect((await call('Jobs_applyPlan', { plan })).code).toBe(0);
  const file = join(dir, 'state', `plan-${plan}.ledger`);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"done"', '"left_out"'));
  const again = await call('Jobs_applyPlan', { plan });
  expect(again.code).not.toBe(0);
  expect(((await sandbox.request('GET', '/organizations')).body as { data: unknown[] }).data).toHaveLength(2);
});
