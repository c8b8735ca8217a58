import { rm } from 'node:fs/promises';
import { createPrivateFile } from '../../../platform/private-file.js';
import { putInPlace } from '../../../platform/put-in-place.js';
import { readText } from '../../../platform/read-text.js';

/** How far the record has been delivered to one target. */
export interface Cursor {
  /** Number of the last line that arrived, or that never will. */
  readonly seq: number;
  readonly sha256: string;
  /** Where it was in its file, to find it again without reading all before it. */
  readonly at: number;
  readonly length: number;
  /** The last line of a delivery that was begun after it: the next one ends there too, so that it is the same. */
  readonly through?: number | undefined;
  /** How many lines up to this one the target will never have. Default: none. */
  readonly lost?: number | undefined;
}

/** The note beside a log of how far one target has it. */
export class CursorFile {
  readonly path: string;
  readonly #target: string;

  /** @param target its name, for people who look into the file */
  constructor(log: string, target: { readonly id: string; readonly name: string }) {
    this.path = `${log}.ship-${target.id}`;
    this.#target = target.name;
  }

  /** `undefined` when there is none, or it cannot be used: then the record is delivered from its beginning. */
  async read(): Promise<Cursor | undefined> {
    try {
      const value = JSON.parse(await readText(this.path)) as Partial<Cursor> | null;
      const { seq, sha256, at, length, through, lost } = value ?? {};
      if (!isCount(seq) || typeof sha256 !== 'string' || !isCount(at) || !isCount(length)) return undefined;
      return { seq, sha256, at, length, ...(isCount(through) && { through }), ...(isCount(lost) && { lost }) };
    } catch {
      return undefined;
    }
  }

  /** In one step: whoever reads it, and whatever kills the process, finds the old one or the new one. */
  async write(cursor: Cursor): Promise<void> {
    const draft = `${this.path}.new`;
    await rm(draft, { force: true });
    const file = await createPrivateFile(draft);
    try {
      await file.writeFile(`${JSON.stringify({ target: this.#target, ...cursor })}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await putInPlace(draft, this.path);
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
