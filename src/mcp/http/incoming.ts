import type { classifyInboundRequest } from '@modelcontextprotocol/server';
import type { Exchange } from './in-flight-request.js';
import type { Message } from './messages.js';
import type { NodeExchange } from './reply.js';

/** What the SDK finds a request to be: of which era, and whether it is in order. */
export type Route = ReturnType<typeof classifyInboundRequest>;

/** A request whose sender is known and whose body has been read. */
export interface Incoming {
  readonly request: Request;
  /** The body as JSON; `undefined` where the method has none. */
  readonly body: unknown;
  readonly messages: readonly Message[];
  readonly exchange: Exchange;
  /** Of what was posted to `/mcp`. */
  readonly route?: Route;
  /** Where the request came by `node:http`. */
  readonly node?: NodeExchange | undefined;
}
