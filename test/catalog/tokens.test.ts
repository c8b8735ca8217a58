import { expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { operations } from '../../tools/index.js';
import { LIMITS, tokensOf } from './limits.js';

it(`the tools cost at most ${LIMITS.tokens} tokens`, () => {
  const prices = [...operations, ...jobs]
    .map(({ name, tool }) => ({ name, tokens: tokensOf(tool) }))
    .sort((a, b) => b.tokens - a.tokens || a.name.localeCompare(b.name));
  const total = prices.reduce((sum, { tokens }) => sum + tokens, 0);

  const lines = prices.map(({ name, tokens }) => `${String(tokens).padStart(6)}  ${name}`);
  const mean = (total / prices.length).toFixed(1);
  lines.push(`${String(total).padStart(6)}  of ${LIMITS.tokens}; ${prices.length} tools, ${mean} each`);
  process.stderr.write(`${lines.join('\n')}\n`);

  expect(operations).toHaveLength(LIMITS.operations);
  expect(total).toBeLessThanOrEqual(LIMITS.tokens);
});

it.each(jobs)('$name, which is in every offer, costs at most 300', ({ tool }) => {
  expect(tokensOf(tool)).toBeLessThanOrEqual(300);
});
