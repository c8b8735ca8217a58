import type { Writable } from 'node:stream';
import type { InstanceMetrics } from '../call/metrics.js';
import type { Catalog } from '../catalog/catalog.js';
import { UpstreamBudget, upstreamAllowance } from '../clerk/rate-budget.js';
import type { Config, HttpValues, Values } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { FallbackCounterStore } from '../limits/fallback.js';
import { MemoryStore } from '../limits/memory.js';
import { ScopedStore } from '../limits/scoped-store.js';
import type { SharedStore } from '../limits/shared-store.js';
import type { Guard } from '../mcp/auth/open-many.js';
import { CallLimits } from '../mcp/http/caller-limits.js';
import { inFlightRequestOf } from '../mcp/http/in-flight-request.js';
import { Mount } from '../mcp/http/mount.js';
import { createMcpServer, type McpServerOptions } from '../mcp/server.js';
import type { Logger } from '../platform/logger.js';
import { UserError } from '../platform/user-error.js';
import type { Caller, Instance } from '../policy/policy-types.js';
import { createApp } from './app.js';
import type { App, AppOptions } from './app-types.js';
import { ListedSessions } from './listed-sessions.js';

/** Messages of other kinds that a caller may send per call. */
const MESSAGES_PER_CALL = 10;

const DEFAULTS = { maxCallsPerMinute: 600, maxInFlight: 256, maxInFlightPerCaller: 16 } as const;

export interface HttpInstanceOptions
  extends Pick<AppOptions, 'issuer' | 'granted' | 'approversIssuer' | 'serveApprovals' | 'approvals' | 'audit'> {
  readonly config: Config;
  readonly http: HttpValues;
  readonly logger: Logger;
  readonly catalog: Catalog;
  /** Who may call. */
  readonly guard: Guard;
  /** Whether what callers may do can change while they are connected. */
  readonly canChange: boolean;
  /** Whether a credential decides what they may do. */
  readonly byCredential: boolean;
  /** What all instances of all processes share; of one of several, a part of it. */
  readonly store: SharedStore | undefined;
  readonly metrics: InstanceMetrics;
  readonly basePath: string;
  readonly stdout: Writable | undefined;
}

/** One instance as it is served over HTTP, with limits, sessions and a store of its own. */
export interface HttpInstance {
  readonly config: Config;
  readonly app: App;
  readonly mount: Mount;
  readonly sessions: () => number;
  readonly inFlight: () => number;
  /** How many requests wait for their turn below Clerk's limit. */
  readonly waiting: () => number;
}

/** @throws what `createApp` throws */
export async function openHttpInstance(options: HttpInstanceOptions): Promise<HttpInstance> {
  const { config, http, guard, metrics, basePath, store } = options;
  const { name } = config;
  const logger = name === undefined ? options.logger : options.logger.child({ instance: name });
  const shared = store && name !== undefined ? new ScopedStore(store, name) : store;
  const local = new MemoryStore();
  const counter = shared === undefined ? local : new FallbackCounterStore(shared, local);
  const { calls, messages } = limits(http, counter, local);
  const sessions = new ListedSessions(sessionOptions(http, logger));
  let budget: UpstreamBudget | undefined;
  const app = await named(name, () =>
    createApp({
      config,
      logger,
      catalog: options.catalog,
      allowLocalFiles: false,
      stdout: options.stdout,
      issuer: options.issuer,
      granted: options.granted,
      approversIssuer: options.approversIssuer,
      store: shared,
      serveApprovals: options.serveApprovals,
      approvals: options.approvals,
      audit: options.audit,
      sessions: () => sessions.list(),
      budget: (instance) => {
        budget = budgetOf(instance, config.values, counter);
        return budget;
      },
      onCall: ({ tool, result, decision, code, seconds }) => {
        metrics.call(tool, result, decision, seconds);
        if (code === 'budget_exceeded') metrics.limited('budget');
        if (code === 'insufficient_scope') metrics.denied('scope');
      },
      onUpstream: metrics.upstream,
    }),
  );
  // The four discovery tools are listed to all.
  const listChanged = options.canChange && config.values.discovery !== true;
  const mount = new Mount({
    ...guard,
    suffix: name === undefined ? '' : `/${name}`,
    createServer: (context) =>
      serverOf(app, calls, { listChanged, byCredential: options.byCredential, instance: name }, context?.era),
    sessions,
    calls,
    messages,
    metrics,
    logger,
    basePath,
    sse: http.sse ?? true,
    quickPath: http.quickPath ?? true,
    body: { ...(http.maxBody && { maxBytes: http.maxBody }), ...(http.requestTimeout && { timeoutMs: http.requestTimeout }) },
  });
  return {
    config,
    app,
    mount,
    sessions: () => sessions.size,
    inFlight: () => calls.inFlight,
    waiting: () => budget?.waiting ?? 0,
  };
}

/** Says of a fault in the settings whose they are. */
async function named<T>(name: string | undefined, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw name !== undefined && error instanceof UserError ? new ConfigError(`instances.${name}: ${error.message}`) : error;
  }
}

const serverOf = (
  app: App,
  limits: CallLimits,
  lists: Pick<McpServerOptions, 'listChanged' | 'byCredential' | 'instance'>,
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
