import { describe, expect, it } from 'vitest';
import { outputSchemas } from '../../src/app/output-schemas.js';
import { Catalog } from '../../src/catalog/catalog.js';
import type { ClerkAnswer } from '../../src/catalog/clerk-answer.js';
import { shapeAnswer } from '../../src/response/shape-answer.js';
import type { ShapeOptions } from '../../src/response/shape-options.js';
import { operations } from '../../tools/index.js';
import { everyAnswer } from '../sandbox/every-answer.js';
import { validator } from '../support/validator.js';

const catalog = new Catalog(operations);
const schemas = await outputSchemas();
const checks = new Map([...schemas].map(([name, schema]) => [name, validator.getValidator(schema)]));

const answers = await everyAnswer(catalog);
const names = operations.map((operation) => operation.name);

it('there is a schema for every operation, of an object that demands nothing', () => {
  expect([...schemas.keys()].toSorted()).toEqual(names.toSorted());
  for (const [name, schema] of schemas) {
    const text = JSON.stringify(schema);
    expect(schema.type, name).toBe('object');
    expect(text, name).not.toMatch(/"required":\[|"(?:additionalProperties|enum|const|pattern|minimum|maxItems|\$ref)":/);
    expect(checks.get(name)?.({}).valid, name).toBe(true);
  }
});

const orNull = (schema: object): object => ({
  anyOf: expect.arrayContaining([expect.objectContaining(schema), { type: 'null' }]),
});

it('arrays stand under data, with their items told', () => {
  const item = { properties: expect.objectContaining({ id: orNull({ type: 'string' }), banned: orNull({ type: 'boolean' }) }) };
  expect(schemas.get('Users_listSortedByCreationDate')).toMatchObject({
    properties: {
      _: { type: 'object' },
      data: orNull({ type: 'array', items: orNull(item) }),
      total_count: orNull({ type: 'integer' }),
    },
  });
  expect(schemas.get('Miscellaneous_getInterstitialMarkup')).toMatchObject({
    properties: { text: orNull({ type: 'string' }) },
  });
});

it('a schema says what may not be', () => {
  const check = checks.get('Users_listSortedByCreationDate');
  expect(check?.({ data: [{ id: 'user_1', banned: false }] }).valid).toBe(true);
  expect(check?.({ data: [{ id: 5 }] }).valid).toBe(false);
  expect(check?.({ data: {} }).valid).toBe(false);
  expect(checks.get('Users_getTotalCount')?.({ total_count: '5' }).valid).toBe(false);
});

const bodyless: ClerkAnswer = { kind: 'empty', status: 202, value: undefined, attempts: 1 };

/** Shapes the operation's answer, or another one, and holds what comes of it against the schema. */
function valid(name: string, options: Partial<ShapeOptions>, answer = answers.get(name) as ClerkAnswer): void {
  const whole = { results: 'short', maxTokens: 25_000, structured: true, ...options } as const;
  const { structured } = shapeAnswer(catalog.get(name), answer, whole);
  const checked = checks.get(name)?.(structured);
  expect(checked?.valid, JSON.stringify({ options, structured, error: checked?.errorMessage })).toBe(true);
}

describe.each(names)('%s', (name) => {
  it('answers as its schema says: short, full, with fields, and without a body', () => {
    valid(name, {});
    valid(name, { results: 'full' });
    for (const fields of [['id'], ['*'], ['no_such_path'], ['id', 'user.id', 'email_addresses.verification.status']]) {
      valid(name, { fields });
    }
    valid(name, {}, bodyless);
  });

  it('answers as its schema says, however little of it fits', () => {
    for (const maxTokens of [1, 10, 30, 60, 120, 250, 500]) {
      for (const results of ['short', 'full'] as const) valid(name, { maxTokens, results });
    }
  });
});

const secret = operations.filter(({ risk }) => risk === 'credential').map((operation) => operation.name);

it.each(secret)('%s answers as its schema says where its secret is in a file', (name) => {
  const hidden = Object.keys(answers.get(name)?.value ?? {}).map((key) => [key, '[in secret_file]'] as const);
  const value = { ...Object.fromEntries(hidden), secret_file: '/secrets/x.json' };
  valid(name, {}, { ...bodyless, kind: 'json', status: 200, value });
});
