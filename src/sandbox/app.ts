import type { RecordedChange } from './change-log.js';
import type { Faults } from './faults.js';
import type { Instance } from './instance.js';
import type { SandboxRequestRecord } from './library-types.js';
import type { SandboxRequest, SandboxResponse } from './middleware.js';
import type { SeedDescription } from './seed/description.js';
import type { Webhooks } from './webhooks/webhooks.js';

/** The sandbox without its socket. */
export interface App {
  /** One request in, one answer out. Rejects only when the instance cannot be opened. */
  handle(request: SandboxRequest): Promise<SandboxResponse>;
  /** The instance, opened when it is not yet. */
  instance(): Promise<Instance>;
  publishableKey(): Promise<string>;
  /** The requests so far, oldest first. */
  requests(): readonly SandboxRequestRecord[];
  /** What changed last, oldest first. */
  changes(): readonly RecordedChange[];
  /** Adds to what is there, and tells no receiver of events of it. @throws SeedError, with what came before it seeded */
  seed(description: SeedDescription): Promise<void>;
  /** Forgets everything and seeds again. */
  reset(): Promise<void>;
  /** Moves the clock on, and resolves once everything that is due by then was sent. */
  advance(ms: number): Promise<void>;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
}
