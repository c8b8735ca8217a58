import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderRisks } from '../../scripts/risks-table.js';
import { operations } from '../../tools/index.js';

const page = readFileSync(new URL('../../docs/risks.md', import.meta.url), 'utf8');

describe('the page on risks', () => {
  it('has the table that the catalog has (npm run docs:risks writes it)', () => {
    expect(renderRisks(page)).toBe(page);
  });

  it('has every operation once', () => {
    const risks = page.slice(0, page.indexOf('What operations leave behind'));
    const names = [...risks.matchAll(/^\| `(\w+_\w+)` \|/gm)].map(([, name]) => name);
    expect(names).toEqual(operations.map(({ name }) => name));
  });
});
