import type { Binding } from '../confirmation/sealer.js';
import { sha256 } from './line.js';

/** Calls of which a person or a model was told the target, the oldest forgotten first. */
const MOST = 1000;

/** Names of targets as they were last shown, so that the record has them without another look at Clerk. */
export class KnownTargets {
  readonly #names = new Map<string, string>();

  remember(call: Binding, target: string): void {
    const key = keyOf(call);
    this.#names.delete(key);
    this.#names.set(key, target);
    const [oldest] = this.#names.keys();
    if (oldest !== undefined && this.#names.size > MOST) this.#names.delete(oldest);
  }

  find(call: Binding): string | undefined {
    return this.#names.get(keyOf(call));
  }
}

const keyOf = ({ operation, args, caller, instance }: Binding): string =>
  sha256(JSON.stringify([operation, args, caller, instance]));
