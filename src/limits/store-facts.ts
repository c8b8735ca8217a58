import type { Redis } from 'ioredis';
import type { RedisClient } from './redis-client.js';

/** What a server says of itself. `undefined` where it may not say, as many that are rented do not. */
export interface StoreFacts {
  /** `Redis 7.2.4`, `Valkey 8.0.1`. */
  readonly version: string | undefined;
  readonly isPrimary: boolean | undefined;
  readonly evictionPolicy: string | undefined;
  /** In bytes; 0 for as much as there is. */
  readonly mostMemory: number | undefined;
  /** Whether it writes each change down. */
  readonly appendOnly: boolean | undefined;
  /** Whether it saves all of it now and then. */
  readonly snapshots: boolean | undefined;
  /** Whether it tells itself apart from others. */
  readonly hasRunId: boolean;
}

/** Something to know about a server, and what to do about it. */
export interface StoreFlaw {
  readonly grave: boolean;
  readonly message: string;
  readonly advice: string;
}

/** The facts of every primary. @throws what the client throws */
export const factsOf = (client: RedisClient): Promise<readonly StoreFacts[]> =>
  Promise.all(('nodes' in client ? client.nodes('master') : [client]).map(factsOfServer));

async function factsOfServer(server: Redis): Promise<StoreFacts> {
  const [info, config] = await Promise.all([server.info(), configOf(server)]);
  const said = new Map(info.split(/\r?\n/).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  const [valkey, redis] = [said.get('valkey_version'), said.get('redis_version')];
  const one = (name: string, value: string | undefined): boolean | undefined =>
    value === undefined ? undefined : value === name;
  const memory = said.get('maxmemory') ?? config?.get('maxmemory');
  const save = config?.get('save');
  return {
    version: valkey !== undefined ? `Valkey ${valkey}` : redis && `Redis ${redis}`,
    isPrimary: one('master', said.get('role')),
    evictionPolicy: said.get('maxmemory_policy') ?? config?.get('maxmemory-policy'),
    mostMemory: memory === undefined ? undefined : Number(memory),
    appendOnly: one('1', said.get('aof_enabled')) ?? one('yes', config?.get('appendonly')),
    snapshots: save === undefined ? undefined : save !== '',
    hasRunId: said.has('run_id'),
  };
}

const SETTINGS = ['maxmemory-policy', 'maxmemory', 'appendonly', 'save'];

/** Nothing else of the configuration, which has passwords. `undefined` where reading it is forbidden. */
async function configOf(server: Redis): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const replies: unknown[] = await Promise.all(SETTINGS.map((name) => server.config('GET', name)));
    // A list, or an object by a later version of the protocol.
    const pairs = replies.map((reply) => (Array.isArray(reply) ? reply : Object.entries(reply ?? {}).flat()).map(String));
    const config = new Map(
      pairs.flatMap(([name, value]) => (name === undefined ? [] : [[name, value ?? '']])) as [string, string][],
    );
    return config.size === 0 ? undefined : config;
  } catch {
    return undefined;
  }
}

/** Older ones cannot tell users apart, and lack commands that are used here. */
const OLDEST_REDIS = 6;

/** What of these facts is not as the store of a deployment should be, each once. */
export function flawsOf(all: readonly StoreFacts[]): readonly StoreFlaw[] {
  const flaws = new Map<string, StoreFlaw>();
  for (const flaw of all.flatMap(flawsOfServer)) flaws.set(flaw.message, flaw);
  return [...flaws.values()];
}

function flawsOfServer(facts: StoreFacts): StoreFlaw[] {
  const { version, isPrimary, evictionPolicy, mostMemory, appendOnly, snapshots, hasRunId } = facts;
  const flaws: StoreFlaw[] = [];
  const add = (grave: boolean, message: string, advice: string): void => void flaws.push({ grave, message, advice });
  const [, name, major] = /^(\w+) (\d+)/.exec(version ?? '') ?? [];
  if (name === 'Redis' && Number(major) < OLDEST_REDIS)
    add(true, `The shared store is ${version}, which is too old.`, 'Use Redis 6 or later, or Valkey.');
  if (isPrimary === false)
    add(
      true,
      'The shared store is a replica, which can lose what it is told.',
      'Give the address of the primary, or of the Sentinels (redis+sentinel://).',
    );
  if (evictionPolicy === undefined) {
    add(
      false,
      'Which keys the shared store evicts when it is full cannot be found out: it does not say.',
      'See in the settings of whoever runs it that its maxmemory-policy is noeviction.',
    );
  } else if (evictionPolicy !== 'noeviction') {
    const advice = 'Set its maxmemory-policy to noeviction.';
    if (mostMemory === 0) add(false, `The shared store would evict keys (${evictionPolicy}) if it had a memory limit.`, advice);
    else
      add(
        true,
        `The shared store evicts keys when it is full (${evictionPolicy}): budgets then start again, and open confirmations no longer count.`,
        advice,
      );
  }
  if (appendOnly === false && snapshots === false)
    add(
      false,
      'The shared store keeps nothing on disk: after a restart budgets start again, and approvals that wait are gone.',
      'Set appendonly yes, or save.',
    );
  if (appendOnly !== true && snapshots === undefined)
    add(
      false,
      'Whether the shared store keeps anything on disk cannot be found out: reading its configuration is forbidden.',
      'See in the settings of whoever runs it that appendonly or snapshots are on.',
    );
  if (!hasRunId)
    add(
      true,
      'The shared store gives its servers no run_id: a confirmation could be used again after a replica took over.',
      'Use a Redis or Valkey whose INFO says its run_id.',
    );
  return flaws;
}
