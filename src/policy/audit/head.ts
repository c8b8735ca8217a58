import { type FileHandle, open } from 'node:fs/promises';
import { openPrivateFile } from '../../platform/private-file.js';
import { type AuditKey, signatureOf } from './key.js';

/** The last line of a log, noted beside it, so that it shows when lines are cut off at the end. */
export interface Head {
  readonly seq: number;
  readonly sha256: string;
}

/** As it is in its file. */
export interface NotedHead extends Head {
  readonly mac?: string | undefined;
}

const SIZE = 192;

/** Overwritten in place after every write to the log; on a crash it may be behind the log, never ahead of what was written. */
export class HeadFile {
  readonly #file: FileHandle;
  readonly #key: AuditKey;

  private constructor(file: FileHandle, key: AuditKey) {
    this.#file = file;
    this.#key = key;
  }

  static async open(log: string, key: AuditKey): Promise<{ head: NotedHead | undefined; file: HeadFile }> {
    const head = await readHead(log);
    const handle = await openPrivateFile(headPath(log));
    if (head === undefined) await handle.truncate();
    return { head, file: new HeadFile(handle, key) };
  }

  async write({ seq, sha256 }: Head): Promise<void> {
    const noted: NotedHead = { seq, sha256, mac: headSignature(this.#key, { seq, sha256 }) };
    await this.#file.write(`${JSON.stringify(noted).padEnd(SIZE - 1)}\n`, 0);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** What a head is signed with. */
export const headSignature = ({ secret }: AuditKey, { seq, sha256 }: Head): string =>
  signatureOf(secret, 'head', `${seq} ${sha256}`);

/** `undefined` when there is no head, or it cannot be read. */
export async function readHead(log: string): Promise<NotedHead | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(headPath(log), 'r');
    const value = JSON.parse(await file.readFile('utf8')) as Partial<NotedHead> | null;
    return Number.isSafeInteger(value?.seq) && typeof value?.sha256 === 'string' ? (value as NotedHead) : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

export const headPath = (log: string): string => `${log}.head`;
