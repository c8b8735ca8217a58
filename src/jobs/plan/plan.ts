import { createHash } from 'node:crypto';
import type { Arguments } from '../../catalog/operation-types.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import type { Label } from '../../policy/preview/label.js';
import type { ObjectRead } from '../undo/object-read.js';
import type { Deferred } from './references.js';

/** One call of a plan. */
export interface PlanItem {
  /** The step that it comes from. */
  readonly step: string;
  readonly operation: string;
  /** Values that will be known only later are left in as references. */
  readonly args: Arguments;
  readonly later: readonly Deferred[];
  /** The `for_each` item it belongs to: after a failure, the later calls for the same item are left out. */
  readonly item?: string | undefined;
  /** In a plan that undoes another: what must be unchanged for the call to be made. */
  readonly unless?: Unchanged | undefined;
}

/** A read, and a digest of what it has to show. */
export interface Unchanged extends ObjectRead {
  /** The paths to compare; undefined for everything except what changes by itself. */
  readonly watch: readonly (readonly string[])[] | undefined;
  readonly sha256: string;
}

/** Changes that are shown, confirmed and carried out as one. Kept as JSON. */
export interface Plan {
  /** `pln_` and 22 characters of base64url. */
  readonly id: string;
  readonly title: string;
  /** The name of the caller it belongs to. */
  readonly caller: string;
  /** The id of the instance that it is for. */
  readonly instance: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly items: readonly PlanItem[];
  /** Hash of caller, instance and the whole expanded list, hexadecimal: a confirmation is bound to it. */
  readonly sha256: string;
  /** Names by id. */
  readonly labels: Readonly<Record<string, Label>>;
  readonly warnings: readonly string[];
  /** Whether what each call answers is kept until the plan is too old. Default: only the ids that later calls need are. */
  readonly keepsAnswers?: boolean | undefined;
}

/** The name behind the id; undefined if it is not known. */
export const labelIn = ({ labels }: Pick<Plan, 'labels'>, id: string | undefined): Label | undefined =>
  id !== undefined && Object.hasOwn(labels, id) ? labels[id] : undefined;

/** Equal for the same calls of the same caller on the same instance. */
export const hashOf = ({ caller, instance, items }: Pick<Plan, 'caller' | 'instance' | 'items'>): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        caller,
        instance,
        items: items.map(({ operation, args, later, item, unless }) => ({ operation, args, later, item, unless })),
      }),
    )
    .digest('hex');

/** Whether the id has the form of a plan's. */
export const isPlanId = (id: string): boolean => /^pln_[\w-]{22}$/.test(id);
