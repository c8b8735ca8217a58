import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/catalog/operation.js';
import { operations } from '../../tools/index.js';
import type { Answer } from '../support/elicitation.js';
import { EVERY_TOOL } from '../support/offer.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { CLIENTS, type ClientKind, type ProgramClient, startProgram, type ToolResult } from '../support/program.js';
import { gatedArguments } from '../support/sample-arguments.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

/** Reads that are gated only where they name a secret in `fields` are in answer-secrets.test.ts. */
const gated = operations.filter(({ gate, risk }) => gate === 'always' || (gate === 'sometimes' && risk !== 'read'));
const STRENGTHS = ['flag', 'token', 'person', 'deny'] as const;
type Strength = (typeof STRENGTHS)[number];

const directory = await scratchDirectory();
const denying = await scratchFile(directory, {
  rules: [
    {
      name: 'nothing of the kind',
      risk: ['destructive', 'credential', 'access'],
      action: 'deny',
      reason: 'Not with this server.',
    },
  ],
});
const unlimited = await scratchFile(directory, { budgets: [] });

const upstream = await plausibleUpstream();

function forget(): void {
  upstream.requests.length = 0;
}

interface Question {
  readonly message: string;
  readonly requestedSchema: unknown;
}

/** A program with its client, and a person whose answer can be set. */
interface Seat {
  readonly client: ProgramClient;
  readonly questions: Question[];
  answer: (question: Question) => Answer;
}

const decline = (): Answer => ({ action: 'decline' });

function propertiesOf({ requestedSchema }: Question): Record<string, { type: string; title: string }> {
  return (requestedSchema as { properties: Record<string, { type: string; title: string }> }).properties;
}

/** What somebody fills in who means it. */
function accept(question: Question): Answer {
  const { typed } = propertiesOf(question);
  const content = typed === undefined ? { confirm: true } : { typed: /"(.*)"/.exec(typed.title)?.[1] ?? '' };
  return { action: 'accept', content };
}

async function sit(kind: ClientKind, canAsk: boolean, args: readonly string[], key = 'sk_test_matrix'): Promise<Seat> {
  const questions: Question[] = [];
  const env = {
    CLERK_SECRET_KEY: key,
    CLERK_API_URL: `${upstream.origin}/v1`,
    CLERK_MCP_LOG_LEVEL: 'error',
    CLERK_MCP_APPROVERS: join(directory, 'nobody.json'),
  };
  const person = (question: Question): Answer => {
    questions.push(question);
    return seat.answer(question);
  };
  const client = await startProgram(kind, { args: [...EVERY_TOOL, ...args], env, ...(canAsk ? { person } : {}) });
  const seat: Seat = { client, questions, answer: decline };
  return seat;
}

const sentNames = (): (string | undefined)[] => upstream.requests.map((request) => operationOf(request)?.name);

/** Nothing arrived, or nothing but reads that show a person or a model what is meant. */
function expectOnlyLookups(): void {
  for (const request of upstream.requests) {
    expect(request.method).toBe('GET');
    expect(operationOf(request)?.risk).toBe('read');
  }
}

/** Of all that arrived, one request is the operation's own, and the rest are lookups. */
function expectSentOnce({ name, risk }: Operation): void {
  expect(risk).not.toBe('read');
  expect(sentNames().filter((sent) => sent === name)).toHaveLength(1);
  for (const request of upstream.requests) {
    const sent = operationOf(request);
    if (sent?.name !== name) expect([request.method, sent?.risk]).toEqual(['GET', 'read']);
  }
}

async function expectRefused(call: Promise<ToolResult>, error: string, more: object = {}): Promise<Record<string, unknown>> {
  const { isError, json } = await call;
  expect(isError).toBe(true);
  expect(json).toMatchObject({ error, ...more });
  return json as Record<string, unknown>;
}

async function byFlag({ client, questions }: Seat, operation: Operation): Promise<void> {
  const args = gatedArguments(operation);
  const refusal = await expectRefused(client.call(operation.name, args), 'confirmation_required', {
    instance: 'TEST, example.com',
  });
  expect(refusal.effect).toMatch(/\w.*[.!?…](?:\n|$)/);
  await expectRefused(client.call(operation.name, { ...args, confirm: 'true' }), 'confirmation_required');
  expectOnlyLookups();
  forget();
  await client.call(operation.name, { ...args, confirm: true });
  expectSentOnce(operation);
  expect(questions).toEqual([]);
}

async function byToken({ client, questions }: Seat, operation: Operation): Promise<void> {
  const args = gatedArguments(operation);
  const { token, effect } = await expectRefused(client.call(operation.name, args), 'confirmation_required', {
    instance: 'TEST, example.com',
  });
  expect(effect).not.toMatch(/\{\w+\}/);
  await expectRefused(client.call(operation.name, { ...args, confirm: true }), 'confirmation_required');
  expectOnlyLookups();
  await client.call(operation.name, { ...args, confirm: token });
  expectSentOnce(operation);
  await expectRefused(client.call(operation.name, { ...args, confirm: token }), 'confirmation_invalid', { reason: 'used' });
  expectSentOnce(operation);
  expect(questions).toEqual([]);
}

async function byPerson(seat: Seat, operation: Operation): Promise<void> {
  const args = gatedArguments(operation);
  seat.answer = decline;
  // This client says no by itself, in no time: nobody's answer.
  await expectRefused(seat.client.call(operation.name, { ...args, confirm: true }), 'person_not_asked', { reason: 'not_seen' });
  expectOnlyLookups();
  seat.answer = accept;
  await seat.client.call(operation.name, args);
  expectSentOnce(operation);
  expect(seat.questions).toHaveLength(2);
  for (const question of seat.questions) {
    const lines = question.message.split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(70);
    expect(question.message).not.toMatch(/\{\w+\}|undefined|\[object/);
    expect(lines).toContain('Instance: TEST, example.com');
    expect(lines.at(-1)).toMatch(/\?$/);
    expect(Object.keys(propertiesOf(question))).toEqual([operation.spec.typed === undefined ? 'confirm' : 'typed']);
  }
}

async function byNobody({ client, questions }: Seat, operation: Operation, error: string): Promise<void> {
  const args = gatedArguments(operation);
  for (const confirm of [undefined, true, 'cft_AAAA']) {
    await expectRefused(client.call(operation.name, { ...args, ...(confirm === undefined ? {} : { confirm }) }), error);
  }
  // What a call would do can depend on the instance's roles.
  expectOnlyLookups();
  expect(questions).toEqual([]);
}

async function walk(strength: Strength, canAsk: boolean, seat: Seat, operation: Operation): Promise<void> {
  if (strength === 'flag') return byFlag(seat, operation);
  if (strength === 'token') return byToken(seat, operation);
  if (strength === 'deny') return byNobody(seat, operation, 'denied_by_policy');
  return canAsk ? byPerson(seat, operation) : byNobody(seat, operation, 'person_required');
}

const seats = CLIENTS.flatMap((kind) => [true, false].map((canAsk) => [kind, canAsk ? 'can' : 'cannot', canAsk] as const));

describe.each(STRENGTHS)('every gated operation by %s', (strength) => {
  it.each(seats)('at a client %s that %s ask', async (kind, _, canAsk) => {
    const seat = await sit(kind, canAsk, strength === 'deny' ? ['--policy', denying] : ['--confirm', strength]);
    try {
      for (const operation of gated) {
        forget();
        seat.questions.length = 0;
        await expect(walk(strength, canAsk, seat, operation), operation.name).resolves.toBeUndefined();
      }
    } finally {
      await seat.client.close();
    }
  });
});

describe.each([
  ['a live instance', 'sk_live_matrix', 'nobody'],
  ['a test instance', 'sk_test_matrix', 'flag'],
] as const)('by default, on %s', (_, key, otherwise) => {
  it.each(seats)(
    `the person is asked where the client can, otherwise by ${otherwise}: %s that %s`,
    async (kind, _can, canAsk) => {
      const seat = await sit(kind, canAsk, ['--policy', unlimited], key);
      try {
        for (const operation of gated) {
          forget();
          seat.questions.length = 0;
          const args = gatedArguments(operation);
          const refused = await seat.client.call(operation.name, { ...args, confirm: canAsk ? true : 'yes' });
          expect([operation.name, refused.isError]).toEqual([operation.name, true]);
          expectOnlyLookups();
          expect(seat.questions).toHaveLength(canAsk ? 1 : 0);
          if (canAsk) continue;
          if (otherwise === 'nobody') {
            await expectRefused(seat.client.call(operation.name, { ...args, confirm: true }), 'person_required');
            expectOnlyLookups();
            continue;
          }
          await seat.client.call(operation.name, { ...args, confirm: true });
          expectSentOnce(operation);
        }
        expect(seat.client.instructions()).toMatch(canAsk || otherwise === 'nobody' ? /person is asked/ : /confirm: true/);
      } finally {
        await seat.client.close();
      }
    },
  );
});

describe('by default, on the sandbox', () => {
  it.each(seats)('the person is asked where the client can, otherwise by flag: %s that %s', async (kind, _, canAsk) => {
    const questions: Question[] = [];
    const person = (question: Question): Answer => {
      questions.push(question);
      return accept(question);
    };
    const client = await startProgram(kind, { args: ['--sandbox', '--log-level', 'error'], ...(canAsk ? { person } : {}) });
    try {
      const { json } = await client.call('Users_listSortedByCreationDate', { limit: 1, fields: ['id'] });
      const [user] = (json as { data: { id: string }[] }).data;
      const first = await client.call('Users_markBanned', { user_id: user?.id });
      expect(first.isError).toBe(!canAsk);
      if (!canAsk)
        await expectRefused(Promise.resolve(first), 'confirmation_required', {
          instance: expect.stringMatching(/^SANDBOX, /),
        });
      const ban = canAsk ? first : await client.call('Users_markBanned', { user_id: user?.id, confirm: true });
      expect(ban.json).toMatchObject({ id: user?.id, banned: true });
      expect(questions.map(({ message }) => message)).toEqual(
        canAsk ? [expect.stringMatching(/\nInstance: SANDBOX, .*\nBan a user\?$/s)] : [],
      );
    } finally {
      await client.close();
    }
  });
});

describe('the built-in budget of a live instance', () => {
  it('lets twenty destructive calls through in an hour, then asks nobody and sends nothing', async () => {
    const seat = await sit('v2 (2026)', true, [], 'sk_live_matrix');
    try {
      seat.answer = accept;
      for (let count = 1; count <= 20; count++) {
        expect((await seat.client.call('Users_deleteUserById', { user_id: `user_${count}` })).isError).toBe(false);
      }
      forget();
      const refused = await expectRefused(seat.client.call('Users_deleteUserById', { user_id: 'user_1' }), 'budget_exceeded');
      expect(refused.retry_after_seconds).toBeGreaterThan(0);
      expect(refused.retry_after_seconds).toBeLessThanOrEqual(3_600);
      expect(upstream.requests).toEqual([]);
      expect(seat.questions).toHaveLength(20);
      expect((await seat.client.call('Users_getUserDetails', { user_id: 'user_1' })).isError).toBe(false);
    } finally {
      await seat.client.close();
    }
  });
});
