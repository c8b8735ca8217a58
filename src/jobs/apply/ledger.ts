import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFile } from '../../platform/file-lock.js';
import { cutPrivateFile, openPrivateFile } from '../../platform/private-file.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { syncFolder, type Vault } from '../state/vault.js';

/** What became of one call of a plan. */
export type Entry =
  /** A person, or the caller, agreed to the plan. */
  | { readonly kind: 'begun'; readonly at: number; readonly sha256: string; readonly confirmed: string }
  /** The call is about to be sent. */
  | { readonly kind: 'intent'; readonly item: number }
  /**
   * `gave`: ids that later calls take from the answer, by path. `answer`: all of it without secrets, as JSON, where the plan
   * keeps answers; sealed on the disk.
   */
  | {
      readonly kind: 'done';
      readonly item: number;
      readonly record?: string | undefined;
      readonly gave?: Readonly<Record<string, unknown>> | undefined;
      readonly answer?: string | undefined;
    }
  /** It was certainly not carried out. */
  | { readonly kind: 'failed'; readonly item: number; readonly error: string; readonly message?: string | undefined }
  /** It may have been carried out, and must not be repeated. */
  | { readonly kind: 'unknown'; readonly item: number; readonly error: string; readonly checkWith?: string | undefined }
  /** It was not made, because its target is no longer as it was shown. */
  | { readonly kind: 'left_out'; readonly item: number; readonly why: string };

export type ItemEntry = Exclude<Entry, { kind: 'begun' }>;
export type Begun = Extract<Entry, { kind: 'begun' }>;

/** What is known about a plan that was begun. */
export interface LedgerState {
  /** The last agreement. */
  readonly begun: Begun | undefined;
  /** The latest entry of each call. `intent`: the process ended before the outcome was written. */
  readonly items: ReadonlyMap<number, ItemEntry>;
}

/** Keeps what became of the calls of a plan. One process writes it at a time. */
export interface Ledger extends LedgerState {
  /** Resolves when the entry is on the disk. */
  write(entry: Entry): Promise<void>;
  close(): Promise<void>;
}

export interface Ledgers {
  /** What is known about a plan; undefined if it was not begun. @throws UserError for a ledger that was changed */
  look(plan: string): Promise<LedgerState | undefined>;
  /** @throws FileLockedError while another process carries the plan out */
  open(plan: string): Promise<Ledger>;
}

class Entries implements LedgerState {
  begun: Begun | undefined;
  readonly items = new Map<number, ItemEntry>();

  take(entry: Entry): void {
    if (entry.kind === 'begun') this.begun = entry;
    else this.items.set(entry.item, entry);
  }
}

/** Keeps plans only as long as the process lives. */
export class MemoryLedgers implements Ledgers {
  readonly #ledgers = new Map<string, Entries>();

  async look(plan: string): Promise<LedgerState | undefined> {
    return this.#ledgers.get(plan);
  }

  async open(plan: string): Promise<Ledger> {
    const entries = this.#ledgers.get(plan) ?? new Entries();
    this.#ledgers.set(plan, entries);
    return Object.assign(entries, { write: async (entry: Entry) => entries.take(entry), close: async () => {} });
  }
}

const pathIn = (dir: string, plan: string): string => join(dir, `plan-${plan}.ledger`);

/** A file of lines for each plan, each signed together with its number, so that none can be changed or removed from the middle. */
export class FolderLedgers implements Ledgers {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  async look(plan: string): Promise<LedgerState | undefined> {
    const file = await openPrivateFile(pathIn(this.#vault.dir, plan), { create: false }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (file === undefined) return undefined;
    try {
      return readEntries(await file.readFile('utf8'), plan, this.#vault).entries;
    } finally {
      await file.close();
    }
  }

  async open(plan: string): Promise<Ledger> {
    const path = pathIn(this.#vault.dir, plan);
    const unlock = await lockFile(path);
    try {
      const file = await openPrivateFile(path, { append: true });
      const text = await file.readFile('utf8');
      const { entries, lines, bytes } = readEntries(text, plan, this.#vault);
      // Part of a line, left by a killed process, does not count.
      if (bytes < Buffer.byteLength(text)) await cutPrivateFile(path, bytes);
      await syncFolder(this.#vault.dir);
      return new FileLedger({ entries, file, lines, plan, vault: this.#vault, unlock });
    } catch (error) {
      await unlock();
      throw error;
    }
  }
}

interface FileLedgerParts {
  readonly entries: Entries;
  readonly file: FileHandle;
  readonly lines: number;
  readonly plan: string;
  readonly vault: Vault;
  readonly unlock: () => Promise<void>;
}

/** Entries that come in while a write is under way go to the disk together in the next. */
class FileLedger implements Ledger {
  readonly #parts: FileLedgerParts;
  #lines: number;
  #queue: { readonly entry: Entry; readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;
  /** Why nothing more is written: no line can be read after half a line. */
  #broken: unknown;

  constructor(parts: FileLedgerParts) {
    this.#parts = parts;
    this.#lines = parts.lines;
  }

  get begun(): Begun | undefined {
    return this.#parts.entries.begun;
  }

  get items(): ReadonlyMap<number, ItemEntry> {
    return this.#parts.entries.items;
  }

  write(entry: Entry): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ entry, done, failed });
      this.#writing ??= this.#drain().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#parts.file.close();
    await this.#parts.unlock();
  }

  async #drain(): Promise<void> {
    const { file, plan, vault, entries } = this.#parts;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      try {
        if (this.#broken !== undefined) throw this.#broken;
        let lines = this.#lines;
        const text = batch.map(({ entry }) => `${lineOf(entry, lines++, plan, vault)}\n`).join('');
        await file.appendFile(text);
        await file.datasync();
        this.#lines = lines;
        for (const { entry, done } of batch) {
          entries.take(entry);
          done();
        }
      } catch (error) {
        this.#broken = error;
        for (const { failed } of batch) failed(error);
      }
    }
  }
}

function lineOf(given: Entry, number: number, plan: string, vault: Vault): string {
  const entry = hasAnswer(given) ? { ...given, answer: vault.seal(sealName(plan, given.item), given.answer) } : given;
  return JSON.stringify({ ...entry, mac: signed(entry, number, plan, vault) });
}

const hasAnswer = (entry: Entry): entry is Extract<Entry, { kind: 'done' }> & { readonly answer: string } =>
  entry.kind === 'done' && entry.answer !== undefined;

const sealName = (plan: string, item: number): string => `answer ${plan} ${item}`;

const opened = (entry: Entry, plan: string, vault: Vault): Entry =>
  hasAnswer(entry) ? { ...entry, answer: vault.unseal(sealName(plan, entry.item), entry.answer) } : entry;

const signed = (entry: Entry, number: number, plan: string, vault: Vault): string =>
  vault.signature(`ledger ${plan} ${number} ${canonicalJson(entry)}`);

/** The entries of a ledger, and how many of its bytes they take. @throws UserError if a line was changed */
function readEntries(text: string, plan: string, vault: Vault): { entries: Entries; lines: number; bytes: number } {
  const entries = new Entries();
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').slice(0, -1);
  for (const [number, line] of lines.entries()) {
    const { mac, ...entry } = JSON.parse(line) as Entry & { readonly mac: string };
    if (mac !== signed(entry as Entry, number, plan, vault)) throw vault.damaged(pathIn(vault.dir, plan));
    entries.take(opened(entry as Entry, plan, vault));
  }
  return { entries, lines: lines.length, bytes: Buffer.byteLength(whole) };
}
