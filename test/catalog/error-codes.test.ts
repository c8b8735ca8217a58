import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/catalog/error-codes.js';

const src = fileURLToPath(new URL('../../src', import.meta.url));

const sources = ['call', 'clerk', 'jobs', 'mcp', 'policy']
  .flatMap((floor) => readdirSync(join(src, floor), { recursive: true, encoding: 'utf8' }).map((name) => join(src, floor, name)))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(path, 'utf8'));

/** The places where a code is written down. */
const GIVEN = [
  /\berror: '([a-z_]+)'/g,
  /\brefusal\(\s*'([a-z_]+)'/g,
  /#refusal\(\d+, '([a-z_]+)'/g,
  /\bPlanFault\(\s*'([a-z_]+)'/g,
  /#note\([^']*, '([a-z_]+)'/g,
  /readonly code = '([a-z_]+)'/g,
];

const given = new Set(
  GIVEN.flatMap((place) => sources.flatMap((text) => [...text.matchAll(place)].map(([, code = '']) => code))),
);

/** Clerk's errors without a code of their own have the status, and answers that cannot be read are named for their fault. */
const isMade = (code: string): boolean => code === 'http_STATUS' || (code.startsWith('answer_') && isWritten(code.slice(7)));
const isWritten = (word: string): boolean => sources.some((text) => text.includes(`'${word}'`));

describe('the table of error codes', () => {
  it('has every code that is given', () => {
    expect(given.size).toBeGreaterThan(35);
    expect([...given].filter((code) => !(code in ERROR_CODES))).toEqual([]);
  });

  it.each(Object.keys(ERROR_CODES))('has none that is not given: %s', (code) => {
    expect(given.has(code) || isWritten(code) || isMade(code)).toBe(true);
  });
});
