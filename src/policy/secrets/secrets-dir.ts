import { type FileHandle, lstat, realpath, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Operation } from '../../catalog/operation.js';
import { fileProblem } from '../../platform/file-problem.js';
import { createPrivateFile } from '../../platform/private-file.js';
import { type FileIdentity, isSameFile } from '../../platform/same-file.js';
import { UserError } from '../../platform/user-error.js';

/** The directory for secrets cannot be used. `message` says what to do. */
export class SecretsDirError extends UserError {
  override readonly name = 'SecretsDirError';
}

export interface SecretsOptions {
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

/** Reserved beforehand, so that a full disk shows before anything is sent. */
const SPACE_BYTES = 65_536;
const OTHERS = 0o077;

/** Keeps secrets out of the conversation: each goes into a new file of its own. */
export class SecretsDir {
  readonly #path: string;
  readonly #identity: FileIdentity;
  readonly #options: SecretsOptions;

  private constructor(path: string, identity: FileIdentity, options: SecretsOptions) {
    this.#path = path;
    this.#identity = identity;
    this.#options = options;
  }

  /** @throws SecretsDirError */
  static async open(dir: string, options: SecretsOptions): Promise<SecretsDir> {
    try {
      const path = await realpath(dir);
      return new SecretsDir(path, await safeDirectory(path), options);
    } catch (error) {
      if (error instanceof SecretsDirError) throw error;
      throw new SecretsDirError(
        `--secrets-dir ${dir} cannot be used: ${fileProblem(error, 'read')}. Make a folder for it with ${process.getuid === undefined ? 'mkdir' : 'mkdir -m 700'}.`,
      );
    }
  }

  /**
   * A new, empty file for the answer of one call, of mode 0600.
   * @throws when there is no room for it; then nothing must be sent.
   */
  async reserve(operation: Operation): Promise<SecretFile> {
    const now = await safeDirectory(this.#path);
    if (!isSameFile(now, this.#identity)) {
      throw new SecretsDirError(`${this.#path} is no longer the directory that it was at the start`);
    }
    const time = new Date(this.#options.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const path = join(this.#path, `${operation.name}-${time}-${this.#options.randomBytes(8).toString('hex')}.json`);
    const file = await createPrivateFile(path);
    const secret = new SecretFile(path, file, operation, this.#options.now);
    try {
      await file.write(Buffer.alloc(SPACE_BYTES, ' '), 0, SPACE_BYTES, 0);
      await file.sync();
      return secret;
    } catch (error) {
      await secret.discard();
      throw error;
    }
  }
}

/** The file reserved for one answer. */
export class SecretFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #operation: Operation;
  readonly #now: () => number;
  #state: 'reserved' | 'stored' | 'discarded' = 'reserved';

  constructor(path: string, file: FileHandle, operation: Operation, now: () => number) {
    this.path = path;
    this.#file = file;
    this.#operation = operation;
    this.#now = now;
  }

  /**
   * Writes the whole answer.
   * @throws when it could not be written or the file is gone.
   */
  async store(result: unknown): Promise<void> {
    const kept = { operation: this.#operation.name, time: new Date(this.#now()).toISOString(), result };
    const content = Buffer.from(`${JSON.stringify(kept, null, 2)}\n`);
    await writeAll(this.#file, content);
    // From here on the file may hold the only copy: it is never removed again.
    this.#state = 'stored';
    try {
      await this.#file.truncate(content.length);
      await this.#file.sync();
      const [ours, named] = await Promise.all([this.#file.stat({ bigint: true }), lstat(this.path, { bigint: true })]);
      if (!isSameFile(ours, named)) throw new SecretsDirError('the file was replaced');
    } finally {
      await this.#file.close();
    }
  }

  /** Removes the file, unless an answer is in it. Never throws. */
  async discard(): Promise<void> {
    if (this.#state !== 'reserved') return;
    this.#state = 'discarded';
    await this.#file.close().catch(() => {});
    await unlink(this.path).catch(() => {});
  }
}

async function writeAll(file: FileHandle, content: Buffer): Promise<void> {
  for (let at = 0; at < content.length; ) {
    const { bytesWritten } = await file.write(content, at, content.length - at, at);
    at += bytesWritten;
  }
}

async function safeDirectory(path: string): Promise<FileIdentity> {
  const stats = await lstat(path, { bigint: true });
  if (!stats.isDirectory()) throw new SecretsDirError(`--secrets-dir: ${path} is no directory: name a folder.`);
  if (process.getuid === undefined) return stats;
  if ((Number(stats.mode) & OTHERS) !== 0) {
    const mode = (Number(stats.mode) & 0o777).toString(8);
    throw new SecretsDirError(`--secrets-dir: ${path} is open to other users (mode ${mode}). Close it: chmod 700 ${path}`);
  }
  if (Number(stats.uid) !== process.getuid() && stats.uid !== 0n)
    throw new SecretsDirError(`--secrets-dir: ${path} belongs to another user: name a folder of your own`);
  return stats;
}
