import { expect, it } from 'vitest';
import { fillShortcodes } from '../../src/sandbox/domain/shortcodes.js';

const values = {
  user: {
    id: 'user_1',
    first_name: 'Ada',
    last_name: null,
    email_verified: false,
    phone_number_verified: true,
    empty: '',
    public_metadata: { tags: ['a', 'b'], address: { home: 'Lisbon' }, age: 36, none: null },
  },
};

it.each([
  ['{{user.id}}', 'user_1'],
  ['{{ user.id }}', 'user_1'],
  ['{{user.last_name}}', null],
  ['{{user.nothing}}', null],
  ['{{org.id}}', null],
  ['{{user.public_metadata}}', values.user.public_metadata],
  ['{{user.public_metadata.tags}}', ['a', 'b']],
  ['{{user.public_metadata.address.home}}', 'Lisbon'],
  ['{{user.public_metadata.age}}', 36],
  ['{{user.id.length}}', null],
  ['{{user.constructor}}', null],
  ['{{user.__proto__}}', null],
  ['{{user.last_name}} {{user.first_name}}', 'null Ada'],
  ['tags: {{user.public_metadata.tags}}', 'tags: ["a","b"]'],
  ['{{user.id}}{{user.id}}', 'user_1user_1'],
  ['no code', 'no code'],
  ['{{user.id', '{{user.id'],
  ['{{}}', null],
  ["{{user.last_name || 'Nobody'}}", 'Nobody'],
  ["{{user.last_name || 'a || b }} c'}}", 'a || b }} c'],
  ['{{user.email_verified || user.phone_number_verified}}', true],
  ['{{user.email_verified || user.last_name}}', null],
  ['{{user.last_name || user.email_verified}}', false],
  ['{{user.public_metadata.none || user.unsafe_metadata.age || 30 }}', 30],
  ['{{user.last_name || -1.5}}', -1.5],
  ['{{user.last_name || true}}', true],
  ["{{user.empty || 'x'}}", ''],
  ['Hello {{user.last_name || user.first_name}}!', 'Hello Ada!'],
])('%s becomes %j', (template, expected) => {
  expect(fillShortcodes(template, values)).toEqual(expected);
});

it('every depth is filled, and what is no text stays', () => {
  const template = { a: [1, null, true, '{{user.id}}'], b: { c: '{{user.first_name}}', '{{user.id}}': 2 } };
  expect(fillShortcodes(template, values)).toEqual({ a: [1, null, true, 'user_1'], b: { c: 'Ada', '{{user.id}}': 2 } });
});
