import type { Writable } from 'node:stream';
import { createMetrics, type Metrics } from '../call/metrics.js';
import { UpstreamBudget, upstreamAllowance } from '../clerk/rate-budget.js';
import type { Config, HttpValues, Values } from '../config/config.js';
import { FallbackCounterStore } from '../limits/fallback.js';
import { MemoryStore } from '../limits/memory.js';
import { openRedisStore } from '../limits/redis.js';
import type { SharedStore } from '../limits/shared-store.js';
import type { Authenticator } from '../mcp/auth/authenticator.js';
import { BearerChallenges } from '../mcp/auth/bearer.js';
import { MetricsToken } from '../mcp/auth/metrics-token.js';
import { type AuthenticationChoice, type OpenAuthentication, openAuthentication } from '../mcp/auth/open.js';
import { ClientAddress } from '../mcp/http/address.js';
import { CallLimits } from '../mcp/http/caller-limits.js';
import { defaultHosts, Hosts } from '../mcp/http/hosts.js';
import { inFlightRequestOf } from '../mcp/http/in-flight-request.js';
import type { ReplyHandler } from '../mcp/http/listener.js';
import { Probes } from '../mcp/http/probes.js';
import { Router } from '../mcp/http/router.js';
import { createMcpServer, type McpServerOptions } from '../mcp/server.js';
import { isLoopback } from '../platform/is-loopback.js';
import type { Logger } from '../platform/logger.js';
import { droppedLines } from '../platform/stderr.js';
import type { Caller, Instance } from '../policy/policy-types.js';
import { createApp } from './app.js';
import type { App } from './app-types.js';
import { authenticationChoice, requireSigningKey, storeLocation } from './http-settings.js';
import { ListedSessions } from './listed-sessions.js';
import { catalogLog, loadCatalog } from './load-catalog.js';

export interface HttpAppOptions {
  readonly config: Config;
  readonly http: HttpValues;
  readonly logger: Logger;
  /** The prefix of every path: empty, or like `/api`. Default: empty. */
  readonly basePath?: string;
  /** Standard output, where the record may go to it. */
  readonly stdout?: Writable | undefined;
  /** Replaces the authentication that `http` configures. */
  readonly authenticator?: Authenticator | undefined;
}

/** The application as a handler of HTTP requests, with what its process needs to run and end it. */
export interface HttpApp {
  readonly handle: ReplyHandler;
  readonly app: App;
  readonly metrics: Pick<Metrics, 'read'>;
  /** Rereads at once what may have changed on disk: the token file, the token of the metrics, and an audit log that was renamed. */
  reload(): Promise<void>;
  /** Says where it listens, for links to approvals where no other address is known. */
  listensAt(url: string): Promise<void>;
  /** Lets calls in flight finish for `graceMs`, aborts the rest, ends every stream, and releases everything. */
  close(graceMs: number): Promise<void>;
}

/** How long the answers to aborted calls may take to be delivered. */
const FLUSH_MS = 1000;

/** Messages of other kinds that a caller may send per call. */
const MESSAGES_PER_CALL = 10;

const DEFAULTS = { host: '127.0.0.1', maxCallsPerMinute: 600, maxInFlight: 256, maxInFlightPerCaller: 16 } as const;

/**
 * Puts the application together for callers over HTTP.
 * @throws UserError for settings that cannot be used, and what `createApp` throws
 */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { config, http, logger, basePath = '', authenticator } = options;
  const choice = authenticationChoice(http);
  const hosts = new Hosts(reachableAs(http));
  const address = new ClientAddress(http.trustedProxies);
  const shared = await openStore(config, http, logger);
  const store = shared?.store;
  const parts = new Stack();
  if (store !== undefined) parts.add(() => store.close());
  try {
    const catalog = await loadCatalog(config.values.openapi, catalogLog(logger));
    const authentication: OpenAuthentication =
      authenticator === undefined
        ? await openAuthentication(choice, { logger, revocations: store, catalog })
        : { authenticator, challenges: new BearerChallenges(), wellKnown: undefined };
    parts.add(async () => authentication.authenticator.close());
    const metricsToken = http.metricsTokenFile === undefined ? undefined : await MetricsToken.open(http.metricsTokenFile, logger);
    const local = new MemoryStore();
    const counter = store === undefined ? local : new FallbackCounterStore(store, local);
    const { calls, messages } = limits(http, counter, local);
    const sessions = new ListedSessions(sessionOptions(http, logger));
    let approvalsAddress = knownAddress(config, http, basePath);
    const metrics = await createMetrics({
      tools: catalog.operations.map((operation) => operation.name),
      sessions: () => sessions.size,
      inFlight: () => calls.inFlight,
      droppedLogLines: droppedLines,
      storeUp: shared?.isUp,
      lacking: () => lacking(),
      deliveries: () => deliveries(),
    });
    let lacking: App['lacking'] = () => undefined;
    let deliveries: App['deliveries'] = () => [];
    const app = await createApp({
      config,
      logger,
      catalog,
      allowLocalFiles: false,
      stdout: options.stdout,
      issuer: authenticator === undefined && choice.kind === 'oauth' ? choice.issuer : undefined,
      granted: authentication.granted,
      approversIssuer: authenticator === undefined ? approversIssuer(choice, http, config) : undefined,
      store,
      serveApprovals: { address: () => approvalsAddress },
      sessions: () => sessions.list(),
      budget: (instance) => budgetOf(instance, config.values, counter),
      onCall: ({ tool, result, decision, code, seconds }) => {
        metrics.call(tool, result, decision, seconds);
        if (code === 'budget_exceeded') metrics.limited('budget');
        if (code === 'insufficient_scope') metrics.denied('scope');
      },
      onUpstream: metrics.upstream,
    });
    lacking = app.lacking;
    deliveries = app.deliveries;
    // Roles and grants in a file can change while their caller is connected; the four discovery tools are listed to all.
    const isByFile = choice.kind === 'token' || (choice.kind === 'oauth' && choice.grants !== undefined);
    const listChanged = authenticator === undefined && isByFile && config.values.discovery !== true;
    const byCredential = authenticator !== undefined || choice.kind !== 'none';
    let isStopping = false;
    const router = new Router({
      createServer: (context) => serverOf(app, calls, { listChanged, byCredential }, context?.era),
      ...authentication,
      hosts,
      address,
      sessions,
      calls,
      messages,
      metrics,
      metricsToken,
      logger,
      basePath,
      approvals: async (request, path) => (await app.approvals.host()).handle(request, path),
      sse: http.sse ?? true,
      quickPath: http.quickPath ?? true,
      body: { ...(http.maxBody && { maxBytes: http.maxBody }), ...(http.requestTimeout && { timeoutMs: http.requestTimeout }) },
      probes: new Probes({
        upstream: () => app.probe(),
        isStoreAway: () => shared?.isUp() === false,
        isStopping: () => isStopping,
      }),
    });
    return {
      app,
      metrics,
      handle: (request, context) => router.handle(request, context),
      listensAt: async (url) => {
        // A passkey is bound to a host name, never to an IP address.
        const here = `${url.replace('//127.0.0.1:', '//localhost:')}${basePath}/approvals`;
        approvalsAddress ??= here;
        await (await app.approvals.host()).announceAt(here);
      },
      reload: async () => {
        await authentication.authenticator.reload?.();
        await metricsToken?.reload();
        await app.reopenLog();
      },
      close: async (graceMs) => {
        isStopping = true;
        await router.stop(graceMs);
        await app.calls.stop(0);
        await router.stop(FLUSH_MS);
        await router.close();
        await app.close(0);
        await parts.close();
      },
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** Where approvers can sign in: at the issuer of the callers' tokens, if a client for that is configured. */
function approversIssuer(choice: AuthenticationChoice, { approvalsClientId }: HttpValues, { approvals }: Config) {
  if (choice.kind !== 'oauth' || approvalsClientId === undefined) return undefined;
  return { issuer: choice.issuer, clientId: approvalsClientId, clientSecret: approvals.clientSecret };
}

/** The address of approvals as people reach it, as far as the settings tell it. */
function knownAddress({ values }: Config, { audience }: HttpValues, basePath: string): string | undefined {
  const resource = audience?.[0];
  if (values.approvalsUrl !== undefined) return values.approvalsUrl;
  return resource !== undefined && URL.canParse(resource) ? `${new URL(resource).origin}${basePath}/approvals` : undefined;
}

const serverOf = (
  app: App,
  limits: CallLimits,
  lists: Pick<McpServerOptions, 'listChanged' | 'byCredential'>,
  era: 'legacy' | 'modern' | undefined,
) =>
  createMcpServer({
    ...lists,
    era,
    calls: app.calls,
    instructions: app.instructions,
    name: app.name,
    guide: app.guide,
    enter: async (context) => {
      const entry = await limits.enter(inFlightRequestOf(context).caller.name);
      return entry.ok ? entry.leave : undefined;
    },
    tools: (context) => app.toolsFor(inFlightRequestOf(context).caller),
    caller: (context): Caller => {
      const { name, scopes, tools } = inFlightRequestOf(context).caller;
      return { name, scopes, tools, transport: 'http' };
    },
    canStream: (context) => inFlightRequestOf(context).takesStream,
    traceHeaders: (context) => inFlightRequestOf(context).trace,
    onCall: (context) => inFlightRequestOf(context).begin(),
  });

/** What to release at the end, last in first out. */
class Stack {
  readonly #parts: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#parts.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#parts.splice(0).reverse()) await close();
  }
}

function limits(http: HttpValues, counter: FallbackCounterStore | MemoryStore, local: MemoryStore) {
  const maxPerMinute = http.maxCallsPerMinute ?? DEFAULTS.maxCallsPerMinute;
  const inFlight = {
    maxInFlight: http.maxInFlight ?? DEFAULTS.maxInFlight,
    maxInFlightPerCaller: http.maxInFlightPerCaller ?? DEFAULTS.maxInFlightPerCaller,
  };
  return {
    calls: new CallLimits({ counter, maxPerMinute, ...inFlight }),
    messages: new CallLimits({ what: 'messages', counter: local, maxPerMinute: MESSAGES_PER_CALL * maxPerMinute, ...inFlight }),
  };
}

const sessionOptions = (http: HttpValues, logger: Logger) => ({
  ...(http.maxSessions && { max: http.maxSessions }),
  ...(http.maxSessionsPerCaller && { maxPerCaller: http.maxSessionsPerCaller }),
  ...(http.sessionIdle && { idleMs: http.sessionIdle, sweepMs: Math.min(5000, http.sessionIdle) }),
  onError: (error: unknown) => logger.warn({ err: error }, 'a session could not be closed cleanly'),
});

/** None for the sandbox, which has no limit to stay below. */
function budgetOf(
  { kind, id }: Instance,
  { clerkLimit }: Values,
  counter: FallbackCounterStore | MemoryStore,
): UpstreamBudget | undefined {
  return kind === 'sandbox' ? undefined : new UpstreamBudget({ counter, instance: id, max: upstreamAllowance(kind, clerkLimit) });
}

/** Loopback names cannot be made to point elsewhere, so they are allowed wherever the server listens. */
function reachableAs({ host = DEFAULTS.host, allowedHosts, allowedOrigins, audience }: HttpValues) {
  const usual = defaultHosts(host);
  const resource = audience?.[0];
  const named = resource !== undefined && URL.canParse(resource) ? [new URL(resource).host] : [];
  return {
    allowedHosts: allowedHosts ?? [...usual.allowedHosts, ...defaultHosts(DEFAULTS.host).allowedHosts, ...named],
    allowedOrigins: allowedOrigins ?? usual.allowedOrigins,
  };
}

/** The store, and whether it can be used now. */
async function openStore(
  config: Config,
  http: HttpValues,
  logger: Logger,
): Promise<{ readonly store: SharedStore; readonly isUp: () => boolean } | undefined> {
  const location = storeLocation(http);
  if (location === undefined) return undefined;
  requireSigningKey(config.signingKey);
  let isUp = false;
  const store = await openRedisStore({
    ...location,
    onState: (state, reason) => {
      isUp = state === 'up';
      if (isUp) logger.info('the shared store is available');
      else logger.error({ reason }, 'the shared store is unavailable: gated calls are refused, reads still work');
    },
  });
  return { store, isUp: () => isUp };
}

/** Whether the server listens beyond this machine and no name for it is configured. */
export const isNameless = ({ host = DEFAULTS.host, allowedHosts, audience }: HttpValues): boolean =>
  !isLoopback(host) && allowedHosts === undefined && audience === undefined;
