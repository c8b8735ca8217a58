import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/catalog/operation.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import { newMemory } from '../../../src/limits/once-store.js';
import type { AuditLine } from '../../../src/policy/audit/line.js';
import { AuditLog } from '../../../src/policy/audit/log.js';
import { verifyAudit } from '../../../src/policy/audit/verify.js';
import type { PolicyOptions } from '../../../src/policy/policy-options.js';
import type { Decision, PolicyCall } from '../../../src/policy/policy-types.js';
import { readPolicy } from '../../../src/policy/rules/read-policy.js';
import { type Bench, bench, call, catalog, operations } from '../fixtures.js';

const USER = { user_id: 'user_ada' };

let dir: string;
let file: string;
let audit: AuditLog;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clerk-mcp-record-'));
  file = join(dir, 'audit.log');
  audit = await AuditLog.open({ file });
});

afterEach(async () => {
  await audit.close().catch(() => {});
  await rm(dir, { recursive: true, force: true });
});

const make = (options: Partial<PolicyOptions> = {}): Bench => bench({ audit, confirm: 'flag', ...options });

/** The lines after the one that opened the log. */
const records = async (): Promise<AuditLine[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line));

async function run({ policy }: Bench, operation: Operation, args: Arguments, more: Partial<PolicyCall> = { confirm: true }) {
  const decision: Decision = await policy.decide(call(operation, args, more));
  if (decision.kind !== 'allow') return decision;
  const recorded = await policy.begin(decision.grant);
  await recorded.end({ status: 200, traceId: 'trace-1' });
  return decision;
}

describe('the record', () => {
  it('has an intent before and an outcome after a gated call, with all that is known', async () => {
    const it = make();
    const decision = await it.policy.decide(call(operations.ban, USER, { confirm: true }));
    if (decision.kind !== 'allow') throw new Error('refused');
    expect(await records()).toEqual([]);
    const recorded = await it.policy.begin(decision.grant);
    expect(await records()).toEqual([
      {
        seq: 2,
        time: expect.stringMatching(/^\d{4}-/),
        kind: 'intent',
        call: expect.stringMatching(/^[\w-]{12}$/),
        caller: 'local',
        transport: 'stdio',
        client: 'test-client',
        clientVersion: '1.0',
        instance: { kind: 'live', id: 'instance-1' },
        operation: 'Users_ban',
        risk: 'destructive',
        target: 'user_ada',
        args: { user_id: 'user_ada' },
        argsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        rule: 'default: gated',
        strength: 'flag',
        decision: 'allowed',
        confirmed: 'the caller, by confirm: true',
        prev: expect.any(String),
        sum: expect.any(String),
        mac: expect.any(String),
      },
    ]);
    it.clock.time += 321;
    await recorded.end({ status: 503, code: 'maintenance_mode', traceId: 'abc', mayHaveHappened: true });
    const [intent, outcome] = await records();
    expect(outcome).toMatchObject({
      kind: 'outcome',
      call: intent?.call,
      operation: 'Users_ban',
      status: 503,
      code: 'maintenance_mode',
      trace: 'abc',
      mayHaveHappened: true,
      durationMs: 321,
    });
    expect((await verifyAudit(file)).ok).toBe(true);
  });

  it('has writes, and not what only reads', async () => {
    const it = make();
    await run(it, operations.getUser, USER);
    await run(it, operations.createUser, { email_address: ['new@example.com'] });
    expect((await records()).map(({ kind, operation, confirmed }) => [kind, operation, confirmed])).toEqual([
      ['intent', 'Users_create', 'the rule default: reading and writing'],
      ['outcome', 'Users_create', undefined],
    ]);
  });

  it('names the target of what is done as it was shown before, and has no reads unless they are wanted', async () => {
    const it = make({ auditReads: true });
    await run(it, operations.ban, USER, {});
    await run(it, operations.ban, USER);
    await run(it, operations.getUser, USER);
    const lines = await records();
    expect(lines.map(({ kind, operation, target }) => [kind, operation, target])).toEqual([
      ['refused', 'Users_ban', '"Ada Lovelace" <ada@example.com> (user_ada)'],
      ['intent', 'Users_ban', '"Ada Lovelace" <ada@example.com> (user_ada)'],
      ['outcome', 'Users_ban', undefined],
      ['intent', 'Users_get', 'user_ada'],
      ['outcome', 'Users_get', undefined],
    ]);
    expect(lines[4]?.call).toBe(lines[3]?.call);
  });

  it('has refusals and questions, with the reason and the target by name', async () => {
    const file = readPolicy(
      '{"rules":[{"name":"closed","tools":"Users_get","caller":"x","action":"deny","reason":"no"}]}',
      catalog,
    );
    const it = make({ confirm: 'person', file });
    await run(it, operations.getUser, USER, { caller: { name: 'x', transport: 'http' } });
    await run(it, operations.ban, USER, { canAsk: true });
    await run(it, operations.ban, { user_id: 'user_x' }, { canAsk: true });
    await run(it, operations.ban, USER, { canAsk: false });
    const lines = await records();
    expect(lines.map(({ kind, decision, reason, rule }) => [kind, decision, reason, rule])).toEqual([
      ['refused', 'refused', 'denied_by_policy', 'closed'],
      ['asked', 'asked', undefined, 'default: gated'],
      ['refused', 'refused', 'target_not_found', 'default: gated'],
      ['refused', 'refused', 'person_required', 'default: gated'],
    ]);
    expect(lines[1]).toMatchObject({ target: '"Ada Lovelace" <ada@example.com> (user_ada)', strength: 'person' });
  });

  it('has answers that no person gave as such, with the time they took', async () => {
    const it = make({ confirm: 'person' });
    const question = await run(it, operations.ban, USER, { canAsk: true });
    if (question.kind !== 'ask') throw new Error('not asked');
    await run(it, operations.ban, USER, { canAsk: true, answer: { action: 'decline', state: question.state } });
    const lines = await records();
    expect(lines.map(({ kind, way, reason }) => [kind, way, reason])).toEqual([
      ['asked', 'client', undefined],
      ['unanswered', 'client', 'not_seen'],
      ['refused', undefined, 'person_not_asked'],
    ]);
    expect(lines[1]).toMatchObject({ decision: 'unanswered', answeredMs: expect.any(Number) });
  });

  it('says who confirmed and how', async () => {
    const byPerson = make({ confirm: 'person' });
    for (const [operation, content] of [
      [operations.ban, { confirm: true }],
      [operations.deleteUser, { typed: 'ada@example.com' }],
    ] as const) {
      const question = await run(byPerson, operation, USER, { canAsk: true });
      if (question.kind !== 'ask') throw new Error('not asked');
      await run(byPerson, operation, USER, { canAsk: true, answer: { action: 'accept', content, state: question.state } });
    }
    const byToken = make({ confirm: 'token' });
    const first = await run(byToken, operations.ban, USER, {});
    if (first.kind !== 'refuse') throw new Error('not refused');
    await run(byToken, operations.ban, USER, { confirm: first.model.token });
    const intents = (await records()).filter(({ kind }) => kind === 'intent');
    expect(intents.map(({ confirmed }) => confirmed)).toEqual(['the person', 'the person, by typing', 'the caller, by token']);
    expect(await readFile(file, 'utf8')).not.toContain(String(first.model.token));
  });

  it('never has a secret in it, neither plain nor as a hash that could be guessed', async () => {
    const signingKey = 'k'.repeat(32);
    const it = make({ signingKey });
    const args = { ...USER, password: 'hunter2' };
    await run(it, operations.updateUser, args);
    await run(it, operations.updateUser, { password: 'hunter2', ...USER });
    await run(it, operations.updateUser, { ...USER, password: 'hunter3' });
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('hunter');
    const hashes = (await records()).filter(({ kind }) => kind === 'intent').map(({ argsSha256 }) => argsSha256);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
    await run(make({ signingKey: 'x'.repeat(32) }), operations.updateUser, args);
    expect((await records()).at(-2)?.argsSha256).not.toBe(hashes[0]);
  });
});

describe('where the log cannot be written', () => {
  beforeEach(() => audit.close());

  it('what changes something is refused and reads go on', async () => {
    const it = make();
    expect(await run(it, operations.getUser, USER)).toMatchObject({ kind: 'allow' });
    await expect(run(it, operations.createUser, {})).rejects.toMatchObject({
      code: 'audit_unavailable',
      model: { error: 'audit_unavailable' },
    });
    expect(await run(it, operations.ban, USER)).toMatchObject({ kind: 'refuse', code: 'audit_unavailable' });
    expect(it.warnings.join('\n')).toContain('audit_unavailable');
  });

  it('reads are refused where they are recorded', async () => {
    const it = make({ auditReads: true });
    await expect(run(it, operations.getUser, USER)).rejects.toMatchObject({
      model: { error: 'audit_unavailable', message: expect.stringContaining('reads are recorded') },
    });
  });

  it('a refusal stays a refusal', async () => {
    const it = make({ confirm: 'person' });
    expect(await run(it, operations.ban, USER)).toMatchObject({ kind: 'refuse', code: 'person_required' });
    expect(it.warnings).toEqual([expect.stringContaining('not on record')]);
  });

  it('the share of the budget is given back', async () => {
    const file = readPolicy('{"budgets":[{"risk":"write","max":1,"per":"1h"}]}', catalog);
    const it = make({ file });
    await expect(run(it, operations.createUser, {})).rejects.toMatchObject({ code: 'audit_unavailable' });
    await expect(run(it, operations.createUser, {})).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  it('a token is not spent', async () => {
    const signingKey = 'k'.repeat(32);
    const healthy = bench({ signingKey, confirm: 'token' });
    const first = await run(healthy, operations.ban, USER, {});
    if (first.kind !== 'refuse') throw new Error('not refused');
    const confirm = first.model.token;
    const spent: string[] = [];
    const once = {
      memory: async () => newMemory(),
      claim: async (id: string) => (spent.push(id) > 0 ? ('first' as const) : ('again' as const)),
    };
    const failing = make({ signingKey, confirm: 'token', once });
    await expect(run(failing, operations.createUser, {})).rejects.toThrow();
    expect(await run(failing, operations.ban, USER, { confirm })).toMatchObject({ code: 'audit_unavailable' });
    expect(spent).toEqual([]);
    expect(await run(healthy, operations.ban, USER, { confirm })).toMatchObject({ kind: 'allow' });
  });
});
