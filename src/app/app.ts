import { createHash, randomBytes } from 'node:crypto';
import { CallerBook, type SessionSeen } from '../approvals/caller-book.js';
import { type CallEvent, Calls, MOST_TOKENS } from '../call/call.js';
import type { Catalog } from '../catalog/catalog.js';
import { expose } from '../catalog/exposure.js';
import { type Operation, withConfirm } from '../catalog/operation.js';
import type { ToolDefinition } from '../catalog/operation-types.js';
import { type Budget, ClerkClient } from '../clerk/clerk-client.js';
import { ClerkApiError, ClerkBusyError, ClerkError } from '../clerk/errors.js';
import type { Config, Values } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import type { Jobs } from '../jobs/jobs.js';
import type { PlanServices } from '../jobs/services.js';
import type { BudgetStore } from '../limits/counter-store.js';
import type { OnceStore } from '../limits/once-store.js';
import type { RecordStore } from '../limits/record-store.js';
import { DISCOVERY_TOOLS, Discovery } from '../mcp/discovery.js';
import { instructions } from '../mcp/instructions.js';
import type { Lacking } from '../openapi/lacking.js';
import type { DocumentWatch } from '../openapi/watch.js';
import { errorMessage } from '../platform/error-message.js';
import { FileLockedError } from '../platform/file-lock.js';
import type { Logger } from '../platform/logger.js';
import { nameOf, proxyFor } from '../platform/proxy.js';
import { readText } from '../platform/read-text.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { isSystemError } from '../platform/system-error.js';
import { UserError } from '../platform/user-error.js';
import { VERSION } from '../platform/version.js';
import { AuditLog } from '../policy/audit/log.js';
import { placesOf } from '../policy/audit/places.js';
import { Policy } from '../policy/policy.js';
import type { Instance } from '../policy/policy-types.js';
import type { PolicyFile } from '../policy/rules/policy-file.js';
import { isWithin } from '../policy/rules/scopes.js';
import { withoutSecrets } from '../policy/secrets/answer-secrets.js';
import { SecretsDir } from '../policy/secrets/secrets-dir.js';
import type { ApprovalsHostOptions } from './approvals.js';
import { LazyApprovals } from './lazy-approvals.js';
import { type CatalogLog, catalogWithJobs, loadCatalog } from './load-catalog.js';

/** Everything a transport needs, assembled once per process. */
export interface App {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly tools: readonly ToolDefinition[];
  /** The tools that these scopes allow at least some calls of. The same scopes get the same list object. */
  toolsFor(scopes: readonly string[]): readonly ToolDefinition[];
  /** What every call goes through; in discovery mode, behind the four discovery tools. */
  readonly calls: Pick<Calls, 'call' | 'stop'>;
  readonly instructions: string;
  /** How gated calls are confirmed, in a sentence or two. */
  readonly confirmation: string;
  /** What takes back what any caller has done, for people who may do all that any caller may. */
  jobs(): Promise<Pick<Jobs, 'undoable' | 'planUndo'>>;
  /** What is served to people who approve. */
  readonly approvals: Pick<LazyApprovals, 'host'>;
  /** Sends Clerk, or the sandbox, a cheap request. Resolves with an error code if that fails; never rejects. */
  probe(): Promise<string | undefined>;
  /** What Clerk's document has and the catalog lacks; undefined where nobody looks, or nothing was read yet. */
  lacking(): Lacking | undefined;
  /** Continues the audit log in a new file after an outside tool has renamed the old one. */
  reopenLog(): Promise<void>;
  /** Lets calls in flight finish for up to `graceMs`, aborts the rest, then closes every connection and file. */
  close(graceMs: number): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Whether a call may name a file on this machine. True only where caller and server share the machine. */
  readonly allowLocalFiles: boolean;
  /** The folder below which such a file must be. Default: anywhere. */
  readonly filesDir?: string | undefined;
  /** Every known operation. Default: as the settings say. */
  readonly catalog?: Catalog;
  /** Where approvers can sign in besides. Default: nowhere. */
  readonly approversIssuer?: ApprovalsHostOptions['issuer'];
  /** Who issues the tokens that callers show, where they show any. */
  readonly issuer?: string | undefined;
  /** Holds used confirmations, budgets and approvals for several processes. Default: this process's memory. */
  readonly store?: (OnceStore & BudgetStore & RecordStore) | undefined;
  /** What serves approvals to people: a loopback listener of its own, or what listens already. */
  readonly serveApprovals: ApprovalsHostOptions['serve'];
  /** The sessions that are open. Default: there are none but that of stdio. */
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
  const audit = values.auditLog === undefined ? undefined : await openAuditLog(values.auditLog, config.auditKey, warn);
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
        if (values.auditLog === undefined) return undefined;
        const { readRecord } = await import('./read-record.js');
        return readRecord(values.auditLog, filters, cursor);
      },
      decisions: async (periods, open) => {
        if (values.auditLog === undefined) return undefined;
        const { readDecisions } = await import('./read-record.js');
        return readDecisions(values.auditLog, periods, open);
      },
    },
    enrolCommand: `${options.ownCommand ?? 'clerk-mcp'} approver add NAME${isUsualFile ? '' : ` --approvers ${approversFile}`}`,
  });
  const policy: Policy = new Policy({
    catalog,
    approvals,
    ask: values.ask,
    askWaitMs: values.askWait,
    instance,
    file,
    audit,
    warn,
    issuer: options.issuer,
    confirm: values.confirm,
    readOnly: values.readOnly,
    // Without a store, used confirmations are forgotten when the process ends; a key that outlives it would let them be reused.
    signingKey: store && config.signingKey,
    secrets: secrets || undefined,
    once: store,
    counters: store,
    read: async (name, args, signal, caller) => {
      const operation = catalog.get(name);
      const { value } = await clerk.send(operation, args, { signal, caller });
      // What a person is shown of it can be read by the model, too.
      return withoutSecrets(value, operation);
    },
  });
  // The start does not wait for it.
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
  // A folder that cannot be used stops the start.
  if (values.stateDir !== undefined) await plans();
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
    // What single calls change is kept where it outlives the process.
    keeper: values.stateDir === undefined ? undefined : (await plans()).keeper,
    runJob: async (job) => (await theJobs()).run(job),
    answers: {
      ...(values.results && { results: values.results }),
      ...(values.maxResultTokens && { maxTokens: values.maxResultTokens }),
      ...(values.structured && { structured: values.structured }),
    },
    observe: options.onCall,
  });
  // The four discovery tools can return any operation's answer, so no output schema fits them.
  const outputs =
    values.structured && !values.discovery ? await (await import('./output-schemas.js')).outputSchemas() : undefined;
  const tools = new Map(
    [...offered.values()].map((operation) => {
      const forms = policy.confirmForms(operation);
      const tool = forms.length === 0 ? operation.tool : withConfirm(operation.tool, forms);
      const outputSchema = outputs?.get(operation.name);
      return [operation, outputSchema === undefined ? tool : { ...tool, outputSchema }];
    }),
  );
  const beside = [...tools].filter(([{ isJob }]) => isJob);
  const discovery = values.discovery
    ? new Discovery({
        catalog,
        calls,
        offered: new Map([...offered].filter(([, { isJob }]) => !isJob)),
        beside: new Set(beside.map(([{ name }]) => name)),
        toolOf: (operation) => tools.get(operation) ?? operation.tool,
      })
    : undefined;
  const listed = discovery === undefined ? [] : DISCOVERY_TOOLS;
  const choice = discovery === undefined ? [...tools] : beside;
  const lists = new Map<string, readonly ToolDefinition[]>();
  return {
    offered,
    calls: noted(discovery ?? calls, book),
    tools: [...listed, ...choice.map(([, tool]) => tool)],
    toolsFor: (scopes) => {
      const key = [...new Set(scopes)].sort().join(' ');
      const within = choice.filter(([operation]) => isWithin(operation, scopes)).map(([, tool]) => tool);
      const list = lists.get(key) ?? [...listed, ...within];
      lists.set(key, list);
      return list;
    },
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
    instructions: instructions({
      kind: config.instanceKind,
      readOnly: values.readOnly === true,
      confirmation: policy.explanation,
    }),
    confirmation: policy.explanation,
    jobs: theJobs,
    approvals,
    lacking: () => watch?.lacking,
    reopenLog: async () => audit?.reopen(),
    close: async (graceMs) => {
      watch?.stop();
      await Promise.all([(await services)?.runs.close(), calls.stop(graceMs)]);
      await approvals.close();
      await book.close();
      await clerk.close();
      await audit?.close();
      await upstream.close();
    },
  };
}

/**
 * Reads the policy file. The error message has one line per fault, each with its path in the file.
 * @throws ConfigError
 */
export async function loadPolicyFile(
  path: string | undefined,
  catalog: Catalog = catalogWithJobs,
): Promise<PolicyFile | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    throw new ConfigError(`The policy file cannot be read: ${errorMessage(error)}.`);
  }
  const { PolicyFileError, readPolicy } = await import('../policy/rules/read-policy.js');
  try {
    return readPolicy(text, catalog);
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    throw new ConfigError([`${path} is not a valid policy file:`, ...error.message.split('\n')].join('\n  '));
  }
}

async function openWatch(url: string, catalog: Catalog, logger: Logger): Promise<DocumentWatch> {
  const { DocumentWatch } = await import('../openapi/watch.js');
  return new DocumentWatch({ url, catalog, log: catalogLog(logger) });
}

/** Reports on a document's operations through the logger. */
export const catalogLog = (logger: Logger): CatalogLog => {
  return { info: (message) => logger.info(message), warn: (message) => logger.warn(message) };
};

/** A second process beside one that writes the log has a log of its own: clients start a server each. */
async function openAuditLog(setting: string, key: string | undefined, warn: (message: string) => void): Promise<AuditLog> {
  let taken: FileLockedError | undefined;
  for await (const file of placesOf(setting)) {
    try {
      const log = await AuditLog.open({ file, key, warn });
      if (taken !== undefined) warn(`${taken.message} This process writes ${file} instead.`);
      return log;
    } catch (error) {
      if (!(error instanceof FileLockedError)) {
        if (!(error instanceof UserError || isSystemError(error))) throw error;
        throw new ConfigError(`The audit log ${file} cannot be used: ${errorMessage(error)}`);
      }
      taken ??= error;
    }
  }
  throw new ConfigError(`The audit log ${setting} cannot be used: ${taken?.message}`);
}

/** Calls of which it is kept who made them. */
const noted = (calls: App['calls'], book: CallerBook): App['calls'] => ({
  call: (call) => {
    book.note(call.caller);
    return calls.call(call);
  },
  stop: (graceMs) => calls.stop(graceMs),
});

/** Clerk, or the sandbox started in its place. */
export interface Upstream {
  readonly url: string;
  readonly secretKey: string;
  readonly proxy?: URL | undefined;
  close(): Promise<void>;
}

async function connectUpstream(config: Config, logger: Logger): Promise<Upstream> {
  if (config.secretKey === undefined) return openSandbox(config.values, logger);
  const proxy = proxyFor(config.apiUrl);
  if (proxy !== undefined) logger.info({ proxy: nameOf(proxy) }, 'requests to Clerk go through a proxy');
  return { url: config.apiUrl, secretKey: config.secretKey, proxy, close: async () => {} };
}

/** @throws SeedError */
export async function openSandbox(values: Values, logger: Logger): Promise<Upstream> {
  const { startSandbox } = await import('../sandbox/start-sandbox.js');
  const { seed = 'demo' } = values;
  const seedData = seed === 'demo' || seed === 'empty' ? seed : (await import('../sandbox/seed/read-seed.js')).readSeed(seed);
  const sandbox = await startSandbox({ seed: seedData, log: (message, error) => logger.error({ err: error }, message) });
  logger.info({ url: sandbox.url }, 'sandbox');
  return sandbox;
}

/** Identifies an instance without revealing its key: confirmations and audit lines are bound to it. */
const instanceId = (url: string, secretKey: string): string =>
  createHash('sha256').update(`${url}\n${secretKey}`).digest('base64url').slice(0, 22);
