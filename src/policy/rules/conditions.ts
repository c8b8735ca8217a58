import type { Catalog } from '../../catalog/catalog.js';
import { matchPatterns } from '../../catalog/exposure.js';
import type { Operation } from '../../catalog/operation.js';
import type { Risk } from '../../catalog/operation-types.js';
import type { Caller, InstanceKind } from '../policy-types.js';
import { matchesWildcard } from './match-args.js';
import type { BudgetDeclaration, RuleDeclaration } from './policy-file.js';

/** What rules and budgets check besides the arguments. */
export class Conditions {
  readonly #operations: ReadonlySet<Operation> | undefined;
  readonly #risks: readonly Risk[] | undefined;
  readonly #allows: boolean;
  readonly #returnsSecret: boolean | undefined;
  readonly #defensive: boolean | undefined;
  readonly #callers: readonly string[] | undefined;
  /** Set when the rule is for another kind of instance. */
  readonly #otherInstance: string | undefined;

  constructor(declaration: RuleDeclaration | BudgetDeclaration, catalog: Catalog, kind: InstanceKind) {
    const { tools, risk, instance, caller } = declaration;
    this.#operations = tools === undefined ? undefined : matchPatterns(catalog, [tools].flat());
    this.#risks = risk && [risk].flat();
    this.#allows = 'action' in declaration && declaration.action === 'allow';
    this.#returnsSecret = declaration.returnsSecret;
    this.#defensive = 'defensive' in declaration ? declaration.defensive : undefined;
    this.#callers = caller === undefined ? undefined : [caller].flat();
    const kinds = instance && [instance].flat();
    this.#otherInstance = kinds === undefined || kinds.includes(kind) ? undefined : `the instance is ${kind}`;
  }

  /** Whether they can hold on this instance at all. */
  get holdsHere(): boolean {
    return this.#otherInstance === undefined;
  }

  canMatch(operation: Operation): boolean {
    return (
      this.#otherInstance === undefined &&
      this.#operationMismatch(operation) === undefined &&
      (this.#returnsSecret === undefined ||
        (this.#returnsSecret ? operation.risks.includes('credential') : operation.risk !== 'credential')) &&
      (this.#risks === undefined || operation.risks.some((risk) => this.#risks?.includes(risk)))
    );
  }

  /** Why they do not hold; `undefined` when they do. */
  mismatch(operation: Operation, risks: readonly Risk[], caller: Pick<Caller, 'name'>): string | undefined {
    if (this.#otherInstance !== undefined) return this.#otherInstance;
    const mismatch = this.#operationMismatch(operation);
    if (mismatch !== undefined) return mismatch;
    const hasSecret = risks.includes('credential');
    if (this.#returnsSecret !== undefined && this.#returnsSecret !== hasSecret) {
      return hasSecret ? 'the answer carries a secret' : 'the answer carries no secret';
    }
    if (!this.#matchesRisks(risks)) return `the risk is ${risks.join(' and ')}`;
    if (this.#callers !== undefined && !this.#callers.some((pattern) => matchesWildcard(caller.name, pattern))) {
      return `the caller is ${caller.name}`;
    }
    return undefined;
  }

  /** If a call has several risks, each must be allowed, but any one of them can be denied, confirmed or counted. */
  #matchesRisks(risks: readonly Risk[]): boolean {
    const named = this.#risks;
    if (named === undefined) return true;
    return this.#allows ? risks.every((risk) => named.includes(risk)) : risks.some((risk) => named.includes(risk));
  }

  #operationMismatch(operation: Operation): string | undefined {
    if (this.#operations !== undefined && !this.#operations.has(operation)) return 'it is for other tools';
    const isDefensive = operation.spec.defensive === true;
    if (this.#defensive !== undefined && this.#defensive !== isDefensive) {
      return isDefensive ? 'it is defensive' : 'it is not defensive';
    }
    return undefined;
  }
}
