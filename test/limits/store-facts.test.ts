import { expect, it } from 'vitest';
import { flawsOf, type StoreFacts } from '../../src/limits/store-facts.js';

const GOOD: StoreFacts = {
  version: 'Redis 7.2.4',
  isPrimary: true,
  evictionPolicy: 'noeviction',
  mostMemory: 1024,
  appendOnly: true,
  snapshots: false,
  hasRunId: true,
};
const CANNOT_TELL = { evictionPolicy: undefined, mostMemory: undefined, appendOnly: undefined, snapshots: undefined };

it.each<[string, Partial<StoreFacts>, readonly [grave: boolean, message: RegExp][]]>([
  ['nothing is wrong', {}, []],
  ['it saves snapshots', { appendOnly: false, snapshots: true }, []],
  ['it is Valkey', { version: 'Valkey 8.0.1' }, []],
  ['it is old', { version: 'Redis 5.0.14' }, [[true, /Redis 5\.0\.14, which is too old/]]],
  ['it is a replica', { isPrimary: false }, [[true, /is a replica/]]],
  ['it evicts', { evictionPolicy: 'volatile-lru' }, [[true, /evicts keys.*volatile-lru/]]],
  ['it would evict', { evictionPolicy: 'volatile-lru', mostMemory: 0 }, [[false, /would evict keys/]]],
  ['it keeps nothing', { appendOnly: false }, [[false, /keeps nothing on disk/]]],
  ['it tells no run id', { hasRunId: false }, [[true, /gives its servers no run_id/]]],
  [
    'it may not tell',
    CANNOT_TELL,
    [
      [false, /evicts.*cannot be found out/],
      [false, /on disk cannot be found out/],
    ],
  ],
  ['only its configuration is hidden', { snapshots: undefined }, []],
])('says what is not as it should be where %s, once for all servers', (_, facts, expected) => {
  const flaws = flawsOf([
    { ...GOOD, ...facts },
    { ...GOOD, ...facts },
  ]);
  expect(flaws.map(({ grave }) => grave)).toEqual(expected.map(([grave]) => grave));
  for (const [at, [, message]] of expected.entries()) expect(flaws[at]?.message).toMatch(message);
});
