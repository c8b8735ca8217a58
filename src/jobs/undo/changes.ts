import { join } from 'node:path';
import type { Change, Keeper, Kept } from '../../call/keeper.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { errorMessage } from '../../platform/error-message.js';
import { plain } from '../../platform/plain-text.js';
import { openPrivateFile } from '../../platform/private-file.js';
import { labelOf } from '../../policy/preview/label.js';
import { needsFormer } from '../../policy/preview/undo-words.js';
import type { Vault } from '../state/vault.js';
import { isMade, objectIn, objectReadOf } from './object-read.js';

/** A call that was made, with everything needed to undo it. Kept as sealed JSON. */
export interface KeptChange {
  readonly at: number;
  readonly caller: string;
  readonly instance: string;
  readonly operation: string;
  readonly args: Arguments;
  /** The object before the call; null if there was none, undefined if it was not read. */
  readonly before: unknown;
  /** Clerk's answer; undefined if it is not known whether the call was carried out. */
  readonly answer: unknown;
  /** Set for calls of a plan. */
  readonly item?: number | undefined;
}

/** Where changes are kept: those of a plan together, every other under its record. */
export interface ChangeStore {
  /** `key` names the plan or the record. */
  put(key: string, change: KeptChange): Promise<void>;
  /** The latest state of each, in the order in which they were made. */
  find(key: string): Promise<readonly KeptChange[]>;
  /** The keys in use, last written first. */
  keys(): Promise<readonly string[]>;
}

/** Whom or what a change was about, safe to display. */
export const aboutOf = ({ args, before, answer }: KeptChange): string =>
  labelOf(before)?.name ??
  labelOf(answer)?.name ??
  plain(Object.values(args).find((value) => typeof value === 'string') ?? 'what the inputs name');

export const keyOf = (made: Change['made']): string => ('plan' in made ? made.plan : `call-${made.record}`);

export interface ChangesOptions {
  readonly catalog: Catalog;
  readonly instance: string;
  readonly store: ChangeStore;
  readonly warn: (message: string) => void;
}

/** Keeps the present state of what is about to be changed. */
export class Changes implements Keeper {
  readonly #options: ChangesOptions;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  async before(change: Change): Promise<Kept | undefined> {
    const { catalog, instance, store, warn } = this.#options;
    const { operation, args, caller, made } = change;
    const { undo } = operation.spec;
    if (undo === undefined || 'never' in undo || undo.unread?.some((input) => args[input] !== undefined)) return undefined;
    const reading = isMade(undo)
      ? undefined
      : objectReadOf(catalog, operation, undo, { args, before: undefined, answer: undefined });
    const found = reading && (await change.read(reading.read, reading.args));
    const before = reading === undefined || found === undefined ? undefined : objectIn(found, reading);
    if (needsFormer(undo) && (before === undefined || before === null)) return undefined;
    const kept: KeptChange = {
      at: Date.now(),
      caller,
      instance,
      operation: operation.name,
      args,
      before,
      answer: undefined,
      ...('plan' in made ? { item: made.item } : {}),
    };
    const put = (record: KeptChange): Promise<void> =>
      store.put(keyOf(made), record).catch((error: unknown) => {
        warn(`what ${operation.name} changes could not be kept, and cannot be taken back: ${errorMessage(error)}`);
      });
    await put(kept);
    return { done: (answer) => put({ ...kept, answer: answer ?? null }) };
  }
}

/** The most changes in memory, in all. */
const MOST_CHANGES = 20_000;

/** Keeps changes in one process, which forgets them when it ends. */
export class MemoryChangeStore implements ChangeStore {
  readonly #kept = new Map<string, Map<number, KeptChange>>();
  #count = 0;

  async put(key: string, change: KeptChange): Promise<void> {
    const changes = this.#kept.get(key) ?? new Map<number, KeptChange>();
    const { item = 0 } = change;
    if (!changes.has(item)) this.#count++;
    this.#kept.set(key, changes.set(item, change));
    for (const [oldest, old] of this.#kept) {
      if (this.#count <= MOST_CHANGES || oldest === key) break;
      this.#kept.delete(oldest);
      this.#count -= old.size;
    }
  }

  async find(key: string): Promise<readonly KeptChange[]> {
    return [...(this.#kept.get(key)?.values() ?? [])];
  }

  async keys(): Promise<readonly string[]> {
    return [...this.#kept.keys()].reverse();
  }
}

const PREFIX = 'undo-';
const KEY = /^(?:pln_|call-)[\w-]{12,22}$/;
const SUFFIX = '.log';

/** Keeps changes in a folder: one file for each plan or call, one sealed line for each entry. */
export class FolderChangeStore implements ChangeStore {
  readonly #vault: Vault;
  readonly #keptMs: number;

  constructor(vault: Vault, keptMs: number) {
    this.#vault = vault;
    this.#keptMs = keptMs;
  }

  async put(key: string, change: KeptChange): Promise<void> {
    await this.#vault.sweep(PREFIX, this.#keptMs);
    const name = nameOf(key);
    const path = join(this.#vault.dir, name);
    const line = `${this.#vault.seal(name, JSON.stringify(change))}\n`;
    const file = await openPrivateFile(path, { append: true });
    // One write, so that the lines of concurrent calls do not mix.
    await file.write(line).finally(() => file.close());
  }

  async find(key: string): Promise<readonly KeptChange[]> {
    if (!KEY.test(key)) return [];
    await this.#vault.sweep(PREFIX, this.#keptMs);
    const name = nameOf(key);
    const file = await openPrivateFile(join(this.#vault.dir, name), { create: false }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (file === undefined) return [];
    const lines = (await file.readFile('utf8').finally(() => file.close())).split('\n').slice(0, -1);
    const last = new Map<number, KeptChange>();
    for (const line of lines) {
      const text = this.#vault.unseal(name, line);
      if (text === undefined) throw this.#vault.damaged(join(this.#vault.dir, name));
      const change = JSON.parse(text) as KeptChange;
      if (change.at + this.#keptMs > Date.now()) last.set(change.item ?? 0, change);
    }
    return [...last.values()];
  }

  async keys(): Promise<readonly string[]> {
    const files = await this.#vault.newest(PREFIX);
    return files.map(({ name }) => name.slice(PREFIX.length, -SUFFIX.length)).filter((key) => KEY.test(key));
  }
}

const nameOf = (key: string): string => `${PREFIX}${key}${SUFFIX}`;
