import type { Exchange } from './exchange.js';
import type { Message } from './messages.js';

/** A request whose sender is known and whose body has been read. */
export interface Incoming {
  readonly request: Request;
  /** The body as JSON; `undefined` where the method has none. */
  readonly body: unknown;
  readonly messages: readonly Message[];
  readonly exchange: Exchange;
}
