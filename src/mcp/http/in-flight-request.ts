import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server';
import type { CallOutcome } from '../../call/call-types.js';
import type { Scope } from '../../policy/rules/scopes.js';
import type { TraceHeaders } from '../../telemetry/tracing.js';
import type { AuthenticatedCaller } from '../auth/authenticator.js';

/**
 * One HTTP request with everything that its calls need to know of it, and the places that they hold. The places are
 * given back when the answer is through or given up, but not while a call is still in progress.
 */
export class InFlightRequest {
  readonly caller: AuthenticatedCaller;
  /** Whether its client can be told or asked something before the answer. */
  readonly takesStream: boolean;
  /** The trace context among its headers, where the process is observed. */
  readonly trace: TraceHeaders | undefined;
  /** Passed by the SDK to the handlers. Holds no token. */
  readonly authInfo: AuthInfo;
  readonly #release: () => void;
  #missingScope: Scope | undefined;
  #working = 0;
  #isOver = false;
  #isReleased = false;

  /** @param release called once, when nothing of the request is in progress any more */
  constructor(caller: AuthenticatedCaller, release: () => void, takesStream = true, trace?: TraceHeaders | undefined) {
    this.caller = caller;
    this.takesStream = takesStream;
    this.#release = release;
    this.trace = trace;
    this.authInfo = { token: '', clientId: caller.name, scopes: [...caller.scopes], extra: { inFlight: this } };
  }

  /** The missing scope for which a call of this request was refused. */
  get missingScope(): Scope | undefined {
    return this.#missingScope;
  }

  /** Begins a call, which ends when the returned function is called. */
  begin(): (outcome?: CallOutcome) => void {
    this.#working++;
    return (outcome) => {
      if (outcome?.kind === 'refused') this.#missingScope ??= outcome.missingScope;
      this.#working--;
      this.#settle();
    };
  }

  /** The answer is through, or no longer wanted. */
  over(): void {
    this.#isOver = true;
    this.#settle();
  }

  #settle(): void {
    if (!this.#isOver || this.#working > 0 || this.#isReleased) return;
    this.#isReleased = true;
    this.#release();
  }
}

/** The HTTP request that a message came with. */
export function inFlightRequestOf(context: ServerContext): InFlightRequest {
  const inFlight = context.http?.authInfo?.extra?.inFlight;
  if (inFlight instanceof InFlightRequest) return inFlight;
  throw new Error('a message came without an HTTP request');
}
