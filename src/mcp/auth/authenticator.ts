import type { Scope } from '../../policy/rules/scopes.js';
import type { Reply } from '../reply.js';

/** The caller, as far as a credential proves who it is. */
export interface AuthenticatedCaller {
  /** The name in rules, budgets, confirmations and the audit log. Sessions belong to it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Those that a credential of this caller could have at most. Default: all. */
  readonly mostScopes?: readonly Scope[];
  /** The tools that may be used at most, by name. Default: all. */
  readonly tools?: ReadonlySet<string> | undefined;
  /** The names of the instances that may be reached, where several are served. Default: none. */
  readonly instances?: ReadonlySet<string> | undefined;
  /** When the credential expires, in Unix milliseconds. Everything opened with it ends then. */
  readonly expiresAt?: number;
  /** Aborted when the credential is withdrawn; everything opened with it ends then. */
  readonly withdrawn?: AbortSignal;
  /**
   * Calls the listener whenever the credential gains scopes, until the returned function is called. Whatever was opened
   * with the credential stays open. Listeners must not throw.
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

/** The parts of a request that are looked at. The body is not: credentials are checked before it is read. */
export interface Credentials {
  readonly headers: Headers;
  /** The address that the request came from, if known. */
  readonly remoteAddress?: string | undefined;
  /** Whether it came to the endpoint of HTTP+SSE, which is a resource of its own to OAuth. */
  readonly sse?: boolean;
}

export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Authentication>;
  /** The subject that a credential claims, if it names one. Nothing is checked. */
  subject?(credentials: Credentials): string | undefined;
  /** Reloads at once which credentials are good; for SIGHUP. */
  reload?(): Promise<void>;
  close(): void;
}
