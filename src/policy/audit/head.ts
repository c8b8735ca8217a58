import { type FileHandle, open } from 'node:fs/promises';

/** The last line of a log, noted beside it, so that lines cut off at the end are missed. */
export interface Head {
  readonly seq: number;
  readonly sha256: string;
}

const SIZE = 128;

/** Overwritten in place after every write to the log; on a crash it may be behind the log, never ahead of what was written. */
export class HeadFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(log: string): Promise<{ head: Head | undefined; file: HeadFile }> {
    const head = await readHead(log);
    const handle = await open(headPath(log), head === undefined ? 'w+' : 'r+', 0o600);
    await handle.chmod(0o600);
    return { head, file: new HeadFile(handle) };
  }

  async write(head: Head): Promise<void> {
    await this.#file.write(`${JSON.stringify(head).padEnd(SIZE - 1)}\n`, 0);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** `undefined` where there is none, or none that can be read. */
export async function readHead(log: string): Promise<Head | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(headPath(log), 'r');
    const value = JSON.parse(await file.readFile('utf8')) as Partial<Head> | null;
    return Number.isSafeInteger(value?.seq) && typeof value?.sha256 === 'string' ? (value as Head) : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

const headPath = (log: string): string => `${log}.head`;
