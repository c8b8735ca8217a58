import { didYouMean } from '../catalog/nearest.js';
import { loadHttpValues } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { HTTP_OPTIONS } from '../config/http-options.js';
import { loadConfigs } from '../config/load-configs.js';
import { OPTIONS } from '../config/server-options.js';
import type { AuthenticatedCaller, Authenticator } from '../mcp/auth/authenticator.js';
import { BearerChallenges } from '../mcp/auth/bearer.js';
import { isScope } from '../mcp/auth/roles.js';
import { createLogger } from '../platform/logger.js';
import type { FetchHandlerOptions } from './fetch-handler-options.js';
import { createHttpApp, type HttpApp } from './http-app.js';

/** Options that have no flag, with the environment variable each one replaces. */
const SECRETS = { secretKey: 'CLERK_SECRET_KEY', apiUrl: 'CLERK_API_URL', signingKey: 'CLERK_MCP_SIGNING_KEY' } as const;

const OTHERS = ['authenticate', 'basePath'] as const;

/** Settings that belong to the application that does the listening. */
const LISTENING: ReadonlySet<string> = new Set(['host', 'port', 'headersTimeout', 'maxConnections']);

/**
 * Makes the server to mount in another application.
 * @throws ConfigError, and what `createHttpApp` throws
 */
export async function createFetchApp(options: FetchHandlerOptions): Promise<HttpApp> {
  refuseUnknown(options);
  const overrides = Object.entries(SECRETS).flatMap(([name, variable]) => {
    const value = options[name as keyof typeof SECRETS];
    return value === undefined ? [] : [[variable, value] as const];
  });
  const flags = toFlags(options);
  const configs = await loadConfigs(flags, undefined, Object.fromEntries(overrides));
  const http = loadHttpValues(flags);
  if (
    configs.some(({ instanceKind }) => instanceKind !== 'sandbox') &&
    http.auth === undefined &&
    options.authenticate === undefined
  ) {
    throw new ConfigError('Say who may call: auth is token, oauth or none, or give authenticate.');
  }
  if (http.grants !== undefined && options.authenticate !== undefined)
    throw new ConfigError('grants works with auth: oauth alone: what authenticate answers is not cut.');
  return createHttpApp({
    configs,
    http,
    logger: createLogger(configs[0].values.logLevel),
    basePath: basePath(options.basePath),
    authenticator: options.authenticate && hook(options.authenticate),
  });
}

function refuseUnknown(options: FetchHandlerOptions): void {
  const flags = Object.keys({ ...OPTIONS, ...HTTP_OPTIONS }).filter((name) => !LISTENING.has(name));
  const known = [...flags, ...Object.keys(SECRETS), ...OTHERS];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new ConfigError(`Unknown option ${name}.${didYouMean(name, known)}`);
  }
}

/** The options as the command line would give them, where numbers are text. */
const toFlags = (options: FetchHandlerOptions): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => name in OPTIONS || name in HTTP_OPTIONS)
      .map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );

function basePath(given = ''): string {
  const path = given.replace(/\/$/, '');
  if (path === '' || /^(\/[\w.~-]+)+$/.test(path)) return path;
  throw new ConfigError(`basePath: expected a path like /api, not ${JSON.stringify(given)}.`);
}

function hook(authenticate: NonNullable<FetchHandlerOptions['authenticate']>): Authenticator {
  const challenges = new BearerChallenges();
  return {
    authenticate: async ({ headers }) => {
      const found = await authenticate({ headers });
      if (found === undefined) return challenges.missing();
      const { scopes, instances, ...rest } = found;
      const reach = instances && { instances: new Set(instances) };
      const caller: AuthenticatedCaller = { ...rest, ...reach, scopes: scopes.filter(isScope) };
      return { ok: true, caller };
    },
    close: () => {},
  };
}
