import { Aliases } from './aliases.js';
import { didYouMean } from './nearest.js';
import type { Operation } from './operation.js';

const MOST_VERBS = 3;

/** All operations that the server knows, in the order in which they are listed. */
export class Catalog {
  readonly operations: readonly Operation[];
  readonly #byName: ReadonlyMap<string, Operation>;
  #aliases: Aliases | undefined;

  constructor(operations: Iterable<Operation>) {
    this.operations = [...operations].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#byName = new Map(this.operations.map((operation) => [operation.name, operation]));
    if (this.#byName.size !== this.operations.length) throw new Error('two operations have the same name');
  }

  /** The names of the groups, in order. */
  get groups(): string[] {
    return [...new Set(this.operations.map((operation) => operation.group))];
  }

  find(name: string): Operation | undefined {
    return this.#byName.get(name);
  }

  /** The operation that a name other than its own means, where that is certain. */
  meant(name: string): Operation | undefined {
    this.#aliases ??= new Aliases(this.operations);
    return this.#aliases.find(name);
  }

  /** @throws Error that names the nearest operations. */
  get(name: string): Operation {
    const operation = this.find(name);
    if (operation === undefined) throw new Error(`No operation is named ${name}.${this.suggest(name)}`);
    return operation;
  }

  /** ` Did you mean a, b or c?`, or nothing. */
  suggest(name: string): string {
    const names = this.operations.map((operation) => operation.name);
    const meant = this.meant(name);
    if (meant !== undefined) return didYouMean(meant.name, names);
    // A verb alone can be of several groups: `unban`.
    const verbs = name.includes('_') ? [] : this.groups.map((group) => this.meant(`${group}_${name}`)?.name);
    const known = verbs.filter((each) => each !== undefined).slice(0, MOST_VERBS);
    if (known.length === 0) return didYouMean(name, names);
    return ` Did you mean ${known.length === 1 ? known[0] : `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`}?`;
  }
}
