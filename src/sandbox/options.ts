import type { Done } from '../platform/in-steps.js';
import type { StartOptions } from './library-types.js';
import type { Middleware, SandboxRequest, SandboxResponse } from './middleware.js';

/** What the library takes, and what only the program and tests need. */
export interface SandboxOptions extends Omit<StartOptions, 'faults'> {
  /** Default 127.0.0.1. */
  readonly host?: '127.0.0.1' | '::1';
  /** In the form of `POST /_sandbox/faults`, not checked yet. */
  readonly faults?: unknown;
  /** Stand between the key check and the operations. */
  readonly middlewares?: readonly Middleware[];
  /** Told of every request with its answer, just before the answer is sent. Default: not told. */
  readonly onAnswer?: (request: SandboxRequest, response: SandboxResponse) => void;
  /** Told how far it is while an instance is filled from the seed or the state; ends that by throwing. Default: not told. */
  readonly onFilled?: (done: Done) => void;
}
