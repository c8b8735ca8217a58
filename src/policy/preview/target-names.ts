import type { Arguments } from '../../catalog/operation-types.js';
import { shownValue } from '../../platform/plain-text.js';
import type { Label } from './label.js';

/** Ids of things that people know by a name. */
const NAMED_ID = /^(?:user|org|mch|role|perm|cprice)_\w+$/;
const DEEPEST = 6;

/** Names by id. `missing`: there is no such thing. */
export type Names = ReadonlyMap<string, Label | 'missing'>;

/** Every id in the arguments that can be named, each once, in the order in which they stand. */
export function idsIn(args: Arguments): string[] {
  const ids = new Set<string>();
  const walk = (value: unknown, depth: number): void => {
    if (typeof value === 'string' && NAMED_ID.test(value)) ids.add(value);
    else if (value !== null && typeof value === 'object' && depth < DEEPEST) {
      for (const member of Object.values(value)) walk(member, depth + 1);
    }
  };
  walk(args, 0);
  return [...ids];
}

/** The name behind an id; `undefined` if it is not known. */
export function nameOf(value: unknown, names: Names): string | undefined {
  const label = typeof value === 'string' ? names.get(value) : undefined;
  return label === undefined || label === 'missing' ? undefined : label.name;
}

const NOUNS: Readonly<Record<string, string>> = { user: 'users', org: 'organizations', mch: 'machines', role: 'roles' };
const MOST_NAMES = 3;
const MOST_DOMAINS = 3;

/** A list in a few words: its names if there are few, otherwise their number and domains. */
export function listInWords(list: readonly unknown[], names: Names): string {
  const known = list.map((item) => nameOf(item, names));
  if (list.length <= MOST_NAMES && known.every((name) => name !== undefined)) return enumerate(known);
  const kinds = new Set(
    list.map((item) => (typeof item === 'string' && NAMED_ID.test(item) ? item.split('_', 1)[0] : undefined)),
  );
  const [kind] = kinds;
  const noun = (kinds.size === 1 && kind !== undefined && NOUNS[kind]) || 'items';
  const counted = `${list.length} ${list.length === 1 ? noun.replace(/s$/, '') : noun}`;
  const domains = domainsOf(list, names);
  return domains === '' ? counted : `${counted} (${domains})`;
}

/** `a, b and c` */
function enumerate(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `25 of example.com, 3 of example.org`, the most frequent first. */
function domainsOf(list: readonly unknown[], names: Names): string {
  const counts = new Map<string, number>();
  for (const item of list) {
    const label = typeof item === 'string' ? names.get(item) : undefined;
    const domain = label === undefined || label === 'missing' ? undefined : label.domain;
    if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const rest = sorted.slice(MOST_DOMAINS).reduce((sum, [, count]) => sum + count, 0);
  const parts = sorted.slice(0, MOST_DOMAINS).map(([domain, count]) => `${count} of ${shownValue(domain)}`);
  return [...parts, ...(rest === 0 ? [] : [`${rest} of other domains`])].join(', ');
}
