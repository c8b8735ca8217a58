import type { Catalog } from '../catalog/catalog.js';
import { howToOffer } from '../catalog/exposure.js';
import type { Operation } from '../catalog/operation.js';
import type { Caller } from '../policy/policy-types.js';
import { isGranted, mayUse, scopeOf } from '../policy/rules/scopes.js';

export interface OfferOptions {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  /** Whether four tools stand in for the others. */
  readonly discovery: boolean;
  /** Which setting leaves an operation out. */
  readonly leftOutBy: (operation: Operation) => string;
}

/** Which operations each caller is offered, and why the rest are not. */
export class Offer {
  readonly catalog: Catalog;
  readonly discovery: boolean;
  readonly #offered: ReadonlyMap<string, Operation>;
  readonly #leftOutBy: (operation: Operation) => string;

  constructor({ catalog, offered, discovery, leftOutBy }: OfferOptions) {
    this.catalog = catalog;
    this.discovery = discovery;
    this.#offered = offered;
    this.#leftOutBy = leftOutBy;
  }

  to(caller: Pick<Caller, 'scopes' | 'tools'>): readonly Operation[] {
    return [...this.#offered.values()].filter((operation) => this.includes(operation, caller));
  }

  includes(operation: Operation, caller: Pick<Caller, 'scopes' | 'tools'>): boolean {
    return this.#offered.has(operation.name) && mayUse(operation, caller);
  }

  /** A sentence on why an operation is not offered to the caller and what would change that; `undefined` where it is. */
  why(operation: Operation, caller: Pick<Caller, 'scopes' | 'tools'>): string | undefined {
    if (this.includes(operation, caller)) return undefined;
    if (this.#offered.has(operation.name) && !isGranted(operation, caller))
      return 'The operator has not granted it to the caller.';
    if (this.#offered.has(operation.name)) return `It needs the scope ${scopeOf(operation.risk)}.`;
    return howToOffer(this.catalog, this.#offered.values(), operation);
  }

  /** What leaves the operation out: the caller's grant, a scope that the caller lacks, or a setting. */
  leftOutBy(operation: Operation, caller: Pick<Caller, 'tools'>): string {
    if (!this.#offered.has(operation.name)) return this.#leftOutBy(operation);
    return isGranted(operation, caller) ? `scope ${scopeOf(operation.risk)} is lacking` : "the caller's grant";
  }

  /** Whether the settings offer all of these tools, to whomever. */
  hasAll(tools: readonly string[]): boolean {
    return tools.every((name) => this.#offered.has(name));
  }

  /** The tools among these that the caller is not offered. */
  lacking(
    tools: readonly string[],
    caller: Pick<Caller, 'scopes' | 'tools'>,
  ): readonly { readonly name: string; readonly why: string }[] {
    return tools.flatMap((name) => {
      const operation = this.catalog.find(name);
      const why = operation === undefined ? 'The catalog has no such operation.' : this.why(operation, caller);
      return why === undefined ? [] : [{ name, why }];
    });
  }
}
