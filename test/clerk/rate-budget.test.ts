import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstreamBudget, type UpstreamBudgetOptions, UpstreamBusyError, upstreamAllowance } from '../../src/clerk/rate-budget.js';
import { MemoryStore } from '../../src/limits/memory.js';

describe('the budget of requests to Clerk', () => {
  const never = (): AbortSignal => new AbortController().signal;
  const make = (options: Partial<UpstreamBudgetOptions> = {}): UpstreamBudget =>
    new UpstreamBudget({ counter: new MemoryStore(() => performance.now()), instance: 'test', max: 10, ...options });
  const inTime = (ms: number): number => performance.now() + ms;

  /** Asks `times` times for each caller, and notes who goes in which order. */
  function ask(budget: UpstreamBudget, caller: string, times: number, went: string[], withinMs = 3_600_000): void {
    for (let i = 0; i < times; i++) budget.acquire(caller, never(), inTime(withinMs)).then(() => went.push(caller));
  }

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('stays below the limits of Clerk', () => {
    expect(upstreamAllowance('test')).toBe(90);
    expect(upstreamAllowance('live')).toBe(900);
    expect(upstreamAllowance('live', 5000)).toBe(4500);
  });

  it('lets requests go at once while there is room', async () => {
    const budget = make();
    const went: string[] = [];
    ask(budget, 'ada', 10, went);
    await vi.advanceTimersByTimeAsync(0);
    expect(went).toHaveLength(10);
    expect(budget.waiting).toBe(0);
  });

  it('never lets more go in any window than it may, and lets all go in the end', async () => {
    const budget = make();
    const times: number[] = [];
    for (let i = 0; i < 45; i++) void budget.acquire('ada', never(), inTime(3_600_000)).then(() => times.push(performance.now()));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times).toHaveLength(45);
    for (const start of times) expect(times.filter((at) => at >= start && at < start + 10_000).length).toBeLessThanOrEqual(10);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(45_000);
  });

  it('gives callers turns: one who asks for much does not keep others waiting', async () => {
    const budget = make();
    const went: string[] = [];
    ask(budget, 'greedy', 50, went);
    await vi.advanceTimersByTimeAsync(0);
    ask(budget, 'ada', 3, went);
    ask(budget, 'bob', 2, went);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(went.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'greedy'));
    expect(went.slice(10, 20).sort()).toEqual([...Array(3).fill('ada'), ...Array(2).fill('bob'), ...Array(5).fill('greedy')]);
    expect(went.slice(10, 13).sort()).toEqual(['ada', 'bob', 'greedy']);
  });

  it('refuses at once when one caller has too many waiting, and says when to come back; others still may wait', async () => {
    const budget = make({ max: 1, maxWaitingPerCaller: 2 });
    const went: string[] = [];
    ask(budget, 'ada', 1, went);
    await vi.advanceTimersByTimeAsync(0);
    ask(budget, 'ada', 2, went);
    await vi.advanceTimersByTimeAsync(4000);
    const error: unknown = await budget.acquire('ada', never(), inTime(60_000)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UpstreamBusyError);
    expect((error as UpstreamBusyError).retryAfterMs).toBe(6000);
    ask(budget, 'bob', 1, went);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(went).toEqual(['ada', 'ada', 'bob', 'ada']);
  });

  it('refuses at once when too many wait in all', async () => {
    const budget = make({ max: 1, maxWaiting: 3 });
    const went: string[] = [];
    for (const caller of ['a', 'b', 'c']) ask(budget, caller, 1, went);
    await expect(budget.acquire('d', never(), inTime(60_000))).rejects.toThrow(UpstreamBusyError);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(went).toEqual(['a', 'b', 'c']);
    expect(budget.waiting).toBe(0);
  });

  it('gives up at the deadline, and takes nothing of the budget then', async () => {
    const budget = make({ max: 1 });
    const went: string[] = [];
    ask(budget, 'ada', 1, went);
    await vi.advanceTimersByTimeAsync(0);
    const late = budget.acquire('ada', never(), inTime(5000)).catch((error: unknown) => error);
    ask(budget, 'bob', 1, went);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await late).toMatchObject({ name: 'UpstreamBusyError', retryAfterMs: 5000 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(went).toEqual(['ada', 'bob']);
  });

  it('ends with the signal, before and while it waits', async () => {
    const budget = make({ max: 1 });
    const went: string[] = [];
    ask(budget, 'ada', 1, went);
    await vi.advanceTimersByTimeAsync(0);
    const controller = new AbortController();
    const waiting = budget.acquire('ada', controller.signal, inTime(60_000)).catch((error: unknown) => error);
    controller.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    await expect(budget.acquire('ada', controller.signal, inTime(60_000))).rejects.toThrow('enough');
    expect(budget.waiting).toBe(0);
  });

  it('gives back what it took for somebody who left at that moment', async () => {
    const store = new MemoryStore(() => performance.now());
    const budget = make({ max: 1, counter: store });
    const controller = new AbortController();
    const left = budget.acquire('ada', controller.signal, inTime(60_000)).catch((error: unknown) => error);
    controller.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    await vi.advanceTimersByTimeAsync(0);
    const went: string[] = [];
    ask(budget, 'bob', 1, went);
    await vi.advanceTimersByTimeAsync(0);
    expect(went).toEqual(['bob']);
  });

  it('is one budget for processes that share a store', async () => {
    const counter = new MemoryStore(() => performance.now());
    const [one, other] = [make({ counter }), make({ counter })];
    const went: string[] = [];
    ask(one, 'ada', 20, went);
    ask(other, 'bob', 20, went);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(went).toHaveLength(10);
    await vi.advanceTimersByTimeAsync(30_001);
    expect(went).toHaveLength(40);
  });

  it('goes on when nobody can count', async () => {
    const budget = make({ counter: { reserve: () => Promise.reject(new Error('away')) } });
    const went: string[] = [];
    ask(budget, 'ada', 20, went);
    await vi.advanceTimersByTimeAsync(0);
    expect(went).toHaveLength(20);
  });
});
