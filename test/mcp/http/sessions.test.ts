import { describe, expect, it, vi } from 'vitest';
import type { AuthenticatedCaller } from '../../../src/mcp/auth/authenticator.js';
import { type Session, type SessionEnd, Sessions, type SessionsOptions } from '../../../src/mcp/http/sessions.js';

const caller = (name: string, more: Partial<AuthenticatedCaller> = {}): AuthenticatedCaller => ({ name, scopes: [], ...more });

function setUp(options: SessionsOptions = {}) {
  const clock = { now: 0 };
  const ended: [string, SessionEnd][] = [];
  const sessions = new Sessions<string>({
    sweepMs: 3_600_000,
    idleMs: 1000,
    now: () => clock.now,
    wallClock: () => clock.now,
    ...options,
  });
  const open = (who: AuthenticatedCaller, id: string): Session<string> => {
    const place = sessions.reserve(who);
    if (!place.ok) throw new Error(`refused with ${place.refusal.status}`);
    return place.fill(id, `value of ${id}`, (reason) => void ended.push([id, reason]));
  };
  return { clock, ended, sessions, open };
}

describe('sessions', () => {
  it('are found by who opened them, and do not exist for anybody else', () => {
    const { sessions, open } = setUp();
    open(caller('ada'), 's1');
    expect(sessions.find('s1', caller('ada'))?.value).toBe('value of s1');
    expect(sessions.find('s1', caller('eve'))).toBeUndefined();
    expect(sessions.find('s2', caller('ada'))).toBeUndefined();
  });

  it('have limits per caller and in all, also while they are being opened', () => {
    const { sessions, open } = setUp({ maxPerCaller: 2, max: 3 });
    open(caller('ada'), 's1').use();
    const place = sessions.reserve(caller('ada'));
    expect(sessions.reserve(caller('ada'))).toMatchObject({ ok: false, refusal: { status: 429 } });
    open(caller('bob'), 's2');
    expect(sessions.reserve(caller('cyd'))).toMatchObject({ ok: false, refusal: { status: 503 } });
    if (place.ok) {
      place.giveBack();
      place.giveBack();
    }
    expect(sessions.reserve(caller('cyd')).ok).toBe(true);
    expect(sessions.reserve(caller('dan')).ok).toBe(false);
  });

  it('make room when the caller opens another: the one that has been idle for longest, never one in use', () => {
    const { clock, ended, sessions, open } = setUp({ maxPerCaller: 3, max: 4 });
    open(caller('ada'), 'in use').use();
    for (const id of ['first', 'second']) {
      clock.now++;
      open(caller('ada'), id);
    }
    clock.now++;
    sessions.find('first', caller('ada'))?.use()();
    open(caller('ada'), 'third');
    expect(ended).toEqual([['second', 'replaced']]);
    open(caller('bob'), 'of another');
    open(caller('ada'), 'fourth').use();
    expect(ended).toEqual([
      ['second', 'replaced'],
      ['first', 'replaced'],
    ]);
    expect(sessions.find('of another', caller('bob'))).toBeDefined();
  });

  it('say when to try again only where that is known', () => {
    const { clock, sessions, open } = setUp({ maxPerCaller: 1, max: 2, idleMs: 60_000, sweepMs: 5000 });
    open(caller('ada'), 's1').use();
    const own = sessions.reserve(caller('ada'));
    expect(own.ok || own.refusal.headers).not.toHaveProperty('Retry-After');
    open(caller('bob'), 's2');
    clock.now = 20_000;
    expect(sessions.reserve(caller('cyd'))).toMatchObject({ refusal: { status: 503, headers: { 'Retry-After': '45' } } });
  });

  it('free their place when they end, once', async () => {
    const { sessions, open, ended } = setUp({ maxPerCaller: 1, max: 1 });
    const session = open(caller('ada'), 's1');
    await Promise.all([session.end('closed'), session.end('idle')]);
    await session.end('closed');
    expect(ended).toEqual([['s1', 'closed']]);
    expect(sessions.find('s1', caller('ada'))).toBeUndefined();
    open(caller('ada'), 's2');
    expect(sessions.size).toBe(1);
  });

  it('end when they are idle, not while they are used', async () => {
    const { clock, ended, sessions, open } = setUp();
    const session = open(caller('ada'), 's1');
    open(caller('ada'), 's2');
    const release = session.use();
    clock.now = 1000;
    await sessions.sweep();
    expect(ended).toEqual([['s2', 'idle']]);
    release();
    release();
    clock.now = 1999;
    await sessions.sweep();
    expect(ended).toHaveLength(1);
    clock.now = 2000;
    await sessions.sweep();
    expect(ended).toEqual([
      ['s2', 'idle'],
      ['s1', 'idle'],
    ]);
  });

  it('end with the credential, even while they are used; a newer one keeps them', async () => {
    const { clock, ended, sessions, open } = setUp({ idleMs: 100_000 });
    open(caller('ada', { expiresAt: 500 }), 's1').use();
    open(caller('ada', { expiresAt: 500 }), 's2');
    sessions.find('s2', caller('ada', { expiresAt: 5000 }));
    clock.now = 500;
    await sessions.sweep();
    expect(ended).toEqual([['s1', 'expired']]);
    clock.now = 5000;
    await sessions.sweep();
    expect(ended).toEqual([
      ['s1', 'expired'],
      ['s2', 'expired'],
    ]);
  });

  it('end when the credential is withdrawn, also one that was withdrawn while they were being opened', async () => {
    const { ended, sessions, open } = setUp();
    const [ada, bob] = [new AbortController(), new AbortController()];
    open(caller('ada', { withdrawn: ada.signal }), 's1');
    open(caller('bob', { withdrawn: bob.signal }), 's2');
    ada.abort();
    expect(ended).toEqual([['s1', 'withdrawn']]);
    open(caller('ada', { withdrawn: ada.signal }), 's3');
    expect(ended).toEqual([
      ['s1', 'withdrawn'],
      ['s3', 'withdrawn'],
    ]);
    expect(sessions.size).toBe(1);
  });

  it('are told that the credential reaches further, as long as they last', async () => {
    const { sessions } = setUp();
    const listeners = new Set<() => void>();
    const ada = caller('ada', {
      onWidened: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    });
    const widened = vi.fn();
    const place = sessions.reserve(ada);
    if (!place.ok) throw new Error('no place');
    const session = place.fill('s1', 'x', () => {}, widened);
    for (const listener of listeners) listener();
    expect(widened).toHaveBeenCalledTimes(1);
    await session.end('closed');
    expect(listeners.size).toBe(0);
  });

  it('end all at shutdown, and none is opened after', async () => {
    const { ended, sessions, open } = setUp();
    open(caller('ada'), 's1');
    const place = sessions.reserve(caller('bob'));
    await sessions.close();
    expect(ended).toEqual([['s1', 'shutdown']]);
    expect(sessions.reserve(caller('ada'))).toMatchObject({ ok: false, refusal: { status: 503 } });
    if (place.ok) place.fill('s2', 'late', (reason) => void ended.push(['s2', reason]));
    expect(ended).toEqual([
      ['s1', 'shutdown'],
      ['s2', 'shutdown'],
    ]);
  });

  it('are gone even when closing them fails, which is told', async () => {
    const onError = vi.fn();
    const { sessions } = setUp({ onError });
    const place = sessions.reserve(caller('ada'));
    if (place.ok) await place.fill('s1', 'x', () => Promise.reject(new Error('stuck'))).end('closed');
    expect(onError).toHaveBeenCalledWith(new Error('stuck'));
    expect(sessions.size).toBe(0);
  });

  it('are looked after without being asked', async () => {
    const { clock, ended, open } = setUp({ sweepMs: 5 });
    open(caller('ada'), 's1');
    clock.now = 1000;
    await vi.waitFor(() => expect(ended).toEqual([['s1', 'idle']]), { timeout: 10_000 });
  });
});
