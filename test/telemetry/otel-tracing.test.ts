import { createNoopMeter } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtelTracing } from '../../src/telemetry/otel-tracing.js';
import { type TraceSource, traceWith } from '../../src/telemetry/tracing.js';
import { catalog, newClient } from '../clerk/support.js';
import { json, MisbehavingServer } from '../support/misbehaving-server.js';

let exporter: InMemorySpanExporter;
let tracing: OtelTracing;
beforeEach(() => {
  exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  tracing = new OtelTracing(provider.getTracer('test'), createNoopMeter());
});
afterEach(() => traceWith(undefined));

const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans();
const names = (): string[] => spans().map(({ name }) => name);
const request = { 'mcp.method.name': 'tools/call' };

describe('a span', () => {
  it('ends with what it runs, and is what is around it meanwhile', async () => {
    expect(tracing.active).toBeUndefined();
    expect(tracing.ids).toBeUndefined();
    const result = await tracing.within({ span: 'request', attributes: request }, async (span) => {
      expect(tracing.active).toBe(span);
      await tracing.within({ span: 'policy' }, async (inner) => {
        await Promise.resolve();
        expect(tracing.active).toBe(inner);
      });
      expect(tracing.active).toBe(span);
      expect(names()).toEqual(['policy']);
      return 7;
    });
    expect(result).toBe(7);
    expect(tracing.active).toBeUndefined();
    const [policy, whole] = spans();
    expect(policy?.parentSpanContext?.spanId).toBe(whole?.spanContext().spanId);
  });

  it('tells by its kind alone that what it ran has thrown, and lets it through', async () => {
    const error = new TypeError('janina@secret-home.example');
    await expect(
      tracing.within({ span: 'policy' }, async () => {
        throw error;
      }),
    ).rejects.toBe(error);
    const [span] = spans();
    expect(span?.attributes).toEqual({ 'error.type': 'TypeError' });
    expect(span?.status).toEqual({ code: 2 });
    expect(span?.events).toEqual([]);
  });

  it('keeps the first reason why it failed', async () => {
    await tracing.within({ span: 'policy' }, async (span) => {
      span.fail('first');
      span.fail('second');
    });
    expect(spans()[0]?.attributes).toEqual({ 'error.type': 'first' });
  });

  it('keeps calls beside each other apart', async () => {
    const one = async (tool: string): Promise<void> =>
      tracing.within({ span: 'request', attributes: { ...request, 'gen_ai.tool.name': tool } }, async () => {
        await Promise.resolve();
        tracing.active?.set({ 'clerk_mcp.operation': tool });
      });
    await Promise.all([one('a'), one('b'), one('c')]);
    for (const { name, attributes } of spans()) expect(name).toBe(`tools/call ${attributes['clerk_mcp.operation']}`);
  });
});

describe('trace context that cannot be used', () => {
  const GOOD = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  it.each<[string, TraceSource]>([
    ['no object', { meta: 'traceparent' }],
    ['none', { meta: null }],
    ['an empty one', { meta: { traceparent: '' } }],
    ['a number', { meta: { traceparent: 1 } }],
    ['a list', { meta: { traceparent: [GOOD] } }],
    ['one that is inherited', { meta: Object.create({ traceparent: GOOD }) as object }],
    ['zeros', { meta: { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` } }],
    ['more than a trace', { meta: { traceparent: `${GOOD}, ${GOOD}` } }],
    ['a very long one', { meta: { traceparent: GOOD + '0'.repeat(1_000_000) } }],
    ['one in the wrong place', { meta: { headers: { traceparent: GOOD } } }],
  ])('begins a trace of its own: %s', async (_, from) => {
    await tracing.within({ span: 'request', attributes: request, from }, async () => {});
    expect(spans()[0]?.parentSpanContext).toBeUndefined();
    expect(spans()[0]?.links).toEqual([]);
  });

  it('does not keep good context elsewhere from being used', async () => {
    const headers = { traceparent: GOOD, tracestate: '='.repeat(100_000) };
    await tracing.within({ span: 'request', attributes: request, from: { meta: { traceparent: 'x' }, headers } }, async () => {});
    expect(spans()[0]?.spanContext().traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('goes on without the state that holds what looks like a secret', async () => {
    for (const tracestate of ['vendor=1', 'vendor=sk_live_0123456789abcdef']) {
      const from = { meta: { traceparent: GOOD, tracestate }, headers: undefined };
      await tracing.within({ span: 'request', attributes: request, from }, async () => {});
    }
    const contexts = spans().map((span) => span.spanContext());
    expect(contexts.map(({ traceState }) => traceState?.serialize())).toEqual(['vendor=1', undefined]);
    expect(contexts.map(({ traceId }) => traceId)).toEqual(Array(2).fill('4bf92f3577b34da6a3ce929d0e0e4736'));
  });
});

describe('a wait', () => {
  it('is told once it is over, with the time that it took, unless it was none', () => {
    tracing.waited('turn', performance.now());
    expect(spans()).toEqual([]);
    tracing.waited('turn', performance.now() - 5000);
    const [span] = spans();
    expect(span?.name).toBe('wait for rate limit');
    expect(span?.duration[0]).toBe(5);
  });

  it("for a turn below Clerk's limit is told for each request", async () => {
    const server = await MisbehavingServer.start(json({ object: 'total_count', total_count: 1 }));
    const since: number[] = [];
    const clerk = newClient(server.origin, { budget: { acquire: async () => {} } });
    tracing.waited = (span, at) => {
      expect(span).toBe('turn');
      since.push(at);
    };
    traceWith(tracing);
    await clerk.send(catalog.get('Users_getTotalCount'), {});
    expect(since).toHaveLength(1);
    expect(names()).toEqual(['GET /users/count']);
    await clerk.close();
    await server.stop();
  });
});
