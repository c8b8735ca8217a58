import type { Scope } from '../../policy/rules/scopes.js';
import type { Reply } from '../reply.js';

/** Who is calling, as far as a credential proves it. */
export interface AuthenticatedCaller {
  /** The name in rules, budgets, confirmations and the audit log. Sessions belong to it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Those that a credential of this caller could have at most. Default: all. */
  readonly mostScopes?: readonly Scope[];
  /** The tools that may be used at most, by name. Default: all. */
  readonly tools?: ReadonlySet<string> | undefined;
  /** When the credential ends, in Unix milliseconds. What was opened with it ends then. */
  readonly expiresAt?: number;
  /** Aborted when the credential is withdrawn; what was opened with it ends then. */
  readonly withdrawn?: AbortSignal;
  /**
   * Has the listener called whenever the credential comes to reach further, until what this answers with is called.
   * What was opened with it goes on. Listeners must not throw.
   */
  readonly onWidened?: (listener: () => void) => () => void;
}

export type Authentication =
  | { readonly ok: true; readonly caller: AuthenticatedCaller }
  | {
      readonly ok: false;
      /** `missing`: no credential came. `invalid`: a bad one. `unavailable`: its issuer cannot be asked. `throttled`: too many bad ones. `ungranted`: a good one, whose holder may do nothing here. */
      readonly why: 'missing' | 'invalid' | 'unavailable' | 'throttled' | 'ungranted';
      /** What is wrong with the credential, without anything of it; for the log. */
      readonly reason?: string;
      readonly refusal: Reply;
    };

/** What of a request is looked at. The body is not: credentials are checked before it is read. */
export interface Credentials {
  readonly headers: Headers;
  /** Where the request came from, where that is known. */
  readonly remoteAddress?: string | undefined;
  /** Whether it came to the endpoint of HTTP+SSE, which is a resource of its own to OAuth. */
  readonly sse?: boolean;
}

export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Authentication>;
  /** Whose a credential claims to be, where it says so. Nothing is checked. */
  subject?(credentials: Credentials): string | undefined;
  /** Looks again at once at what credentials are good; for SIGHUP. */
  reload?(): Promise<void>;
  close(): void;
}
