import type { IncomingMessage, ServerResponse } from 'node:http';
import type { classifyInboundRequest } from '@modelcontextprotocol/server';
import type { InFlightRequest } from './in-flight-request.js';
import type { Message } from './messages.js';

/** The SDK's classification of a request: its era, and whether it is valid. */
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
  /** Only for what was posted to `/mcp`. */
  readonly route?: Route;
  /** Only where the request came by `node:http`. */
  readonly node?: NodeRequest | undefined;
}
