import { isLoopback } from '../../platform/is-loopback.js';
import { UserError } from '../../platform/user-error.js';
import { refuse } from '../reply.js';
import type { AuthenticatedCaller, Authenticator } from './authenticator.js';
import { SCOPES } from './roles.js';

/** The server would be open beyond this machine without asking callers who they are. */
export class OpenServerError extends UserError {
  override readonly name = 'OpenServerError';
}

const LOCAL: AuthenticatedCaller = { name: 'local', scopes: SCOPES };

/**
 * Everyone on this machine may do everything.
 * @param host where the server listens
 * @throws OpenServerError for a host that others can reach
 */
export function noAuthentication(host: string): Authenticator {
  if (!isLoopback(host)) {
    throw new OpenServerError(
      `Without authentication the server listens on a loopback address only, not on ${JSON.stringify(host)}. Use --auth token or --auth oauth, or --host 127.0.0.1.`,
    );
  }
  return {
    authenticate: async ({ remoteAddress }) => {
      if (remoteAddress === undefined || isLoopback(remoteAddress)) return { ok: true, caller: LOCAL };
      return { ok: false, why: 'missing', refusal: refuse(403, 'This server answers its own machine only.') };
    },
    close: () => {},
  };
}
