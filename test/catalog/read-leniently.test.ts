import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { parseArguments } from '../../src/catalog/parse-arguments.js';
import { HOST_KEYS, readLeniently } from '../../src/catalog/read-leniently.js';
import { operations } from '../../tools/index.js';
import { fullArguments, minimalArguments } from '../support/sample-arguments.js';

const catalog = new Catalog(operations);
const parse = async (name: string, args: unknown) => {
  const parsed = await parseArguments(catalog.get(name), args);
  return parsed.ok ? parsed : { ok: false, faults: parsed.faults.map(({ path }) => path) };
};
const LIST = 'Users_listSortedByCreationDate';
const CREATE = 'Users_createNewUser';

describe('arguments that the schema refuses', () => {
  it.each<[string, string, unknown, object, string[]]>([
    ['null for what has no null', LIST, { limit: null }, {}, ['limit: null read as not given']],
    ['a number in quotes', LIST, { limit: '2' }, { limit: 2 }, ['limit: text read as number']],
    [
      'a boolean in quotes',
      CREATE,
      { skip_password_checks: 'true' },
      { skip_password_checks: true },
      ['skip_password_checks: text read as boolean'],
    ],
    [
      'a boolean as Python writes it',
      CREATE,
      { skip_password_checks: 'False' },
      { skip_password_checks: false },
      ['skip_password_checks: text read as boolean'],
    ],
    ['a list in quotes', LIST, { user_id: '["user_1"]' }, { user_id: ['user_1'] }, ['user_id: text read as list']],
    [
      'an object in quotes',
      CREATE,
      { public_metadata: '{"a":1}' },
      { public_metadata: { a: 1 } },
      ['public_metadata: text read as object'],
    ],
    ['the whole in quotes', LIST, '{"limit":2}', { limit: 2 }, ['arguments: text read as object']],
    [
      'the whole in quotes, once more under its name',
      LIST,
      { arguments: '{"limit":"2"}' },
      { limit: 2 },
      ['arguments: text read as object', 'limit: text read as number'],
    ],
    ['the whole once more under its name', LIST, { arguments: { limit: 2 } }, { limit: 2 }, ['arguments: read as the whole']],
    ['null for the whole', LIST, null, {}, []],
    [
      "a host's own inputs",
      LIST,
      { limit: 2, task_progress: '- [ ] x', random_string: '' },
      { limit: 2 },
      ['task_progress: dropped', 'random_string: dropped'],
    ],
  ])('are read as what they spell: %s', async (_, name, given, args, notes) => {
    expect(await parse(name, given)).toMatchObject({ ok: true, args, notes });
    const parsed = await parse(name, given);
    expect('args' in parsed && Object.keys(parsed.args)).toEqual(Object.keys(args));
  });

  it('are read inside a list that came in quotes, too', async () => {
    const invitations = JSON.stringify([{ email_address: 'a@b.example', notify: 'true', expires_in_days: '7' }]);
    const parsed = await parse('Invitations_bulkCreateAndSend', { invitations });
    expect(parsed).toMatchObject({
      ok: true,
      args: { invitations: [{ email_address: 'a@b.example', notify: true, expires_in_days: 7 }] },
    });
  });

  it.each([
    ['a number that would be another one', { limit: '007' }, 'limit'],
    ['a number with more digits than it can hold', { offset: '12345678901234567891' }, 'offset'],
    ['a number out of bounds', { limit: '100000' }, 'limit'],
    ['a word for a number', { limit: 'two' }, 'limit'],
    ['text for a list', { user_id: 'user_1' }, 'user_id'],
    ['an unknown input', { task_progres: 'x' }, 'task_progres'],
    ['an empty list in a filter', { user_id: [] }, 'user_id'],
    ['an empty list in quotes in a filter', { user_id: '[]' }, 'user_id'],
  ])('stay refused where they are not plain: %s', async (_, given, path) => {
    expect(await parse(LIST, given)).toEqual({ ok: false, faults: [path] });
  });

  it('leave confirm as it is', async () => {
    expect(await parse('Users_markBanned', { user_id: 'user_1', confirm: 'true' })).toMatchObject({ confirm: 'true', notes: [] });
    expect(await parse('Users_markBanned', { user_id: 'user_1', confirm: null })).toMatchObject({ confirm: undefined });
  });

  it('leave null where it means something', async () => {
    expect(await parse('Users_updateUserAttributes', { user_id: 'user_1', first_name: null })).toMatchObject({
      args: { first_name: null },
      notes: [],
    });
  });

  it('do not change what the caller holds', async () => {
    const given = { invitations: [{ email_address: 'a@b.example', notify: 'true' }] };
    const before = structuredClone(given);
    await parse('Invitations_bulkCreateAndSend', given);
    expect(given).toEqual(before);
  });

  it('are held against the schema once where very many are wrong', async () => {
    const schema = await catalog.get(LIST).input();
    const check = vi.fn((values: object) => schema.safeParse(values));
    const args = { user_id: Array.from({ length: 10_000 }, () => null), limit: '2' };
    expect(readLeniently(check, args)).toMatchObject({ args, notes: [] });
    expect(check).toHaveBeenCalledTimes(1);
  });
});

describe('arguments that the schema takes', () => {
  it.each(operations.map((operation) => [operation.name, operation] as const))('are never changed: %s', async (_, operation) => {
    const schema = await operation.input();
    for (const args of [fullArguments(operation), minimalArguments(operation)]) {
      expect(readLeniently((values) => schema.safeParse(values), args).args).toBe(args);
    }
  });

  it('are never changed, whatever they hold', async () => {
    const schema = await catalog.get('Users_updateUserAttributes').input();
    const texts = fc.oneof(fc.string(), fc.constantFrom('2', 'true', '[]', '{}', 'null', '{"a":1}'), fc.constant(null));
    const inputs = fc.record(
      {
        user_id: fc.string({ minLength: 1 }),
        first_name: texts,
        external_id: texts,
        public_metadata: fc.dictionary(fc.string(), fc.jsonValue()),
      },
      { requiredKeys: ['user_id'] },
    );
    fc.assert(
      fc.property(inputs, (args) => {
        fc.pre(schema.safeParse(args).success);
        const read = readLeniently((values) => schema.safeParse(values), args);
        expect(read.args).toBe(args);
        expect(read.notes).toEqual([]);
      }),
    );
  });

  it('have no name that hosts use for themselves', () => {
    const taken = operations.flatMap(({ name, places }) =>
      [...places.keys()].filter((key) => HOST_KEYS.has(key)).map((key) => `${name}: ${key}`),
    );
    expect(taken).toEqual([]);
  });
});
