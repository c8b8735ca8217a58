import type { Operation } from '../catalog/operation.js';
import { nameOf } from '../platform/proxy.js';
import { answerError, changes, leavesOpen } from './answer.js';
import type { StopReason } from './call-limit.js';
import type { ErrorContext } from './error-context.js';
import {
  ClerkAbortedError,
  ClerkBusyError,
  ClerkConnectionError,
  type ClerkError,
  ClerkTimeoutError,
  type ErrorDetails,
} from './errors.js';
import type { Failed, Outcome } from './send-once.js';

/** Whether this attempt may have taken effect at Clerk. */
export const mayHaveHappened = (outcome: Outcome, operation: Operation): boolean =>
  outcome.kind === 'answered' ? leavesOpen(outcome.status, operation) : outcome.sent && changes(operation);

/** The error for an attempt that got no complete answer. */
export function failureError(failed: Failed, about: ErrorContext, stopped: StopReason | undefined): ClerkError {
  const uncertain = about.uncertain || mayHaveHappened(failed, about.operation);
  switch (failed.kind) {
    case 'stopped':
      return stopError(stopped, about, uncertain);
    case 'too_large':
      return answerError('too_large', failed.status, 'The answer is larger than the limit.', about);
    case 'malformed':
      return answerError('malformed_http', failed.status, `The answer is not valid HTTP (${failed.code}).`, about);
    case 'lost':
      return new ClerkConnectionError(
        'answer_lost',
        failed.code,
        details(`The connection broke before the answer was complete (${failed.code}).`, 'Check the network.', about, uncertain),
      );
    case 'not_connected':
      return new ClerkConnectionError(
        'not_connected',
        failed.code,
        details(
          `No connection to Clerk (${failed.code}).`,
          `${connectionAdvice(failed.code, about.proxy)} The last attempt sent nothing.`,
          about,
          uncertain,
        ),
      );
  }
}

/** The codes of certificates that Node does not trust. */
const UNTRUSTED = /CERT|SELF_SIGNED|ISSUER|ALTNAME/;

/** What to do where no connection could be made. @param code the system's, Node's or undici's */
export function connectionAdvice(code: string, proxy: URL | undefined): string {
  if (UNTRUSTED.test(code)) {
    return 'The certificate is not trusted. Where a proxy has one of its own, give the file of its authority in NODE_EXTRA_CA_CERTS.';
  }
  const through = proxy === undefined ? '' : `, and the proxy ${nameOf(proxy)} (HTTPS_PROXY, ALL_PROXY, NO_PROXY)`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The name cannot be looked up. Check the DNS of the network and CLERK_API_URL${through}.`;
  }
  return `Check the network, any firewall and CLERK_API_URL${through}.`;
}

/** The error for a call that was stopped on this side. */
export function stopError(stop: StopReason | undefined, about: ErrorContext, uncertain = about.uncertain): ClerkError {
  switch (stop) {
    case 'timeout':
      return new ClerkTimeoutError(
        details(
          "No complete answer within the call's time limit.",
          'Try again later, or raise the limit (--timeout).',
          about,
          uncertain,
        ),
      );
    case 'closed':
      return new ClerkAbortedError(details('The connection to Clerk was closed.', 'The server is stopping.', about, uncertain));
    default:
      return new ClerkAbortedError(
        details('The call was cancelled.', uncertain ? 'Its answer did not come.' : 'Nothing was changed.', about, uncertain),
      );
  }
}

/** The error for a request that was held back because too many others were sent. */
export function busyError(retryAfterMs: number, about: ErrorContext): ClerkError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const hint = `Try again in ${seconds} s. This request was not sent.`;
  return new ClerkBusyError(
    seconds,
    details("Too many requests at once: this server stays below Clerk's limit.", hint, about, about.uncertain),
  );
}

const details = (message: string, hint: string, about: ErrorContext, mayHaveHappened: boolean): ErrorDetails => ({
  operation: about.operation.name,
  message,
  hint,
  mayHaveHappened,
  checkWith: mayHaveHappened ? about.checkWith : undefined,
  attempts: about.attempts,
});
