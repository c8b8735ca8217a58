import type { Received } from './fake-collector.js';

/** The forms of OTLP in JSON, as far as tests look at them. */
interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  readonly isError: boolean;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface SeenLog {
  readonly body: string;
  readonly severity: string;
  readonly traceId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface SeenMetric {
  readonly name: string;
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly points: readonly { readonly attributes: Readonly<Record<string, unknown>>; readonly value: unknown }[];
}

type Json = Record<string, unknown>;

const KINDS = ['internal', 'internal', 'server', 'client'] as const;

const plainValue = (value: KeyValue['value']): unknown => Object.values(value)[0];
const attributesOf = (list: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, plainValue(value)]));

const all = (received: readonly Received[], path: string, outer: string, inner: string, items: string): Json[] =>
  received
    .filter((one) => one.path === path)
    .flatMap(({ body }) => (JSON.parse(String(body)) as Json)[outer] as Json[])
    .flatMap((resource) => resource[inner] as Json[])
    .flatMap((scope) => scope[items] as Json[]);

export const spansIn = (received: readonly Received[]): SeenSpan[] =>
  all(received, '/v1/traces', 'resourceSpans', 'scopeSpans', 'spans').map((span) => ({
    traceId: String(span.traceId),
    spanId: String(span.spanId),
    parentSpanId: span.parentSpanId as string | undefined,
    name: String(span.name),
    kind: KINDS[Number(span.kind)] ?? 'internal',
    isError: (span.status as { code?: number } | undefined)?.code === 2,
    links: (span.links ?? []) as SeenSpan['links'],
    attributes: attributesOf(span.attributes as KeyValue[]),
  }));

export const logsIn = (received: readonly Received[]): SeenLog[] =>
  all(received, '/v1/logs', 'resourceLogs', 'scopeLogs', 'logRecords').map((log) => ({
    body: String(plainValue(log.body as KeyValue['value'])),
    severity: String(log.severityText),
    traceId: log.traceId as string | undefined,
    attributes: attributesOf(log.attributes as KeyValue[]),
  }));

export const metricsIn = (received: readonly Received[]): SeenMetric[] =>
  all(received, '/v1/metrics', 'resourceMetrics', 'scopeMetrics', 'metrics').map((metric) => {
    const kind = (['sum', 'gauge', 'histogram'] as const).find((one) => metric[one] !== undefined) ?? 'gauge';
    const points = (metric[kind] as unknown as { dataPoints: Json[] }).dataPoints;
    return {
      name: String(metric.name),
      kind,
      points: points.map((point) => ({
        attributes: attributesOf(point.attributes as KeyValue[]),
        value: kind === 'histogram' ? point : (point.asDouble ?? point.asInt),
      })),
    };
  });

/** A span with those in it, in the order of their names. */
export interface SpanTree {
  readonly name: string;
  readonly in: readonly SpanTree[];
}

export function treeOf(spans: readonly SeenSpan[], root: SeenSpan): SpanTree {
  const within = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId).map((span) => treeOf(spans, span));
  return { name: root.name, in: within.sort((a, b) => a.name.localeCompare(b.name)) };
}
