import { expect, it } from 'vitest';
import { BadReferenceError, Room, resolve } from '../../../src/jobs/plan/references.js';

const scope = (item: unknown) => ({ item: [item] as const, steps: new Map(), pending: new Set<string>(), inputs: {} });
const resolved = (value: unknown, item: unknown): unknown => resolve(value, scope(item), new Room(1000)).value;

it('leaves an argument out where its reference may lead to nothing, or to null', () => {
  const args = { user_id: '$.id', last_name: '$.last_name?', metadata: { team: '$.team?' } };
  expect(resolved(args, { id: 'user_1', last_name: null })).toEqual({ user_id: 'user_1', metadata: {} });
  expect(resolved(args, { id: 'user_1', last_name: '', team: 0 })).toEqual({
    user_id: 'user_1',
    last_name: '',
    metadata: { team: 0 },
  });
});

it('keeps a null, and refuses nothing, where the reference must lead somewhere', () => {
  expect(resolved({ last_name: '$.last_name' }, { last_name: null })).toEqual({ last_name: null });
  expect(() => resolved({ last_name: '$.last_name' }, {})).toThrow(BadReferenceError);
});
