import { CallerBook } from '../approvals/caller-book.js';
import type { Insight } from '../approvals/insight.js';
import { Calls } from '../call/call.js';
import { MOST_TOKENS } from '../call/tell.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import { ClerkClient } from '../clerk/clerk-client.js';
import { ClerkApiError, ClerkBusyError, ClerkError } from '../clerk/errors.js';
import type { Config } from '../config/config.js';
import type { Jobs } from '../jobs/jobs.js';
import type { PlanServices } from '../jobs/services.js';
import { DOMAINS, InstanceName } from '../mcp/instance-name.js';
import { Offer } from '../mcp/offer.js';
import type { DocumentWatch } from '../openapi/watch.js';
import type { Logger } from '../platform/logger.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { VERSION } from '../platform/version.js';
import { isStandardOutput } from '../policy/audit/places.js';
import { Policy } from '../policy/policy.js';
import type { Instance } from '../policy/policy-types.js';
import { withoutSecrets } from '../policy/secrets/answer-secrets.js';
import type { SecretsDir } from '../policy/secrets/secrets-dir.js';
import type { App, AppOptions } from './app-types.js';
import { guideFor } from './guide-for.js';
import { introductionOf } from './introduction.js';
import { LazyApprovals } from './lazy-approvals.js';
import { leftOutBy } from './left-out-by.js';
import { catalogLog } from './load-catalog.js';
import type { loadPolicyFile } from './load-policy-file.js';
import type { OpenedRecord } from './open-audit-log.js';
import { listTools } from './tool-lists.js';
import type { UndoOnPage } from './undo-on-page.js';
import { instanceId, type Upstream } from './upstream.js';

/** How long a job may take, in milliseconds. */
const JOB_TIMEOUT_MS = 300_000;

/** A read that costs Clerk next to nothing. */
export const PROBE = 'Jwks_getJsonWebKeySet';
const PROBE_TIMEOUT_MS = 3000;

/** How long the read of the instance's domain may take. */
const NAME_TIMEOUT_MS = 1000;

/** What was opened for an application. */
export interface Parts {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly file: Awaited<ReturnType<typeof loadPolicyFile>>;
  readonly secrets: SecretsDir | undefined;
  readonly audit: OpenedRecord | undefined;
  readonly upstream: Upstream;
}

/** Puts the client, the policy and the calls together. @throws ConfigError for what prevents a start */
export async function assemble(options: AppOptions, { catalog, offered, file, secrets, audit, upstream }: Parts): Promise<App> {
  const { config, logger, allowLocalFiles, store, onUpstream } = options;
  const { values } = config;
  const warn = (message: string): void => logger.warn(message);
  hideFromNowOn(upstream.secretKey);
  const instance: Instance = {
    kind: config.instanceKind,
    name: config.name,
    id: instanceId(upstream.url, upstream.secretKey),
  };
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
  const book = new CallerBook({ records: store, sessions: options.sessions });
  const insight: App['insight'] = {
    callers: () => book.seen(),
    budgets: (callers) => policy.budgetUse(callers),
  };
  const approvals =
    options.approvals ??
    new LazyApprovals({
      config,
      logger,
      records: store,
      serve: options.serveApprovals,
      issuer: options.approversIssuer,
      insight: { ...insight, ...recordInsight(values.auditLog) },
      undo: () => openUndo(),
      enrolCommand: enrolCommand(config, options.ownCommand),
    });
  const name = new InstanceName({
    kind: instance.kind,
    own: instance.name,
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
    granted: options.granted,
    confirm: values.confirm,
    readOnly: values.readOnly,
    // Without a store, used confirmations are forgotten when the process ends; a key that outlives it would let them be reused.
    signingKey: store && config.signingKey,
    secrets,
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
    insight,
    undo: openUndo,
    lacking: () => watch?.lacking,
    isRecordUp: () => audit && !audit.isDown,
    deliveries: () => audit?.deliveries?.() ?? [],
    reopenLog: async () => audit?.reopen(),
    close: async (graceMs) => {
      watch?.stop();
      await (await undo)?.close();
      await Promise.all([(await services)?.runs.close(), calls.stop(graceMs)]);
      if (options.approvals === undefined) await approvals.close();
      await book.close();
      await clerk.close();
      if (options.audit === undefined) await audit?.close();
      await upstream.close();
    },
  };
}

/** What people can see of the record, where it is kept in a file. */
export function recordInsight(setting: string | undefined): Pick<Insight, 'history' | 'decisions'> {
  const file = isStandardOutput(setting) ? undefined : setting;
  return {
    history: async (filters, cursor) => {
      if (file === undefined) return undefined;
      const { readRecord } = await import('./read-record.js');
      return readRecord(file, filters, cursor);
    },
    decisions: async (periods, open) => {
      if (file === undefined) return undefined;
      const { readDecisions } = await import('./read-record.js');
      return readDecisions(file, periods, open);
    },
  };
}

/** What enrols an approver for a server with these settings. */
export const enrolCommand = ({ approvals: { approversFile, isUsualFile } }: Config, ownCommand = 'clerk-mcp'): string =>
  `${ownCommand} approver add NAME${isUsualFile ? '' : ` --approvers ${approversFile}`}`;

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
