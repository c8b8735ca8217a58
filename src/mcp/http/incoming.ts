import type { IncomingMessage, ServerResponse } from 'node:http';
import type { classifyInboundRequest } from '@modelcontextprotocol/server';
import type { InFlightRequest } from './in-flight-request.js';
import type { Message } from './messages.js';

/** What the SDK finds a request to be: of which era, and whether it is in order. */
export type Route = ReturnType<typeof classifyInboundRequest>;

/** The two ends of a request that came by `node:http`. */
export interface NodeRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** A request whose sender is known and whose body has been read. */
export interface Incoming {
  readonly request: Request;
  /** The body as JSON; `undefined` where the method has none. */
  readonly body: unknown;
  readonly messages: readonly Message[];
  readonly inFlight: InFlightRequest;
  /** Of what was posted to `/mcp`. */
  readonly route?: Route;
  /** Where the request came by `node:http`. */
  readonly node?: NodeRequest | undefined;
}
