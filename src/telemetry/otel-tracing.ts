import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type Histogram,
  type Meter,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { scrub } from '../platform/scrub.js';
import { SPANS, type SpanName } from './conventions.js';
import type { Span, SpanAttributes, SpanStart, TraceSource, Tracing } from './tracing.js';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** A shorter wait is none. */
const SHORTEST_WAIT_MS = 50;

/** The buckets that OpenTelemetry's conventions for MCP and HTTP advise, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

const propagator = new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });

/** Longer than any of the three may be by its standard; what is longer is not read. */
const LONGEST_HEADER = 8192;

/** Reads only texts, and none with a secret in it: `_meta` holds whatever the caller put there, and it goes to the collector. */
const getter = {
  keys: (carrier: object): string[] => Object.keys(carrier),
  get: (carrier: object, key: string): string | undefined => {
    const value: unknown = Object.hasOwn(carrier, key) ? (carrier as Record<string, unknown>)[key] : undefined;
    return typeof value === 'string' && value.length <= LONGEST_HEADER && scrub(value) === value ? value : undefined;
  },
};

/** Spans by OpenTelemetry's SDK. What is around is kept per call; no global of the API is set. */
export class OtelTracing implements Tracing {
  readonly #tracer: Tracer;
  readonly #durations: ReadonlyMap<SpanName, Histogram>;
  readonly #around = new AsyncLocalStorage<Context>();
  readonly #spans = new WeakMap<OtelSpan, Span>();

  constructor(spans: Tracer, meter: Meter) {
    this.#tracer = spans;
    this.#durations = new Map(
      Object.entries(SPANS).flatMap(([span, convention]) =>
        'metric' in convention ? [[span as SpanName, histogram(meter, convention.metric.name, convention.about)] as const] : [],
      ),
    );
  }

  get context(): Context {
    return this.#around.getStore() ?? ROOT_CONTEXT;
  }

  get active(): Span | undefined {
    const span = trace.getSpan(this.context);
    return span && this.#spans.get(span);
  }

  get ids(): Tracing['ids'] {
    const around = trace.getSpanContext(this.context);
    return around && { trace_id: around.traceId, span_id: around.spanId };
  }

  async within<T>({ span: name, attributes = {}, from }: SpanStart, run: (span: Span) => Promise<T>): Promise<T> {
    const { kind } = SPANS[name];
    const { parent, links } = from === undefined ? { parent: this.context, links: [] } : origin(from);
    const begun = this.#tracer.startSpan(
      nameOf(name, attributes),
      { kind: KINDS[kind], attributes: known(attributes), links },
      parent,
    );
    const span = new TracedSpan(name, begun, attributes);
    this.#spans.set(begun, span);
    const started = performance.now();
    try {
      return await this.#around.run(trace.setSpan(parent, begun), () => run(span));
    } catch (error) {
      span.fail(error instanceof Error ? error.name : 'error');
      throw error;
    } finally {
      begun.end();
      this.#durations.get(name)?.record((performance.now() - started) / 1000, span.measured);
    }
  }

  waited(name: SpanName, since: number): void {
    const ms = performance.now() - since;
    if (ms < SHORTEST_WAIT_MS) return;
    const now = Date.now();
    this.#tracer.startSpan(nameOf(name, {}), { kind: KINDS[SPANS[name].kind], startTime: now - ms }, this.context).end(now);
  }
}

class TracedSpan implements Span {
  readonly #name: SpanName;
  readonly #span: OtelSpan;
  #attributes: SpanAttributes;

  constructor(name: SpanName, span: OtelSpan, attributes: SpanAttributes) {
    this.#name = name;
    this.#span = span;
    this.#attributes = attributes;
  }

  set(attributes: SpanAttributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
    this.#span.setAttributes(known(attributes));
  }

  /** The first reason is the one that counts. */
  fail(type: string): void {
    if (this.#attributes['error.type'] !== undefined) return;
    this.set({ 'error.type': type });
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** What the histogram of the durations tells apart. */
  get measured(): Attributes {
    const convention = SPANS[this.#name];
    if (!('metric' in convention)) return {};
    return known(Object.fromEntries(convention.metric.attributes.map((name) => [name, this.#attributes[name]])));
  }
}

/** With the attributes filled in that are known. */
const nameOf = (name: SpanName, attributes: SpanAttributes): string =>
  SPANS[name].name
    .replaceAll(/\{([^{}]+)\}/g, (_, attribute: keyof SpanAttributes) => String(attributes[attribute] ?? ''))
    .trim();

const known = (attributes: SpanAttributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** `_meta` before the headers of the transport, to which a link is left: one HTTP request may carry several requests. */
function origin({ meta, headers }: TraceSource): {
  readonly parent: Context;
  readonly links: { context: NonNullable<ReturnType<typeof trace.getSpanContext>> }[];
} {
  const byMeta = typeof meta === 'object' && meta !== null ? propagator.extract(ROOT_CONTEXT, meta, getter) : ROOT_CONTEXT;
  const byHeaders = headers === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, headers, getter);
  const transport = trace.getSpanContext(byHeaders);
  if (trace.getSpanContext(byMeta) === undefined) return { parent: byHeaders, links: [] };
  return { parent: byMeta, links: transport === undefined ? [] : [{ context: transport }] };
}

const histogram = (meter: Meter, name: string, description: string): Histogram =>
  meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: BUCKETS } });
