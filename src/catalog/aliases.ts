import { plain } from '../platform/plain-text.js';
import { scrub } from '../platform/scrub.js';
import type { Operation } from './operation.js';

/** Longer names are not looked at, in characters. */
const LONGEST = 100;

/** Words for the same thing. */
const SYNONYMS: Readonly<Record<string, string>> = {
  add: 'create',
  banned: 'ban',
  destroy: 'delete',
  edit: 'update',
  fetch: 'get',
  find: 'list',
  modify: 'update',
  patch: 'update',
  read: 'get',
  remove: 'delete',
  retrieve: 'get',
  search: 'list',
  show: 'get',
  unban: 'delete ban',
  unlock: 'delete lock',
  upload: 'update',
};

/** Words that do not tell operations apart. */
const EMPTY = new Set(
  'attribute by clerk creation current data date descending detail for from id in mark new of or position property single slug sorted the to total'.split(
    ' ',
  ),
);

/** `memberships` → `membership`, `entries` → `entry`, `addresses` → `address`. */
function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|ch)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

/** `getUserList`, `get_user_list` and `users.getUserList` alike, as words in lower case and singular. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll('OAuth', 'Oauth')
    .replaceAll('UrLs', 'Urls')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map(singular);

/** What is done and to what within the group, regardless of word order. */
function keyOf(words: readonly string[]): string {
  const known = new Set(words.flatMap((word) => (SYNONYMS[word] ?? word).split(' ')).filter((word) => !EMPTY.has(word)));
  // Reading or listing "all" is still reading or listing, but deleting "all" is not deleting one.
  if (known.has('get') || known.has('list')) known.delete('all');
  // `getUserList` lists, and `getTotalCount` counts.
  if (known.size > 1) known.delete('get');
  return [...known].sort().join(' ');
}

const flat = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Names that no operation has and that models use all the same: `Organizations_list`, `users.getUserList`, `ban_user`.
 * They are understood where they can mean only one operation, and are listed nowhere.
 */
export class Aliases {
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  /** By our names, in any case and with any separators, and by the ids in Clerk's document, in any case. */
  readonly #byName = new Map<string, Operation>();
  /** By group and key, once from our names and once from Clerk's; `undefined` where several have the same. */
  readonly #byKey = [new Map<string, Operation | undefined>(), new Map<string, Operation | undefined>()] as const;

  constructor(operations: readonly Operation[]) {
    const listed = operations.filter(({ isJob, superseded }) => !isJob && !superseded);
    this.#groups = new Map(listed.map(({ group }) => [group, wordsOf(group)]));
    for (const operation of listed) {
      const { name, spec } = operation;
      this.#byName.set(spec.clerk.toLowerCase(), operation).set(`_${flat(name)}`, operation);
      for (const [index, known] of [name, spec.clerk].entries()) {
        const keys = this.#byKey[index as 0 | 1];
        const key = this.#within(operation.group, wordsOf(known));
        keys.set(key, keys.has(key) ? undefined : operation);
      }
    }
  }

  /** The operation that the name means; none where that is not certain. */
  find(name: string): Operation | undefined {
    if (name.length > LONGEST) return undefined;
    const words = wordsOf(name);
    const group = this.#groupOf(name, words);
    const key = group === undefined ? '' : this.#within(group, words);
    const named = this.#byName.get(`_${flat(name)}`) ?? this.#byName.get(name.toLowerCase());
    return named ?? this.#byKey[0].get(key) ?? this.#byKey[1].get(key);
  }

  #within(group: string, words: readonly string[]): string {
    const own = this.#groups.get(group) ?? [];
    return `${group} ${keyOf(words.filter((word) => !own.includes(word)))}`;
  }

  /** The group named before a separator, otherwise the group that the most words name. */
  #groupOf(name: string, words: readonly string[]): string | undefined {
    const [first = ''] = name.split(/[_.]/);
    const before = wordsOf(first).join(' ');
    let best: string | undefined;
    let most = 0;
    for (const [group, named] of this.#groups) {
      if (named.join(' ') === before) return group;
      if (named.length > most && named.every((word) => words.includes(word))) [best, most] = [group, named.length];
    }
    return best;
  }
}

/** Says that the operation was called by another name. */
export const nameReadAs = ({ name }: Operation, called: string): readonly string[] =>
  name === called ? [] : [`${plain(scrub(called))}: read as ${name}`];
