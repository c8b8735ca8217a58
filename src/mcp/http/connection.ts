import type { JSONRPCMessage, Server, Transport } from '@modelcontextprotocol/server';
import type { InFlightRequest } from './in-flight-request.js';
import { cancelled, isRequest, type Message } from './messages.js';

/** Reports every request that the transport answers. */
export function onAnswer(transport: Pick<Transport, 'send'>, answered: (id: string | number) => void): void {
  const send = transport.send.bind(transport);
  transport.send = async (message: JSONRPCMessage, options) => {
    try {
      await send(message, options);
    } finally {
      if (!('method' in message) && message.id !== undefined) answered(message.id);
    }
  };
}

/** A session's connection: one server, and the requests that it has not answered yet. */
export abstract class Connection<T = unknown> {
  readonly server: Server;
  readonly transport: T;
  readonly #pending = new Map<string | number, InFlightRequest>();

  constructor(server: Server, transport: T) {
    this.server = server;
    this.transport = transport;
  }

  /** Notes the requests among the messages. False when an id is in use: two answers could not be told apart. */
  expect(messages: readonly Message[], inFlight: InFlightRequest): boolean {
    const ids = messages.filter(isRequest).map(({ id }) => id);
    if (new Set(ids).size !== ids.length || ids.some((id) => this.#pending.has(id))) return false;
    for (const id of ids) this.#pending.set(id, inFlight);
    return true;
  }

  /** A request has been answered, or never will be. Returns the HTTP request that it came with. */
  settle(id: string | number): InFlightRequest | undefined {
    const inFlight = this.#pending.get(id);
    this.#pending.delete(id);
    return inFlight;
  }

  /** All requests of an HTTP request have been answered, or never will be. */
  settleAll(inFlight: InFlightRequest): void {
    for (const [id, owner] of this.#pending) if (owner === inFlight) this.#pending.delete(id);
  }

  /** The unanswered requests that these messages cancel. */
  cancelledBy(messages: readonly Message[]): (string | number)[] {
    return messages.map(cancelled).filter((id) => id !== undefined && this.#pending.has(id)) as (string | number)[];
  }

  /** The client's tool list may have changed. It is told, if that was promised and the handshake is done. */
  toolsChanged(): void {
    const { server } = this;
    if (server.getCapabilities().tools?.listChanged !== true || server.getClientCapabilities() === undefined) return;
    server.sendToolListChanged().catch((error: Error) => server.onerror?.(error));
  }

  /** Nothing will be answered any more. */
  end(): void {
    for (const inFlight of this.#pending.values()) inFlight.over();
    this.#pending.clear();
  }
}
