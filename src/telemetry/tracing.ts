import type { AttributeName, SpanName } from './conventions.js';

export type SpanAttributes = { readonly [K in AttributeName]?: string | number | undefined };

/** A span that has begun. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** @param type from a small set of names, never a message */
  fail(type: string): void;
}

/** Trace context as a request brings it. */
export interface TraceSource {
  /** The `_meta` of an MCP request, which wins. */
  readonly meta?: unknown;
  readonly headers?: TraceHeaders | undefined;
}

export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

export interface SpanStart {
  readonly span: SpanName;
  readonly attributes?: SpanAttributes;
  /** Default: it is part of the span around it. */
  readonly from?: TraceSource;
}

/** Spans around what a call does. None of this changes what is done or how it ends. */
export interface Tracing {
  /** Runs within a span, which ends when the promise settles. */
  within<T>(start: SpanStart, run: (span: Span) => Promise<T>): Promise<T>;
  /** Tells of a wait that is over, unless it was too short to matter. @param since on the clock of `performance.now()` */
  waited(span: SpanName, since: number): void;
  /** The span around, if there is one. */
  readonly active: Span | undefined;
  /** What ties a line of the log to the span around. */
  readonly ids: { readonly trace_id: string; readonly span_id: string } | undefined;
}

let tracing: Tracing | undefined;

/** Undefined where the process is not observed, which is all that this costs then. */
export const tracer = (): Tracing | undefined => tracing;

/** From now on spans go there; `undefined`: nowhere. */
export function traceWith(given: Tracing | undefined): void {
  tracing = given;
}

/** For lines of the log. */
export const traceIds = (): object => tracing?.ids ?? {};
