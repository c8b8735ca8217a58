import type { Writable } from 'node:stream';
import { createMetrics, type Metrics } from '../call/metrics.js';
import type { Config, HttpValues } from '../config/config.js';
import type { Authenticator } from '../mcp/auth/authenticator.js';
import { BearerChallenges } from '../mcp/auth/bearer.js';
import { MetricsToken } from '../mcp/auth/metrics-token.js';
import {
  type AuthenticationChoice,
  type AuthenticationServices,
  type OpenAuthentication,
  openAuthentication,
} from '../mcp/auth/open.js';
import type { Guard, GuardedInstance, ManyAuthentications } from '../mcp/auth/open-many.js';
import { ClientAddress } from '../mcp/http/address.js';
import { defaultHosts, Hosts } from '../mcp/http/hosts.js';
import type { ReplyHandler } from '../mcp/http/listener.js';
import { Probes } from '../mcp/http/probes.js';
import { Router } from '../mcp/http/router.js';
import { isLoopback } from '../platform/is-loopback.js';
import type { Logger } from '../platform/logger.js';
import { droppedLines } from '../platform/stderr.js';
import { enrolCommand, recordInsight } from './assemble.js';
import { type HttpInstance, openHttpInstance } from './http-instance.js';
import { authenticationChoice, refuseForMany } from './http-settings.js';
import { LazyApprovals } from './lazy-approvals.js';
import { catalogLog, loadCatalog } from './load-catalog.js';
import { insightOfMany, type OnPage, undoOfMany } from './many-on-page.js';
import { openRecord } from './open-audit-log.js';
import { openStore } from './open-store.js';

export interface HttpAppOptions {
  /** One for each instance that is served: several have names, and each a path of its own. */
  readonly configs: readonly [Config, ...Config[]];
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
  readonly metrics: Pick<Metrics, 'read'>;
  readonly instances: readonly Pick<HttpInstance, 'config' | 'app'>[];
  /** Rereads at once what may have changed on disk: the token file, the token of the metrics, and an audit log that was renamed. */
  reload(): Promise<void>;
  /** Says where it listens, for links to approvals where no other address is known. */
  listensAt(url: string): Promise<void>;
  /** Lets calls in flight finish for `graceMs`, aborts the rest, ends every stream, and releases everything. */
  close(graceMs: number): Promise<void>;
}

/** How long the answers to aborted calls may take to be delivered. */
const FLUSH_MS = 1000;

const LOOPBACK = '127.0.0.1';

/**
 * Puts the application together for callers over HTTP.
 * @throws UserError for settings that cannot be used, and what `createApp` throws
 */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { configs, http, logger, basePath = '', authenticator } = options;
  // What concerns the whole server is the same in the settings of all instances.
  const [config] = configs;
  const names = configs.map(({ name }) => name).filter((name) => name !== undefined);
  const isMany = names.length > 0;
  const choice = authenticationChoice(http);
  if (isMany) refuseForMany(choice, authenticator !== undefined);
  const hosts = new Hosts(reachableAs(http));
  const address = new ClientAddress(http.trustedProxies);
  const shared = await openStore(config, http, logger);
  const store = shared?.store;
  const parts = new Stack();
  if (store !== undefined) parts.add(() => store.close());
  try {
    const catalog = await loadCatalog(config.values.openapi, catalogLog(logger));
    const guarded = configs.map(({ name = '', audience = [] }) => ({ name, audience }));
    const authentication = isMany
      ? await openForMany(choice, guarded, { logger, revocations: store, catalog, authenticator })
      : await openForOne(choice, { logger, revocations: store, catalog, authenticator });
    parts.add(async () => authentication.front.close());
    const metricsToken = http.metricsTokenFile === undefined ? undefined : await MetricsToken.open(http.metricsTokenFile, logger);
    const instances: HttpInstance[] = [];
    const instance = (name: string | undefined) => instances.find((one) => one.config.name === name);
    const metrics = await createMetrics({
      tools: catalog.operations.map((operation) => operation.name),
      instances: isMany ? names : undefined,
      about: (name) => {
        const one = instance(name);
        return one && { kind: one.config.instanceKind, domain: one.app.name.domain };
      },
      sessions: (name) => instance(name)?.sessions() ?? 0,
      inFlight: (name) => instance(name)?.inFlight() ?? 0,
      waiting: (name) => instance(name)?.waiting() ?? 0,
      approvalsPending: async () => (approvals ?? instances[0]?.app.approvals)?.pending(),
      isRecordUp: () => instances[0]?.app.isRecordUp(),
      droppedLogLines: droppedLines,
      storeUp: shared?.isUp,
      lacking: () => instances[0]?.app.lacking(),
      // The record is one for all.
      deliveries: () => instances[0]?.app.deliveries() ?? [],
    });
    let approvalsAddress = knownAddress(config, http, basePath);
    const serveApprovals = { address: () => approvalsAddress };
    const approversIssuer = authenticator === undefined ? issuerOfApprovers(choice, http, config) : undefined;
    const audit = isMany ? await openRecord(config, logger, options.stdout) : undefined;
    if (audit !== undefined) parts.add(() => audit.close());
    const onPage = (): OnPage[] => instances.map(({ app, config: { name = '' } }) => ({ name, app }));
    const approvals: LazyApprovals | undefined = isMany
      ? new LazyApprovals({
          config,
          logger,
          isOfMany: true,
          records: store,
          serve: serveApprovals,
          issuer: approversIssuer,
          insight: { ...insightOfMany(onPage), ...recordInsight(config.values.auditLog) },
          undo: async () => undoOfMany(onPage),
          enrolCommand: enrolCommand(config),
        })
      : undefined;
    if (approvals !== undefined) parts.add(() => approvals.close());
    // Roles and grants in a file can change while their caller is connected.
    const isByFile = choice.kind === 'token' || (choice.kind === 'oauth' && choice.grants !== undefined);
    for (const [index, own] of configs.entries()) {
      const opened = await openHttpInstance({
        // The document is the same for all instances.
        config: index === 0 ? own : withoutWatch(own),
        http,
        logger,
        catalog,
        guard: authentication.guardOf(own.name),
        canChange: authenticator === undefined && isByFile,
        byCredential: authenticator !== undefined || choice.kind !== 'none',
        issuer: authenticator === undefined && choice.kind === 'oauth' ? choice.issuer : undefined,
        granted: authentication.granted,
        approversIssuer,
        store,
        serveApprovals,
        approvals,
        audit,
        metrics: own.name === undefined ? metrics : metrics.of(own.name),
        basePath,
        stdout: options.stdout,
      });
      instances.push(opened);
      parts.add(() => opened.app.close(0));
    }
    const apps = instances.map(({ app }) => app);
    const [first, ...others] = instances;
    if (first === undefined) throw new Error('no instance is served');
    const approvalsHost = () => (approvals ?? first.app.approvals).host();
    let isStopping = false;
    const { front, reach } = authentication;
    const router = new Router({
      mounts: [first.mount, ...others.map(({ mount }) => mount)],
      front: isMany ? { authenticator: front, reach, mayReadAll: (caller) => reach(caller).length === names.length } : undefined,
      wellKnown: authentication.wellKnown,
      hosts,
      address,
      metrics,
      metricsToken,
      logger,
      basePath,
      approvals: async (request, path) => (await approvalsHost()).handle(request, path),
      probes: new Probes({
        upstreams: apps.map((app) => () => app.probe()),
        isStoreAway: () => shared?.isUp() === false,
        isStopping: () => isStopping,
      }),
    });
    return {
      metrics,
      instances,
      handle: (request, context) => router.handle(request, context),
      listensAt: async (url) => {
        // A passkey is bound to a host name, never to an IP address.
        const here = `${url.replace('//127.0.0.1:', '//localhost:')}${basePath}/approvals`;
        approvalsAddress ??= here;
        await (await approvalsHost()).announceAt(here);
      },
      reload: async () => {
        await front.reload?.();
        await metricsToken?.reload();
        await first.app.reopenLog();
      },
      close: async (graceMs) => {
        isStopping = true;
        await router.stop(graceMs);
        await Promise.all(apps.map((app) => app.calls.stop(0)));
        await router.stop(FLUSH_MS);
        await router.close();
        await parts.close();
      },
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

interface Authentications extends Pick<ManyAuthentications, 'front' | 'reach' | 'wellKnown' | 'granted'> {
  readonly guardOf: (name: string | undefined) => Guard;
}

type Services = AuthenticationServices & { readonly authenticator: Authenticator | undefined };

async function openForOne(choice: AuthenticationChoice, { authenticator, ...services }: Services): Promise<Authentications> {
  const opened: OpenAuthentication =
    authenticator === undefined
      ? await openAuthentication(choice, services)
      : { authenticator, challenges: new BearerChallenges(), wellKnown: undefined };
  const { authenticator: front, wellKnown, granted } = opened;
  return { front, reach: () => [], wellKnown, granted, guardOf: () => opened };
}

async function openForMany(
  choice: AuthenticationChoice,
  instances: readonly GuardedInstance[],
  { authenticator, ...services }: Services,
): Promise<Authentications> {
  const { guardedBy, openManyAuthentications } = await import('../mcp/auth/open-many.js');
  const names = instances.map(({ name }) => name);
  const opened =
    authenticator === undefined
      ? await openManyAuthentications(choice, instances, services)
      : guardedBy(authenticator, names, undefined);
  const guardOf = (name = ''): Guard => {
    const guard = opened.guards.get(name);
    if (guard === undefined) throw new Error(`no one guards ${name}`);
    return guard;
  };
  return { ...opened, guardOf };
}

function withoutWatch({ values, ...config }: Config): Config {
  const { openapiWatch: _, ...others } = values;
  return { ...config, values: others };
}

/** Where approvers can sign in: at the issuer of the callers' tokens, if a client for that is configured. */
function issuerOfApprovers(choice: AuthenticationChoice, { approvalsClientId }: HttpValues, { approvals }: Config) {
  if (choice.kind !== 'oauth' || approvalsClientId === undefined) return undefined;
  return { issuer: choice.issuer, clientId: approvalsClientId, clientSecret: approvals.clientSecret };
}

/** The address of approvals as people reach it, as far as the settings tell it. */
function knownAddress({ values }: Config, { audience }: HttpValues, basePath: string): string | undefined {
  const resource = audience?.[0];
  if (values.approvalsUrl !== undefined) return values.approvalsUrl;
  return resource !== undefined && URL.canParse(resource) ? `${new URL(resource).origin}${basePath}/approvals` : undefined;
}

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

/** Loopback names cannot be made to point elsewhere, so they are allowed wherever the server listens. */
function reachableAs({ host = LOOPBACK, allowedHosts, allowedOrigins, audience }: HttpValues) {
  const usual = defaultHosts(host);
  const resource = audience?.[0];
  const named = resource !== undefined && URL.canParse(resource) ? [new URL(resource).host] : [];
  return {
    allowedHosts: allowedHosts ?? [...usual.allowedHosts, ...defaultHosts(LOOPBACK).allowedHosts, ...named],
    allowedOrigins: allowedOrigins ?? usual.allowedOrigins,
  };
}

/** Whether the server listens beyond this machine and no name for it is configured. */
export const isNameless = ({ host = LOOPBACK, allowedHosts, audience }: HttpValues): boolean =>
  !isLoopback(host) && allowedHosts === undefined && audience === undefined;
