import type { FaultDescription } from './fault-forms.js';
import type { SeedDescription } from './seed/description.js';
import type { EndpointDescription } from './webhooks/endpoint.js';

/** How a sandbox starts. Everything may be left out. */
export interface StartOptions {
  /** Default 0: any free port, on the loopback address. */
  readonly port?: number;
  /** Default: `sk_test_` and chance. */
  readonly secretKey?: string;
  /** What is there at the start. Default `empty`. */
  readonly seed?: SeedDescription | 'demo' | 'empty';
  /** The clock, as Unix milliseconds; {@link Sandbox.advance} adds to it. Default: the system's. */
  readonly now?: () => number;
  /** Makes the key, ids and tokens the same in every run. Default: they are random. */
  readonly randomSeed?: string | number;
  /** Keeps everything in this file. What it holds wins over `seed`. Default: in memory. */
  readonly state?: string;
  /** What goes wrong from the start, and again after a reset. */
  readonly faults?: FaultDescription | readonly FaultDescription[];
  /** Whether the limits of a development instance hold. Default false. */
  readonly rateLimit?: boolean;
  /** Where events are sent. Default: nowhere. */
  readonly webhooks?: readonly EndpointDescription[];
  /** Told of internal failures. Default: not told. */
  readonly log?: (message: string, error?: unknown) => void;
}

/** A request that came in, with its secrets masked. */
export interface SandboxRequestRecord {
  /** Unix milliseconds. */
  readonly at: number;
  readonly method: string;
  /** Without `/v1`. */
  readonly path: string;
  /** Its name in the catalog; null for no operation. */
  readonly operation: string | null;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  /** What was sent, or a note of its size where it was no JSON or too large to keep. */
  readonly body: unknown;
  /** 0 where no answer was sent. */
  readonly status: number;
  /** What was answered, of a long list the first ten, or a note of its size where it was no JSON. */
  readonly answer: unknown;
  /** The fault on demand that it met. */
  readonly fault: string | null;
}

/** A webhook event that was sent, or waits to be. */
export interface SandboxDelivery {
  /** The `svix-id`. */
  readonly id: string;
  readonly type: string;
  readonly url: string;
  readonly object_id: string;
  readonly status: 'waiting' | 'delivered' | 'failed';
  /** Times are Unix milliseconds. `status` is null where no answer came. */
  readonly attempts: readonly { readonly at: number; readonly status: number | null; readonly error: string | null }[];
  readonly next_attempt_at: number | null;
  readonly body: unknown;
}

/** A local twin of Clerk's Backend API that listens on the loopback address. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`, which Clerk's SDKs take as `apiUrl`. */
  readonly address: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** The variables that Clerk's SDKs read: `CLERK_API_URL`, `CLERK_SECRET_KEY`, `CLERK_PUBLISHABLE_KEY` and, with webhooks, `CLERK_WEBHOOK_SIGNING_SECRET` of the first receiver. */
  readonly env: Readonly<Record<string, string>>;
  /** Adds to what is there; no event tells of it. Rejects with a message that says where the description is wrong. */
  seed(description: SeedDescription): Promise<void>;
  /** Forgets everything and begins again, with the seed and the faults of the start. */
  reset(): Promise<void>;
  /** Moves the clock on, and resolves once the webhook events that are due by then were sent. */
  advance(ms: number): Promise<void>;
  /** The last 1000 requests, oldest first. */
  requests(): readonly SandboxRequestRecord[];
  /** Sets these faults in place of those that are set; none lifts all. Rejects with a message that says what is wrong. */
  faults(...given: readonly FaultDescription[]): Promise<void>;
  /** What was sent to webhook receivers, oldest first, once nothing is under way. */
  webhooks(): Promise<readonly SandboxDelivery[]>;
  /** Mails and texts that Clerk would have sent, oldest first, as its events `email.created` and `sms.created` have them. */
  messages(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /**
   * The cookies by which a browser is signed in to a session, for the page at `origin`, by default of the instance's own
   * domain. Rejects for a session that is not there or has ended.
   */
  cookies(
    sessionId: string,
    page?: { readonly origin?: string },
  ): Promise<readonly { readonly name: string; readonly value: string }[]>;
  /** Ends every connection, and has everything in the state file. */
  stop(): Promise<void>;
}
