import { expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { operations } from '../../tools/index.js';
import { LIMITS, tokensOf } from './limits.js';

it(`the tools cost at most ${LIMITS.tokens} tokens`, () => {
  const prices = [...operations, ...jobs]
    .map(({ name, tool }) => ({ name, tokens: tokensOf(tool) }))
    .sort((a, b) => b.tokens - a.tokens || a.name.localeCompare(b.name));
  const total = prices.reduce((sum, { tokens }) => sum + tokens, 0);

  process.stderr.write(
    `${total} of ${LIMITS.tokens} tokens; ${prices.length} tools, ${(total / prices.length).toFixed(1)} each\n`,
  );

  expect(operations).toHaveLength(LIMITS.operations);
  const lines = prices.map(({ name, tokens }) => `${String(tokens).padStart(6)}  ${name}`);
  expect(total, `the tools by their price:\n${lines.join('\n')}\n`).toBeLessThanOrEqual(LIMITS.tokens);
});

it.each(jobs)('$name, which is in every offer, costs at most 300', ({ tool }) => {
  expect(tokensOf(tool)).toBeLessThanOrEqual(300);
});
