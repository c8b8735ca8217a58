import { createHash, timingSafeEqual } from 'node:crypto';
import { refuseForeign } from '../pages/guard.js';
import type { Middleware } from './middleware.js';
import { refuse } from './sandbox-error.js';

/** What begins with these needs no key. */
const PUBLIC_PATHS: ReadonlySet<string | undefined> = new Set(['public', '.well-known']);

/** The group whose operations take the secret key of a machine in place of the instance's. */
const MACHINES_GROUP = 'M2mTokens';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets through what carries the instance's secret key, and to operations with M2M tokens what carries a machine's, as
 * Clerk does.
 * @param machineOf The id of the machine that a secret key belongs to
 */
export function authenticate(secretKey: string, machineOf: (key: string) => Promise<string | undefined>): Middleware {
  const expected = digest(secretKey);
  return async (routed, next) => {
    if (PUBLIC_PATHS.has(routed.request.segments[0])) return next(routed);
    const key = /^Bearer +(\S+)$/i.exec(routed.request.headers.authorization ?? '')?.[1];
    if (key === undefined) {
      const how = "The Authorization header must have the form 'Bearer <secret key>'.";
      throw refuse(401, 'authorization_header_format_invalid', 'Invalid Authorization header format', how);
    }
    if (timingSafeEqual(digest(key), expected)) return next(routed);
    const machine = routed.operation?.group === MACHINES_GROUP ? await machineOf(key) : undefined;
    if (machine !== undefined) return next({ ...routed, machine });
    throw refuse(401, 'clerk_key_invalid', 'The provided Clerk Secret Key is invalid', 'The secret key is not this instance’s.');
  };
}

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** Whether it asks for the page of the sandbox, which browsers are for. */
const isForPage = ([first, second]: readonly string[]): boolean =>
  first === '_sandbox' && (second === undefined || second === 'page');

/** Refuses what another web page could make a browser send: another host name, or a foreign origin. */
export const refuseBrowsers: Middleware = async (routed, next) => {
  const { method, headers, segments } = routed.request;
  const { host = '', origin } = headers;
  const asked = { method, url: `http://${host}/`, headers: { get: (name: string) => headers[name] ?? null } };
  const isForeign = isForPage(segments) ? refuseForeign(asked, {}) !== undefined : origin !== undefined;
  if (!LOOPBACK_HOST.test(host) || isForeign) {
    throw refuse(403, 'authorization_invalid', 'Unauthorized request', 'The sandbox answers programs on this machine only.');
  }
  return next(routed);
};
