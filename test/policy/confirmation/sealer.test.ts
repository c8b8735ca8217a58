import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Binding, Sealer } from '../../../src/policy/confirmation/sealer.js';
import { Clock } from '../fixtures.js';

const BINDING: Binding = { operation: 'Users_ban', args: '{"user_id":"user_ada"}', caller: 'local', instance: 'one' };

const ONCE = { lifetimeMs: 600_000, memory: 'kept-in-here' };

function make(key = Buffer.alloc(32, 7)) {
  const clock = new Clock();
  return { clock, sealer: new Sealer({ key, now: clock.now, randomBytes }) };
}

describe('Sealer', () => {
  it('opens what it sealed, for the same binding, until it expires', () => {
    const { sealer, clock } = make();
    const text = sealer.seal('token', BINDING, ONCE);
    clock.time += 599_999;
    expect(sealer.open('token', text, { ...BINDING })).toMatchObject({ ok: true, memory: ONCE.memory });
    clock.time += 1;
    expect(sealer.open('token', text, BINDING)).toEqual({ ok: false, fault: 'expired' });
  });

  it.each([
    ['instance', 'other_instance'],
    ['caller', 'other_caller'],
    ['operation', 'other_operation'],
    ['args', 'other_arguments'],
  ])('says that %s is another', (part, fault) => {
    const { sealer } = make();
    const text = sealer.seal('token', BINDING, ONCE);
    expect(sealer.open('token', text, { ...BINDING, [part]: 'another' })).toEqual({ ok: false, fault });
  });

  it('does not let text wander between the bound parts', () => {
    const { sealer } = make();
    const text = sealer.seal('token', { ...BINDING, operation: 'ab', args: 'c' }, ONCE);
    expect(sealer.open('token', text, { ...BINDING, operation: 'a', args: 'bc' }).ok).toBe(false);
  });

  it('refuses every single changed byte', () => {
    const { sealer } = make();
    const text = sealer.seal('token', BINDING, ONCE);
    const bytes = Buffer.from(text.slice(4), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(sealer.open('token', `cft_${forged.toString('base64url')}`, BINDING).ok).toBe(false);
    }
  });

  it('calls a seal of another key not ours', () => {
    const text = make(Buffer.alloc(32, 8)).sealer.seal('token', BINDING, ONCE);
    expect(make().sealer.open('token', text, BINDING)).toEqual({ ok: false, fault: 'not_ours' });
  });

  it('opens in a second process with the same key', () => {
    const text = make().sealer.seal('token', BINDING, ONCE);
    expect(make().sealer.open('token', text, BINDING).ok).toBe(true);
  });

  it('never takes a question for a token', () => {
    const { sealer } = make();
    const state = sealer.seal('question', BINDING, ONCE);
    expect(sealer.open('token', state, BINDING)).toEqual({ ok: false, fault: 'malformed' });
    expect(sealer.open('token', state.replace('cfq_', 'cft_'), BINDING)).toEqual({ ok: false, fault: 'not_ours' });
  });

  it.each(['', 'true', 'cft_', 'cft_!!!!', `cft_${'A'.repeat(20)}`, `cft_${'A'.repeat(5000)}`, 'cfq_AAAA'])(
    'calls %j malformed',
    (text) => {
      expect(make().sealer.open('token', text, BINDING)).toEqual({ ok: false, fault: 'malformed' });
    },
  );

  it('knows one spelling of a seal only', () => {
    const { sealer } = make();
    const text = sealer.seal('token', BINDING, ONCE);
    for (const spelling of [`${text}=`, `${text}\n`, ` ${text}`, text.toUpperCase()]) {
      expect(sealer.open('token', spelling, BINDING).ok).toBe(false);
    }
  });

  it('wants 32 bytes of key', () => {
    expect(() => make(Buffer.alloc(31))).toThrow('32 bytes');
  });

  it('makes a different seal each time', () => {
    const { sealer } = make();
    expect(new Set(Array.from({ length: 50 }, () => sealer.seal('token', BINDING, ONCE))).size).toBe(50);
  });
});
