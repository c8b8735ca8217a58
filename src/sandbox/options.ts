import type { Middleware, SandboxRequest, SandboxResponse } from './middleware.js';
import type { SeedDescription } from './seed/description.js';
import type { EndpointDescription } from './webhooks/endpoint.js';

export interface SandboxOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: '127.0.0.1' | '::1';
  /** Default: `sk_test_` and chance. */
  readonly secretKey?: string;
  /** Unix milliseconds. Default: the system's clock. */
  readonly now?: () => number;
  /** Makes ids, tokens and the default key repeatable. Default: they are random. */
  readonly randomSeed?: string | number;
  /** What is there at the start. Default `empty`. */
  readonly seed?: SeedDescription | 'demo' | 'empty';
  /** Keeps everything in this file, across restarts. What it holds wins over `seed`, which it begins with. */
  readonly state?: string;
  /** What goes wrong from the start, and again after a reset. In the form of `POST /_sandbox/faults`. */
  readonly faults?: unknown;
  /** Whom events are sent to, beside those that the seed names. Default: nobody. */
  readonly webhooks?: readonly EndpointDescription[];
  /** Whether the limits of a development instance hold. Default false. */
  readonly rateLimit?: boolean;
  /** Stand between the key check and the operations. */
  readonly middlewares?: readonly Middleware[];
  /** Told of every request with its answer, just before the answer is sent. Default: not told. */
  readonly onAnswer?: (request: SandboxRequest, response: SandboxResponse) => void;
  /** Told of internal failures. Default: not told. */
  readonly log?: (message: string, error?: unknown) => void;
}
