import type { JWTPayload } from 'jose';
import type { Scope } from '../../policy/rules/scopes.js';
import type { AuthenticatedCaller } from './authenticator.js';
import { type Ceiling, claimsThatDecide } from './grants-file.js';

/** What a caller has by their token and their grant together. */
export type Offered = Required<Pick<AuthenticatedCaller, 'scopes' | 'mostScopes' | 'tools' | 'withdrawn' | 'onWidened'>>;

/** Everyone whose tokens make the grants decide alike shares one of these. */
interface Held {
  readonly claims: JWTPayload;
  readonly consented: readonly Scope[];
  /** The one of several instances that it is offered on. */
  readonly instance: string | undefined;
  ceiling: Ceiling;
  /** Ends what was opened. */
  readonly withdraw: AbortController;
  /** Called when there is more than before. */
  readonly widened: Set<() => void>;
  /** When the last of these tokens expires, in Unix milliseconds. */
  until: number;
}

/**
 * What is offered to whom, for as long as their tokens last: a session that only listens makes no requests, so somebody
 * must tell it what a new file of grants changes.
 */
export class Offers {
  readonly #held = new Map<string, Held>();

  hold({ claims, consented, instance, ceiling, until }: Omit<Held, 'withdraw' | 'widened'>): Offered {
    const key = JSON.stringify([claimsThatDecide(claims), consented, instance]);
    let held = this.#held.get(key);
    if (held === undefined) {
      held = { claims, consented, instance, ceiling, withdraw: new AbortController(), widened: new Set(), until };
      this.#held.set(key, held);
    }
    held.until = Math.max(held.until, until);
    const { widened, withdraw } = held;
    return {
      scopes: cut(consented, ceiling),
      mostScopes: ceiling.scopes,
      tools: ceiling.tools,
      withdrawn: withdraw.signal,
      onWidened: (listener) => {
        widened.add(listener);
        return () => void widened.delete(listener);
      },
    };
  }

  /** Measures everyone by what is granted now: whoever has less is ended, and whoever has more is told. */
  settle(granted: (claims: JWTPayload, instance: string | undefined) => Ceiling | undefined): void {
    for (const [key, held] of this.#held) {
      const before = offerOf(held);
      const ceiling = granted(held.claims, held.instance);
      if (ceiling === undefined || !covers(offerOf({ ...held, ceiling }), before)) {
        this.#held.delete(key);
        held.withdraw.abort();
        continue;
      }
      held.ceiling = ceiling;
      if (!covers(before, offerOf(held))) for (const tell of held.widened) tell();
    }
  }

  /** Forgets those whose tokens have all expired; what they opened has ended by itself. */
  forget(now: number): void {
    for (const [key, { until }] of this.#held) if (until <= now) this.#held.delete(key);
  }
}

const cut = (consented: readonly Scope[], { scopes }: Ceiling): Scope[] => consented.filter((scope) => scopes.includes(scope));

const offerOf = ({ consented, ceiling }: Pick<Held, 'consented' | 'ceiling'>): Ceiling => ({
  ...ceiling,
  scopes: cut(consented, ceiling),
});

/** Whether the first offer has all that the second has. */
const covers = (one: Ceiling, other: Ceiling): boolean =>
  other.scopes.every((scope) => one.scopes.includes(scope)) &&
  (one.tools === undefined || (other.tools !== undefined && [...other.tools].every((tool) => one.tools?.has(tool))));
