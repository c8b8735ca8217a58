import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TargetStatus } from '../policy/audit/ship/health.js';
import type { PrometheusMetric } from '../telemetry/metrics-bridge.js';

/** How calls end: as in {@link CallOutcome}, or without having begun. */
export type CallResult = 'done' | 'refused' | 'failed' | 'ask' | 'link' | 'unknown_tool' | 'cancelled';

export interface MetricsOptions {
  /** Names of the tools that exist; any other is counted as `unknown`, so that callers cannot make labels. */
  readonly tools: Iterable<string>;
  /** Names of the instances, where several are served: a label of what belongs to one. Default: there is no such label. */
  readonly instances?: readonly string[] | undefined;
  /** What is known of an instance; its domain is learnt while it is used. */
  readonly about?: (instance: string | undefined) => { readonly kind: string; readonly domain: string | undefined } | undefined;
  /** Called when the metrics are read, once for each instance, where there is more than one session. */
  readonly sessions?: (instance: string | undefined) => number;
  readonly inFlight?: (instance: string | undefined) => number;
  /** Requests that wait for their turn below Clerk's limit. */
  readonly waiting?: (instance: string | undefined) => number;
  /** Calls that wait for a person; undefined while that cannot be known. */
  readonly approvalsPending?: () => Promise<number | undefined>;
  /** Whether the record can be written, where there is one. */
  readonly isRecordUp?: () => boolean | undefined;
  /** Lines of the log that could not be written so far. */
  readonly droppedLogLines: () => number;
  /** Whether the store that processes share can be used, where there is one. */
  readonly storeUp?: (() => boolean) | undefined;
  /** What the catalog lacks compared with Clerk's document, if that is watched and could be read. */
  readonly lacking?: () => { readonly operations: readonly string[]; readonly inputs: readonly string[] } | undefined;
  /** Where the record is delivered to, and how far, if it is. */
  readonly deliveries?: (() => readonly TargetStatus[]) | undefined;
}

/** What happens on one instance, or to the server as a whole. No label holds what a caller made up, an id, or a secret. */
export interface InstanceMetrics {
  call(tool: string, result: CallResult, decision: 'allow' | 'refuse' | 'ask' | 'link' | 'none', seconds: number): void;
  /** An answer of Clerk by its status, or `none` for a request that got none. */
  upstream(status: number | 'none'): void;
  /** A request turned away: by Clerk, or here for one of the limits. */
  limited(by: 'clerk' | 'in_flight' | 'rate' | 'sessions' | 'authentication' | 'budget'): void;
  /** A request with no credentials, or none that are good. */
  denied(why: 'missing' | 'invalid' | 'unavailable' | 'throttled' | 'ungranted' | 'host' | 'scope'): void;
}

/** What the operator's Prometheus reads. */
export interface Metrics extends InstanceMetrics {
  /** The same with the label of one instance of several. */
  of(instance: string): InstanceMetrics;
  /** The metrics as they are now, each with its series. */
  read(): Promise<readonly PrometheusMetric[]>;
  /** The metrics in Prometheus' text format. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Prometheus keeps `instance` for the address that it scraped. */
const INSTANCE = 'clerk_instance';

const labelOf = (instance: string | undefined): { readonly [INSTANCE]?: string } =>
  instance === undefined ? {} : { [INSTANCE]: instance };

/** Ten milliseconds to half a minute, which is the default time limit of a call. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Makes the metrics. The library is loaded only now, since most uses of the program need none. */
export async function createMetrics(options: MetricsOptions): Promise<Metrics> {
  // The default export: a bundled CommonJS module has no other.
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = (await import('prom-client')).default;
  const registry: Registry = new Registry();
  const registers = [registry];
  const { instances } = options;
  const own = instances === undefined ? [] : [INSTANCE];
  collectDefaultMetrics({ register: registry });
  const calls: Counter = new Counter({
    name: 'clerk_mcp_calls_total',
    help: 'Tool calls by tool, outcome and the decision of the policy.',
    labelNames: ['tool', 'outcome', 'decision', ...own],
    registers,
  });
  const durations: Histogram = new Histogram({
    name: 'clerk_mcp_call_duration_seconds',
    help: 'Time from the call to its answer, by tool.',
    labelNames: ['tool', ...own],
    buckets: BUCKETS,
    registers,
  });
  const upstream: Counter = new Counter({
    name: 'clerk_mcp_upstream_responses_total',
    help: 'Answers of the Clerk Backend API by HTTP status; none where no answer came.',
    labelNames: ['status', ...own],
    registers,
  });
  const limited: Counter = new Counter({
    name: 'clerk_mcp_limited_total',
    help: 'Requests turned away because of a limit, by the limit.',
    labelNames: ['by', ...own],
    registers,
  });
  const denied: Counter = new Counter({
    name: 'clerk_mcp_denied_total',
    help: 'Requests refused before a tool was reached, by reason.',
    labelNames: ['why', ...own],
    registers,
  });
  const kind = { Kind: Gauge, registers, instances };
  const { sessions, inFlight, waiting, storeUp } = options;
  if (sessions !== undefined) gauge(kind, 'clerk_mcp_sessions', 'Open sessions.', sessions);
  if (inFlight !== undefined) gauge(kind, 'clerk_mcp_calls_in_flight', 'Calls that are being answered.', inFlight);
  if (waiting !== undefined) {
    const help = "Requests that wait for their turn below Clerk's limit.";
    gauge(kind, 'clerk_mcp_rate_limit_waiting', help, waiting);
  }
  addStates(options, { Gauge, registers });
  addAbout(options, { Gauge, registers });
  if (storeUp !== undefined) {
    const help = 'Whether the shared store can be used: 1, or 0 while it is away and gated calls are refused.';
    gauge({ Kind: Gauge, registers }, 'clerk_mcp_store_up', help, () => (storeUp() ? 1 : 0));
  }
  new Counter({
    name: 'clerk_mcp_log_lines_dropped_total',
    help: 'Log lines that could not be written to standard error.',
    registers,
    collect() {
      this.reset();
      this.inc(options.droppedLogLines());
    },
  });
  new Gauge({
    name: 'clerk_mcp_openapi_lacking',
    help: "What Clerk's OpenAPI document has and the catalog lacks, where --openapi-watch reads it.",
    labelNames: ['kind'],
    registers,
    collect() {
      const { operations, inputs } = options.lacking?.() ?? {};
      this.reset();
      if (operations !== undefined) this.set({ kind: 'operations' }, operations.length);
      if (inputs !== undefined) this.set({ kind: 'inputs' }, inputs.length);
    },
  });
  const { deliveries } = options;
  if (deliveries !== undefined) addDeliveries({ Counter, Gauge, registers, deliveries });
  const tools = new Set(options.tools);
  const metricsOf = (instance: string | undefined): InstanceMetrics => {
    const label = labelOf(instance);
    return {
      call: (name, outcome, decision, seconds) => {
        const tool = tools.has(name) ? name : 'unknown';
        calls.inc({ tool, outcome, decision, ...label });
        durations.observe({ tool, ...label }, seconds);
      },
      upstream: (status) => {
        upstream.inc({ status: status === 'none' || !isStatus(status) ? 'none' : String(status), ...label });
        if (status === 429) limited.inc({ by: 'clerk', ...label });
      },
      limited: (by) => limited.inc({ by, ...label }),
      denied: (why) => denied.inc({ why, ...label }),
    };
  };
  return {
    ...metricsOf(undefined),
    of: metricsOf,
    read: async () => (await registry.getMetricsAsJSON()).map((metric) => ({ ...metric, type: String(metric.type) })),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

const isStatus = (status: number): boolean => Number.isInteger(status) && status >= 100 && status <= 599;

interface GaugeKind {
  readonly Kind: typeof Gauge;
  readonly registers: Registry[];
  /** What it is read of, one by one. Default: of the server. */
  readonly instances?: readonly string[] | undefined;
}

function gauge(
  { Kind, registers, instances }: GaugeKind,
  name: string,
  help: string,
  read: (instance: string | undefined) => number,
): void {
  new Kind({
    name,
    help,
    registers,
    labelNames: instances === undefined ? [] : [INSTANCE],
    collect() {
      if (instances === undefined) this.set(read(undefined));
      else for (const instance of instances) this.set(labelOf(instance), read(instance));
    },
  });
}

/** A series of 1 for each instance, to join the others with. */
function addAbout(
  {
    about,
    instances = [undefined],
  }: Pick<MetricsOptions, 'about'> & { readonly instances?: readonly (string | undefined)[] | undefined },
  { Gauge: Kind, registers }: { readonly Gauge: typeof Gauge; readonly registers: Registry[] },
): void {
  if (about === undefined) return;
  new Kind({
    name: 'clerk_mcp_instance_info',
    help: 'Always 1: the instance of Clerk by its kind and, once it is known, its domain.',
    labelNames: [INSTANCE, 'kind', 'domain'],
    registers,
    collect() {
      this.reset();
      for (const instance of instances) {
        const known = about(instance);
        if (known !== undefined) this.set({ ...labelOf(instance), kind: known.kind, domain: known.domain ?? '' }, 1);
      }
    },
  });
}

/** What is there only where it is used, and known only at times. */
function addStates(
  { approvalsPending, isRecordUp }: MetricsOptions,
  { Gauge: Kind, registers }: { readonly Gauge: typeof Gauge; readonly registers: Registry[] },
): void {
  const add = (name: string, help: string, read: () => Promise<number | undefined>): void => {
    new Kind({
      name,
      help,
      registers,
      async collect() {
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  };
  if (approvalsPending !== undefined)
    add('clerk_mcp_approvals_pending', 'Calls that wait for a person to approve, in all processes.', approvalsPending);
  if (isRecordUp === undefined) return;
  const help = 'Whether the record can be written: 1, or 0 while it cannot and gated calls are refused.';
  add('clerk_mcp_audit_up', help, async () => {
    const isUp = isRecordUp();
    return isUp === undefined ? undefined : Number(isUp);
  });
}

interface DeliveryMetrics {
  readonly Counter: typeof Counter;
  readonly Gauge: typeof Gauge;
  readonly registers: Registry[];
  readonly deliveries: () => readonly TargetStatus[];
}

/** What is delivered of the record. The labels are the targets of the settings, without paths. */
function addDeliveries({ Counter, Gauge, registers, deliveries }: DeliveryMetrics): void {
  const add = (Kind: typeof Counter | typeof Gauge, name: string, help: string, read: (status: TargetStatus) => number): void => {
    new Kind({
      name,
      help,
      labelNames: ['target'],
      registers,
      collect() {
        this.reset();
        for (const status of deliveries()) this.inc({ target: status.name }, read(status));
      },
    });
  };
  add(Counter, 'clerk_mcp_audit_delivered_total', 'Lines of the record that arrived, by target.', ({ delivered }) => delivered);
  const failed = 'Deliveries of the record that failed and are repeated, by target.';
  add(Counter, 'clerk_mcp_audit_delivery_failures_total', failed, ({ failures }) => failures);
  const lost = 'Lines of the record that a target will never have, since it does not take them, by target.';
  add(Counter, 'clerk_mcp_audit_delivery_lost_total', lost, ({ lost }) => lost);
  const lag = 'Lines on record that have not arrived yet, by target.';
  add(Gauge, 'clerk_mcp_audit_delivery_lag_lines', lag, ({ lag }) => lag);
  const age = 'How long the oldest line that was tried and has not arrived has waited, by target.';
  add(Gauge, 'clerk_mcp_audit_delivery_lag_seconds', age, ({ lagMs }) => lagMs / 1000);
  const up = 'Whether the last delivery of the record succeeded: 1, or 0 during an outage.';
  add(Gauge, 'clerk_mcp_audit_delivery_up', up, ({ isDown }) => (isDown ? 0 : 1));
}
