import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { CallerBook, type SessionSeen } from '../approvals/caller-book.js';
import { Calls } from '../call/call.js';
import type { CallEvent } from '../call/call-types.js';
import { MOST_TOKENS } from '../call/tell.js';
import type { Catalog } from '../catalog/catalog.js';
import { expose } from '../catalog/exposure.js';
import type { Operation } from '../catalog/operation.js';
import type { ToolDefinition } from '../catalog/operation-types.js';
import { type Budget, ClerkClient } from '../clerk/clerk-client.js';
import { ClerkApiError, ClerkBusyError, ClerkError } from '../clerk/errors.js';
import type { Config } from '../config/config.js';
import type { Jobs } from '../jobs/jobs.js';
import type { PlanServices } from '../jobs/services.js';
import type { BudgetStore } from '../limits/counter-store.js';
import type { OnceStore } from '../limits/once-store.js';
import type { RecordStore } from '../limits/record-store.js';
import type { GuideOptions } from '../mcp/guide.js';
import { DOMAINS, InstanceName } from '../mcp/instance-name.js';
import { Offer } from '../mcp/offer.js';
import type { Seat } from '../mcp/server.js';
import type { Lacking } from '../openapi/lacking.js';
import type { DocumentWatch } from '../openapi/watch.js';
import type { Logger } from '../platform/logger.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { VERSION } from '../platform/version.js';
import { isStandardOutput } from '../policy/audit/places.js';
import { Policy } from '../policy/policy.js';
import type { Instance } from '../policy/policy-types.js';
import { withoutSecrets } from '../policy/secrets/answer-secrets.js';
import { SecretsDir } from '../policy/secrets/secrets-dir.js';
import type { ApprovalsHostOptions } from './approvals.js';
import { guideFor } from './guide-for.js';
import { introductionOf } from './introduction.js';
import { LazyApprovals } from './lazy-approvals.js';
import { leftOutBy } from './left-out-by.js';
import { catalogLog, loadCatalog } from './load-catalog.js';
import { loadPolicyFile } from './load-policy-file.js';
import { openAuditLog } from './open-audit-log.js';
import { listTools, type Reach } from './tool-lists.js';
import type { UndoOnPage } from './undo-on-page.js';
import { connectUpstream, instanceId } from './upstream.js';

/** Everything a transport needs, assembled once per process. */
export interface App {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly tools: readonly ToolDefinition[];
  /** The tools that the caller may make at least some calls of. Who may do the same gets the same list object. */
  toolsFor(caller: Reach): readonly ToolDefinition[];
  /** What every call goes through; in discovery mode, behind the four discovery tools. */
  readonly calls: Pick<Calls, 'call' | 'stop'>;
  /** What a model is told at the handshake. */
  readonly instructions: (seat: Seat) => string;
  /** What the instance is called. */
  readonly name: InstanceName;
  /** What is offered beside tools. */
  readonly guide: GuideOptions;
  /** How gated calls are confirmed, in a sentence or two. */
  readonly confirmation: string;
  /** Takes back what any caller has done, for people who may do everything that any caller may. */
  jobs(): Promise<Pick<Jobs, 'undoable' | 'planUndo'>>;
  /** What is served to people who approve. */
  readonly approvals: Pick<LazyApprovals, 'host'>;
  /** Sends Clerk, or the sandbox, a cheap request. Resolves with an error code if that fails; never rejects. */
  probe(): Promise<string | undefined>;
  /** What Clerk's document has and the catalog lacks; undefined where the document is not watched or has not been read yet. */
  lacking(): Lacking | undefined;
  /** Continues the audit log in a new file after an outside tool has renamed the old one. */
  reopenLog(): Promise<void>;
  /** Lets calls in flight finish for up to `graceMs`, aborts the rest, then closes every connection and file. */
  close(graceMs: number): Promise<void>;
}

export interface AppOptions {
  /** Standard output, where nothing else is written to it: for a record that goes there. */
  readonly stdout?: Writable | undefined;
  readonly config: Config;
  readonly logger: Logger;
  /** Whether a call may name a file on this machine. True only where caller and server share the machine. */
  readonly allowLocalFiles: boolean;
  /** The folder below which such a file must be. Default: anywhere. */
  readonly filesDir?: string | undefined;
  /** Every known operation. Default: as the settings say. */
  readonly catalog?: Catalog;
  /** Where else approvers can sign in. Default: nowhere. */
  readonly approversIssuer?: ApprovalsHostOptions['issuer'];
  /** The issuer of the callers' tokens, if they have any. */
  readonly issuer?: string | undefined;
  /** Holds used confirmations, budgets and approvals for several processes. Default: this process's memory. */
  readonly store?: (OnceStore & BudgetStore & RecordStore) | undefined;
  /** How approvals are served to people: by a loopback listener of their own, or by the one that serves MCP. */
  readonly serveApprovals: ApprovalsHostOptions['serve'];
  /** The open sessions. Default: none but the one over stdio. */
  readonly sessions?: (() => readonly SessionSeen[]) | undefined;
  /** How people start this program at a terminal. Default: `clerk-mcp`. */
  readonly ownCommand?: string | undefined;
  /** Creates the budget that keeps requests below Clerk's limit. Default: no budget. */
  readonly budget?: ((instance: Instance) => Budget | undefined) | undefined;
  readonly onCall?: ((event: CallEvent) => void) | undefined;
  readonly onUpstream?: ((status: number | 'none') => void) | undefined;
}

const KEY_WITHOUT_STORE =
  'CLERK_MCP_SIGNING_KEY has no effect without a shared store: a confirmation counts only in the process that asked for it';

/** How long a job may take, in milliseconds. */
const JOB_TIMEOUT_MS = 300_000;

/** A read that costs Clerk next to nothing. */
export const PROBE = 'Jwks_getJsonWebKeySet';
const PROBE_TIMEOUT_MS = 3000;

/** How long the read of the instance's domain may take. */
const NAME_TIMEOUT_MS = 1000;

/**
 * Assembles the application: Clerk or the sandbox, the client, the policy, and the calls that go through them.
 * @throws ConfigError and the policy's own errors, for anything that prevents a start.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, logger, allowLocalFiles, store, onUpstream } = options;
  const { values } = config;
  const warn = (message: string): void => logger.warn(message);
  const catalog = options.catalog ?? (await loadCatalog(values.openapi, catalogLog(logger)));
  const offered = expose(catalog, values);
  const file = await loadPolicyFile(values.policy, catalog);
  const secrets = values.secretsDir && (await SecretsDir.open(values.secretsDir, { now: Date.now, randomBytes }));
  const audit =
    values.auditLog === undefined
      ? undefined
      : await openAuditLog(values.auditLog, { key: config.auditKey, warn, stdout: options.stdout });
  const recordFile = isStandardOutput(values.auditLog) ? undefined : values.auditLog;
  for (const call of audit?.unfinished ?? [])
    logger.warn({ call }, 'this call of an earlier run has no outcome: it may have happened');
  if (config.signingKey !== undefined && store === undefined) warn(KEY_WITHOUT_STORE);
  const upstream = await connectUpstream(config, logger);
  hideFromNowOn(upstream.secretKey);
  const instance: Instance = { kind: config.instanceKind, id: instanceId(upstream.url, upstream.secretKey) };
  const budget = options.budget?.(instance);
  const clerk = new ClerkClient({
    baseUrl: upstream.url,
    secretKey: upstream.secretKey,
    userAgent: `clerk-mcp/${VERSION}`,
    catalog,
    allowLocalFiles,
    proxy: upstream.proxy,
    filesDir: options.filesDir,
    ...(values.connectTimeout === undefined ? {} : { connectTimeoutMs: values.connectTimeout }),
    ...(values.timeout === undefined ? {} : { timeoutMs: values.timeout }),
    ...(budget && { budget }),
    ...(onUpstream && { onAnswer: onUpstream }),
  });
  const { approversFile, isUsualFile } = config.approvals;
  const book = new CallerBook({ records: store, sessions: options.sessions });
  const approvals = new LazyApprovals({
    config,
    logger,
    records: store,
    serve: options.serveApprovals,
    issuer: options.approversIssuer,
    insight: {
      callers: () => book.seen(),
      budgets: (callers) => policy.budgetUse(callers),
      history: async (filters, cursor) => {
        if (recordFile === undefined) return undefined;
        const { readRecord } = await import('./read-record.js');
        return readRecord(recordFile, filters, cursor);
      },
      decisions: async (periods, open) => {
        if (recordFile === undefined) return undefined;
        const { readDecisions } = await import('./read-record.js');
        return readDecisions(recordFile, periods, open);
      },
    },
    undo: () => openUndo(),
    enrolCommand: `${options.ownCommand ?? 'clerk-mcp'} approver add NAME${isUsualFile ? '' : ` --approvers ${approversFile}`}`,
  });
  const name = new InstanceName({
    kind: instance.kind,
    read: async () => (await clerk.send(catalog.get(DOMAINS), {}, { timeoutMs: NAME_TIMEOUT_MS })).value,
  });
  const policy: Policy = new Policy({
    catalog,
    approvals,
    ask: values.ask,
    askWaitMs: values.askWait,
    instance,
    file,
    audit,
    auditReads: values.auditReads,
    warn,
    issuer: options.issuer,
    confirm: values.confirm,
    readOnly: values.readOnly,
    // Without a store, used confirmations are forgotten when the process ends; a key that outlives it would let them be reused.
    signingKey: store && config.signingKey,
    secrets: secrets || undefined,
    keepsFormer: values.stateDir !== undefined && values.undoDays !== 0,
    once: store,
    counters: store,
    read: async (reader, args, signal, caller) => {
      const operation = catalog.get(reader);
      const { value } = await clerk.send(operation, args, { signal, caller });
      if (operation.name === DOMAINS) name.learn(value);
      // The model can read what a person is shown of it.
      return withoutSecrets(value, operation);
    },
  });
  // The start does not wait for this.
  void policy.aboutOwnClaims().then((message) => message && warn(message));
  let services: Promise<PlanServices> | undefined;
  const openServices = async (): Promise<PlanServices> => {
    const { openPlanServices } = await import('./plan-services.js');
    return openPlanServices({ config, catalog, instance, logger });
  };
  const plans = (): Promise<PlanServices> => {
    services ??= openServices();
    return services;
  };
  // A folder that cannot be used stops the start, and nothing may then keep the process alive.
  if (values.stateDir !== undefined) {
    await plans().catch(async (error: unknown) => {
      await clerk.close();
      await audit?.close();
      await upstream.close();
      throw error;
    });
  }
  const watch = values.openapiWatch === undefined ? undefined : await openWatch(values.openapiWatch, catalog, logger);
  let jobs: Promise<Jobs> | undefined;
  const theJobs = (): Promise<Jobs> => {
    jobs ??= openJobs();
    return jobs;
  };
  const openJobs = async (): Promise<Jobs> =>
    new (await import('../jobs/jobs.js')).Jobs({
      calls,
      offered,
      policy,
      instance,
      isPaced: budget !== undefined,
      clerkLimit: values.clerkLimit,
      plans: await plans(),
      limits: {
        maxTokens: values.maxResultTokens ?? MOST_TOKENS,
        times: values.times ?? 'unix',
        timeoutMs: values.jobTimeout ?? JOB_TIMEOUT_MS,
        filesDir: options.filesDir ?? values.filesDir ?? (allowLocalFiles ? process.cwd() : undefined),
      },
    });
  const calls: Calls = new Calls({
    catalog,
    offered,
    policy,
    clerk,
    logger,
    // What single calls change is kept only where it outlives the process.
    keeper: values.stateDir === undefined ? undefined : (await plans()).keeper,
    runJob: async (job) => (await theJobs()).run(job),
    answers: {
      ...(values.results && { results: values.results }),
      ...(values.times && { times: values.times }),
      ...(values.maxResultTokens && { maxTokens: values.maxResultTokens }),
      ...(values.structured && { structured: values.structured }),
    },
    observe: options.onCall,
  });
  let undo: Promise<UndoOnPage> | undefined;
  const openUndo = (): Promise<UndoOnPage> => {
    undo ??= Promise.all([import('./undo-on-page.js'), theJobs()]).then(
      ([module, opened]) => new module.UndoOnPage({ jobs: opened, calls, approvals, logger }),
    );
    return undo;
  };
  const offer = new Offer({ catalog, offered, discovery: values.discovery === true, leftOutBy: leftOutBy(catalog, values) });
  const lists = await listTools({ catalog, offered, policy, calls, offer, values });
  return {
    offered,
    calls: noted(lists.calls, book),
    tools: lists.tools,
    toolsFor: lists.toolsFor,
    probe: async () => {
      try {
        await clerk.send(catalog.get(PROBE), {}, { timeoutMs: PROBE_TIMEOUT_MS });
        return undefined;
      } catch (error) {
        // A request to come back later shows that Clerk was reached.
        if (error instanceof ClerkBusyError || (error instanceof ClerkApiError && error.status === 429)) return undefined;
        return error instanceof ClerkError ? error.code : 'internal_error';
      }
    },
    instructions: introductionOf({ config, name, offer, policy }),
    name,
    guide: guideFor({ config, name, offer, calls, policy, toolOf: lists.toolOf }),
    confirmation: policy.explanation,
    jobs: theJobs,
    approvals,
    lacking: () => watch?.lacking,
    reopenLog: async () => audit?.reopen(),
    close: async (graceMs) => {
      watch?.stop();
      await (await undo)?.close();
      await Promise.all([(await services)?.runs.close(), calls.stop(graceMs)]);
      await approvals.close();
      await book.close();
      await clerk.close();
      await audit?.close();
      await upstream.close();
    },
  };
}

async function openWatch(url: string, catalog: Catalog, logger: Logger): Promise<DocumentWatch> {
  const { DocumentWatch } = await import('../openapi/watch.js');
  return new DocumentWatch({ url, catalog, log: catalogLog(logger) });
}

/** Calls whose callers are remembered. */
const noted = (calls: App['calls'], book: CallerBook): App['calls'] => ({
  call: (call) => {
    book.note(call.caller);
    return calls.call(call);
  },
  stop: (graceMs) => calls.stop(graceMs),
});
