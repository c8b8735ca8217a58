import { randomBytes } from 'node:crypto';
import { type FileHandle, realpath, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { createPrivateFile } from '../../platform/private-file.js';
import type { Row } from './each.js';
import { split, valueAt } from './paths.js';

export interface ScanFileOptions {
  readonly dir: string;
  readonly list: string;
  readonly form: 'csv' | 'jsonl';
}

const BUFFER_CHARS = 262_144;

/** Rows in a new file that only its owner may read. We choose its name: nothing from the caller is in it. */
export class ScanFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #form: ScanFileOptions['form'];
  #columns: readonly string[] | undefined;
  #text = '';
  #rows = 0;

  private constructor(path: string, file: FileHandle, form: ScanFileOptions['form']) {
    this.path = path;
    this.#file = file;
    this.#form = form;
  }

  /** @throws the system's error if the file cannot be made */
  static async create({ dir, list, form }: ScanFileOptions): Promise<ScanFile> {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const path = join(await realpath(dir), `${list}-${time}-${randomBytes(6).toString('hex')}.${form}`);
    return new ScanFile(path, await createPrivateFile(path), form);
  }

  get rows(): number {
    return this.#rows;
  }

  get columns(): readonly string[] {
    return this.#columns ?? [];
  }

  /** @param columns paths; those of the first rows are the file's */
  async write(rows: readonly Row[], columns: readonly string[]): Promise<void> {
    if (this.#columns === undefined) {
      this.#columns = columns;
      if (this.#form === 'csv') this.#text = csv([columns]);
    }
    const fixed = this.#columns;
    this.#text +=
      this.#form === 'csv'
        ? csv(rows.map((row) => fixed.map((path) => cell(valueAt(row, split(path))))))
        : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    this.#rows += rows.length;
    if (this.#text.length >= BUFFER_CHARS) await this.#flush();
  }

  /** All rows are on the disk once this resolves. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
  }

  /** Removes the file. Never throws. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await unlink(this.path).catch(() => {});
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#file.appendFile(text);
  }
}

/** Text that a spreadsheet would take for a formula gets a quote in front. */
const csv = (records: readonly (readonly unknown[])[]): string =>
  stringify(
    records.map((record) => [...record]),
    { escape_formulas: true },
  );

/** Also formulas after spaces, since some programs trim them first. */
const HIDDEN_FORMULA = /^\s+[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

function cell(value: unknown): string | number {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return HIDDEN_FORMULA.test(text) ? `'${text}` : text;
}
