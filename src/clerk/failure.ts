import type { Operation } from '../catalog/operation.js';
import { answerError, changes, leavesOpen } from './answer.js';
import type { Stop } from './call-limit.js';
import type { Circumstances } from './error-context.js';
import {
  ClerkAbortedError,
  ClerkBusyError,
  ClerkConnectionError,
  type ClerkError,
  ClerkTimeoutError,
  type ErrorDetails,
} from './errors.js';
import type { Failed, Outcome } from './send-once.js';

/** Whether Clerk may have done what this attempt asked. */
export const mayHaveHappened = (outcome: Outcome, operation: Operation): boolean =>
  outcome.kind === 'answered' ? leavesOpen(outcome.status, operation) : outcome.sent && changes(operation);

/** The error for an exchange that brought no whole answer. */
export function failureError(failed: Failed, about: Circumstances, stopped: Stop | undefined): ClerkError {
  const uncertain = about.uncertain || mayHaveHappened(failed, about.operation);
  switch (failed.kind) {
    case 'stopped':
      return stopError(stopped, about, uncertain);
    case 'too_large':
      return answerError('too_large', failed.status, 'The answer is larger than what is read.', about);
    case 'malformed':
      return answerError('malformed_http', failed.status, `The answer is no proper HTTP (${failed.code}).`, about);
    case 'lost':
      return new ClerkConnectionError(
        'answer_lost',
        failed.code,
        details(`The connection broke before the whole answer came (${failed.code}).`, 'Check the network.', about, uncertain),
      );
    case 'not_connected':
      return new ClerkConnectionError(
        'not_connected',
        failed.code,
        details(
          `No connection to Clerk (${failed.code}).`,
          'Check the network and CLERK_API_URL. The last attempt sent nothing.',
          about,
          uncertain,
        ),
      );
  }
}

/** The error for a call that was ended from this side. */
export function stopError(stop: Stop | undefined, about: Circumstances, uncertain = about.uncertain): ClerkError {
  switch (stop) {
    case 'timeout':
      return new ClerkTimeoutError(
        details('No whole answer within the time limit of the call.', 'Try again later, or raise the limit.', about, uncertain),
      );
    case 'closed':
      return new ClerkAbortedError(details('The connection to Clerk was closed.', 'The server is stopping.', about, uncertain));
    default:
      return new ClerkAbortedError(details('The call was cancelled.', 'Nothing is to be done.', about, uncertain));
  }
}

/** The error for a request that was not sent because too many others were. */
export function busyError(retryAfterMs: number, about: Circumstances): ClerkError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const hint = `Try again in ${seconds} s. This request was not sent.`;
  return new ClerkBusyError(
    seconds,
    details('Too many requests to Clerk at once: this server stays below its limit.', hint, about, about.uncertain),
  );
}

const details = (message: string, hint: string, about: Circumstances, mayHaveHappened: boolean): ErrorDetails => ({
  operation: about.operation.name,
  message,
  hint,
  mayHaveHappened,
  checkWith: mayHaveHappened ? about.checkWith : undefined,
  attempts: about.attempts,
});
