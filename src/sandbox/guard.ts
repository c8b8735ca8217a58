import { createHash, timingSafeEqual } from 'node:crypto';
import type { Middleware } from './middleware.js';
import { refuse } from './sandbox-error.js';

/** What begins with this, Clerk answers to anybody. */
const PUBLIC_PATH = 'public';

/** The versions of the Backend API that Clerk publishes. */
const API_VERSIONS: ReadonlySet<string> = new Set(['2021-02-05', '2024-10-01', '2025-04-10', '2025-11-10', '2026-05-12']);

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
    if (routed.request.segments[0] === PUBLIC_PATH) return next(routed);
    const header = routed.request.headers.authorization;
    if (header === undefined || header === '') {
      throw refuse(401, 'authentication_invalid', 'Invalid authentication', 'Send the secret key as a Bearer token.');
    }
    const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
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

/** Refuses versions that do not exist, a version given twice, and operations that a version no longer has. */
export const checkVersion: Middleware = async (routed, next) => {
  const { headers, query } = routed.request;
  const inHeader = headers['clerk-api-version'];
  const inQuery = query.get('__clerk_api_version');
  const version = inHeader ?? inQuery;
  if (version === undefined || version === null) return next(routed);
  if (inHeader !== undefined && inQuery !== null) {
    const why = 'Give the API version in the Clerk-API-Version header or in the query, not in both.';
    throw refuse(400, 'request_invalid_for_instance', 'API version given twice', why);
  }
  if (!API_VERSIONS.has(version)) {
    const known = [...API_VERSIONS].join(', ');
    throw refuse(
      400,
      'request_invalid_for_instance',
      'Unknown API version',
      `There is no API version ${version}. Known: ${known}.`,
    );
  }
  const { operation } = routed;
  if (operation !== undefined && version > operation.apiVersion) {
    throw refuse(
      410,
      'operation_deprecated',
      'Operation deprecated',
      `API versions after ${operation.apiVersion} do not have it.`,
    );
  }
  return next(routed);
};

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** Refuses what a web page could make a browser send: another host name, or a foreign origin. */
export const refuseBrowsers: Middleware = async (routed, next) => {
  const { host, origin } = routed.request.headers;
  if (!LOOPBACK_HOST.test(host ?? '') || origin !== undefined) {
    throw refuse(403, 'authorization_invalid', 'Unauthorized request', 'The sandbox answers programs on this machine only.');
  }
  return next(routed);
};
