import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import type { CallList, Judged, ListPass, Place } from '../list-call.js';
import type { Caller } from '../policy-types.js';
import type { Verdict } from '../rules/verdict.js';
import { canonicalJson } from './canonical.js';

interface PassState {
  readonly caller: string;
  readonly list: CallList;
  /** Who confirmed, and how. */
  readonly confirmed: string;
  readonly byPerson: boolean;
  readonly used: Set<number>;
}

/** Why a call is not one of the confirmed ones. */
export type PassFault = 'unknown' | 'other_caller' | 'other_call' | 'used' | 'stronger';

export type Passage =
  | { readonly ok: true; readonly confirmed: string; readonly byPerson: boolean }
  | { readonly ok: false; readonly fault: PassFault };

/** The form of every id of Clerk's. */
const ID = /^[A-Za-z]\w{2,200}$/;

/** The passes of one process. A pass is worth nothing elsewhere. */
export class Passes {
  readonly #known = new WeakMap<ListPass, PassState>();

  open(list: CallList, caller: Pick<Caller, 'name'>, confirmed: string, byPerson: boolean): ListPass {
    const pass: ListPass = Object.freeze({});
    this.#known.set(pass, { caller: caller.name, list, confirmed, byPerson, used: new Set() });
    return pass;
  }

  /** Whether the call is the one that was confirmed at this place, and needs no more than it did then. */
  check(
    { pass, item }: Place,
    call: { operation: Operation; args: Arguments; caller: Pick<Caller, 'name'> },
    now: Verdict,
  ): Passage {
    const state = this.#known.get(pass);
    const listed = state?.list.items[item];
    if (state === undefined || listed === undefined) return { ok: false, fault: 'unknown' };
    if (state.caller !== call.caller.name) return { ok: false, fault: 'other_caller' };
    const isSame = listed.operation === call.operation && isAsShown(listed.args, call.args, listed.later);
    if (!isSame) return { ok: false, fault: 'other_call' };
    if (state.used.has(item)) return { ok: false, fault: 'used' };
    if (now.action === 'confirm' && !isEnough(listed.judged, now)) return { ok: false, fault: 'stronger' };
    return { ok: true, confirmed: state.confirmed, byPerson: state.byPerson };
  }

  confirmedBy(pass: ListPass): string {
    return this.#known.get(pass)?.confirmed ?? '';
  }

  /** Uses the place up. */
  use({ pass, item }: Place): void {
    this.#known.get(pass)?.used.add(item);
  }

  /** Gives it back: the call was certainly not carried out. */
  giveBack({ pass, item }: Place): void {
    this.#known.get(pass)?.used.delete(item);
  }
}

/** Whether the arguments are those that were shown, with only ids in the places left for ids. */
function isAsShown(shown: Arguments, args: Arguments, later: readonly (readonly string[])[]): boolean {
  let given: unknown = args;
  for (const path of later) {
    const id = valueAt(args, path);
    if (typeof id !== 'string' || !ID.test(id)) return false;
    given = withValue(given, path, valueAt(shown, path));
  }
  return canonicalJson(given) === canonicalJson(shown);
}

/** Whether the rules want no more now than when the list was confirmed. */
const isEnough = (then: Judged, now: Verdict): boolean =>
  then.action === 'confirm' &&
  (now.byAnother !== true || then.byAnother === true) &&
  now.strengths.every((strength) => then.strengths.includes(strength)) &&
  canonicalJson(now.approvers) === canonicalJson(then.approvers);

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, value);
}

/** The same with another value at a path. */
export function withValue(value: unknown, path: readonly string[], put: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  if (Array.isArray(value)) return value.map((item, nth) => (String(nth) === key ? withValue(item, rest, put) : item));
  return isRecord(value) ? { ...value, [key]: withValue(value[key], rest, put) } : value;
}
