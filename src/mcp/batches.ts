import type { JSONRPCMessage } from '@modelcontextprotocol/server';

/** The one revision whose servers must take several messages in a list. */
const WITH_BATCHES = '2025-03-26';

type Id = string | number;

interface Batch {
  readonly missing: Set<Id>;
  readonly answers: JSONRPCMessage[];
}

/** Whether lists of messages were agreed on, and the answers to those of one list, until all of them are there. */
export class Batches {
  #initializeId: Id | undefined;
  #isAgreed = false;
  readonly #byId = new Map<Id, Batch>();

  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  /** Collects the answers to these requests from now on. */
  begin(ids: Iterable<Id>, refusals: readonly JSONRPCMessage[]): void {
    const batch: Batch = { missing: new Set(ids), answers: [...refusals] };
    for (const id of batch.missing) this.#byId.set(id, batch);
  }

  /** Looks at a message that comes in. The list of answers that it completes: a cancelled request gets none. */
  received(message: JSONRPCMessage): readonly JSONRPCMessage[] | undefined {
    if (!('method' in message)) return undefined;
    if (message.method === 'initialize' && 'id' in message) this.#initializeId = message.id;
    if (message.method !== 'notifications/cancelled') return undefined;
    const { requestId } = (message.params ?? {}) as { requestId?: unknown };
    return typeof requestId === 'string' || typeof requestId === 'number' ? this.#settle(requestId, []) : undefined;
  }

  /**
   * What is to be written for a message that goes out: itself, nothing yet, or the list that it completes.
   */
  sent(message: JSONRPCMessage): JSONRPCMessage | readonly JSONRPCMessage[] | undefined {
    const id = 'method' in message ? undefined : message.id;
    if (id === undefined) return message;
    if (id === this.#initializeId && 'result' in message) this.#isAgreed = message.result.protocolVersion === WITH_BATCHES;
    return this.#byId.has(id) ? this.#settle(id, [message]) : message;
  }

  #settle(id: Id, answers: readonly JSONRPCMessage[]): readonly JSONRPCMessage[] | undefined {
    const batch = this.#byId.get(id);
    if (batch === undefined) return undefined;
    this.#byId.delete(id);
    batch.missing.delete(id);
    batch.answers.push(...answers);
    return batch.missing.size === 0 && batch.answers.length > 0 ? batch.answers : undefined;
  }
}
