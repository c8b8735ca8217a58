import { afterEach, describe, expect, it } from 'vitest';
import { ClerkBusyError } from '../../src/clerk/errors.js';
import { UpstreamBusyError } from '../../src/clerk/rate-budget.js';
import { json, MisbehavingServer, resetAfterRequest } from '../support/misbehaving-server.js';
import { catalog, failureOf, newClient } from './support.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A client whose requests wait for `acquire`. */
async function against(
  plan: Parameters<typeof MisbehavingServer.start>,
  acquire: (caller: string, signal: AbortSignal, deadline: number) => Promise<void>,
) {
  const server = await MisbehavingServer.start(...plan);
  const answers: (number | 'none')[] = [];
  const client = newClient(`${server.origin}/v1`, { budget: { acquire }, onAnswer: (status) => answers.push(status) });
  ends.push(
    () => server.stop(),
    () => client.close(),
  );
  return { server, client, answers };
}

const count = catalog.get('Users_getTotalCount');
const remove = catalog.get('Users_deleteUserById');

describe('a budget', () => {
  it('is waited for before each request, in the name of the caller, and no longer than the call may take', async () => {
    const asked: { caller: string; leftMs: number }[] = [];
    const { client, server, answers } = await against([json({}, 503), json({ total_count: 1 })], async (caller, _, deadline) => {
      asked.push({ caller, leftMs: deadline - performance.now() });
    });
    await client.send(count, {}, { caller: 'ada', timeoutMs: 60_000 });
    expect(server.arrived).toHaveLength(2);
    expect(asked.map(({ caller }) => caller)).toEqual(['ada', 'ada']);
    for (const { leftMs } of asked) expect(leftMs).toBeGreaterThan(0);
    for (const { leftMs } of asked) expect(leftMs).toBeLessThanOrEqual(60_000);
    expect(answers).toEqual([503, 200]);
  });

  it('that is used up ends the call, and the caller learns that nothing was sent', async () => {
    const { client, server } = await against([json({})], async () => {
      throw new UpstreamBusyError('full', 2500);
    });
    const error = await failureOf(client.send(remove, { user_id: 'user_1' }));
    expect(error).toBeInstanceOf(ClerkBusyError);
    expect(error.toModel()).toEqual({
      error: 'busy',
      message: expect.any(String),
      retry_after_seconds: 3,
      hint: 'Try again in 3 s. This request was not sent.',
    });
    expect(server.arrived).toEqual([]);
  });

  it('that is used up on the second try leaves open what the first has done', async () => {
    let turns = 0;
    const { client, answers } = await against([resetAfterRequest], async () => {
      if (turns++ > 0) throw new UpstreamBusyError('full', 1000);
    });
    const error = await failureOf(client.send(remove, { user_id: 'user_1' }));
    expect(error).toMatchObject({ code: 'busy', mayHaveHappened: true, checkWith: 'Users_getUserDetails' });
    expect(answers).toEqual(['none']);
  });

  const untilAborted = (_: string, signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

  it('that leaves no room within the time limit is said so, not taken for a silent Clerk', async () => {
    const { client, server } = await against([json({})], untilAborted);
    expect(await failureOf(client.send(count, {}, { timeoutMs: 50 }))).toMatchObject({ code: 'busy', mayHaveHappened: false });
    expect(server.arrived).toEqual([]);
  });

  it('is waited for no longer once the caller has cancelled', async () => {
    const { client, server } = await against([json({})], untilAborted);
    const cancel = new AbortController();
    const failed = failureOf(client.send(count, {}, { signal: cancel.signal }));
    cancel.abort();
    expect(await failed).toMatchObject({ code: 'cancelled', mayHaveHappened: false });
    expect(server.arrived).toEqual([]);
  });
});
