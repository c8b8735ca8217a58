import { fileProblem } from '../../platform/file-problem.js';
import { type Done, inSteps } from '../../platform/in-steps.js';
import { handlers } from '../handlers/index.js';
import type { Instance } from '../instance.js';
import { type Kept, StateError } from './format.js';
import { Journal, readState } from './journal.js';

/** The file that an instance is kept in, and what it held when it was opened. */
export class StateFile {
  readonly #path: string;
  #kept: Kept | undefined;
  #journal: Journal | undefined;

  private constructor(path: string, kept: Kept | undefined) {
    this.#path = path;
    this.#kept = kept;
  }

  /** @throws StateError */
  static async open(path: string): Promise<StateFile> {
    return new StateFile(path, await readState(path));
  }

  /** What the file held; undefined when it was empty, or was taken already. */
  get kept(): Kept | undefined {
    return this.#kept;
  }

  /** Gives what the file held, once: a reset begins without it. */
  takeKept(): Kept | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept;
  }

  /** @throws StateError */
  async restore(instance: Instance, kept: Kept, tell?: (done: Done) => void): Promise<void> {
    // A resource is known by name once the module that declares it is loaded.
    await Promise.all(Object.values(handlers).map((load) => load()));
    try {
      await inSteps(instance.store.restore(kept.content), tell);
    } catch (error) {
      throw new StateError(`${this.#path}: ${fileProblem(error, 'write')}`, { cause: error });
    }
    instance.random.drawn = kept.drawn;
  }

  /** From now on the file keeps this instance. @throws StateError */
  async begin(instance: Instance, secretKey: string): Promise<void> {
    await this.#journal?.abandon();
    this.#journal = await Journal.begin(this.#path, instance, secretKey);
  }

  /** Resolves when every change made so far is on the disk. @throws StateError */
  async commit(): Promise<void> {
    await this.#journal?.commit();
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }
}
