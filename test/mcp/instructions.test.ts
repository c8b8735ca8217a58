import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { type InstructionsOptions, instructions } from '../../src/mcp/instructions.js';
import { explainTo } from '../../src/policy/confirmation/strength.js';
import { WAYS, type Way } from '../../src/policy/policy-types.js';

const all: InstructionsOptions = {
  kind: 'live',
  title: 'Clerk · example.com · LIVE',
  confirmation: explainTo('auto', 'live', true, WAYS),
  changes: true,
  secrets: 'files',
  leftOut: undefined,
  discovery: false,
  now: Date.UTC(2026, 0, 31, 12),
};

describe('instructions', () => {
  it('name the instance, how calls are confirmed, where secrets go and what the time is', () => {
    const text = instructions(all);
    for (const part of [
      'Clerk · example.com · LIVE',
      'real people',
      'The person is asked',
      'into files on the server',
      '2026-01-31',
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/left out \(|search_operations|Only reading/);
  });

  it('say nothing of what cannot happen to a caller who only reads', () => {
    const text = instructions({ ...all, changes: false, confirmation: undefined, secrets: undefined });
    expect(text).toContain('Only reading is possible.');
    expect(text).not.toMatch(/confirm|Secrets|may_have_happened/);
  });

  it('say what is left out and by which flag', () => {
    const text = instructions({ ...all, leftOut: { count: 190, by: 'not in --profile' }, discovery: true });
    expect(text).toContain('190 operations are left out (not in --profile)');
    expect(text).toContain('search_operations');
  });

  it('stay short', () => {
    const longest = { ...all, leftOut: { count: 190, by: '--read-only; not in --tools, --profile' }, discovery: true };
    expect(encode(instructions(longest)).length).toBeLessThanOrEqual(400);
  });
});

describe('how calls are confirmed', () => {
  it.each<[boolean, readonly Way[], RegExp, RegExp]>([
    [true, ['client', 'page'], /through their client or on a page/, /confirm: true/],
    [true, ['client'], /through their client; /, /page|approval_pending/],
    [true, ['page'], /on a page of their own; .*approval_pending/, /through their client/],
    [false, ['client', 'page'], /on a page of their own; .*approval_pending/, /through their client/],
    [false, ['client'], /No person can be asked in this client/, /page/],
  ])('on a live instance, where the client can ask: %s, and ways are %j', (canAsk, ways, says, never) => {
    expect(explainTo('auto', 'live', canAsk, ways)).toMatch(says);
    expect(explainTo('auto', 'live', canAsk, ways)).not.toMatch(never);
  });

  it('in development, where the client cannot ask, is by the model alone', () => {
    expect(explainTo('auto', 'test', false, WAYS)).toMatch(/confirm: true/);
    expect(explainTo('auto', 'test', true, WAYS)).not.toMatch(/confirm: true/);
  });
});
