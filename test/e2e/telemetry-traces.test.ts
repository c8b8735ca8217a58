import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { approver, approversFile, runWithPassphrase } from '../support/approvers.js';
import { FakeCollector } from '../support/fake-collector.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { plausibleUpstream } from '../support/plausible.js';
import { type Progress, startProgram } from '../support/program.js';
import { bearer, call, modern, openSession, post } from '../support/raw-http.js';
import type { RecordedRequest } from '../support/recording-server.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { logsIn, metricsIn, type SeenSpan, spansIn, treeOf } from '../support/telemetry.js';
import { tokenOf } from '../support/token-file.js';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 120_000 });

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();

const env = (collector: FakeCollector, key = 'sk_test_traced'): Record<string, string> => ({
  CLERK_SECRET_KEY: key,
  CLERK_API_URL: `${upstream.origin}/v1`,
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});

const rootOf = (spans: readonly SeenSpan[], name: string): SeenSpan => {
  const root = spans.find((span) => span.name === name);
  if (root === undefined) throw new Error(`no span ${name} in ${spans.map((span) => span.name).join(', ')}`);
  return root;
};

const COUNT = 'Users_getTotalCount';
const PARENT = '00f067aa0ba902b7';
const traceparent = (nth: number, flags = '01'): string => `00-${String(nth).padStart(32, '0')}-${PARENT}-${flags}`;
const traceId = (nth: number): string => String(nth).padStart(32, '0');

describe('over HTTP', () => {
  const TOKEN = tokenOf('telemetry');
  const CALLER = 'janina.privat@secret-home.example';
  let collector: FakeCollector;
  let end: () => Promise<void>;
  let server: HttpProgram;
  let session: Record<string, string>;
  let spans: SeenSpan[];
  let toClerk: RecordedRequest[];

  /** A call of 2026-07-28 with trace context at either place. */
  const modernWith = (headers: Record<string, string>, meta: object = {}): Promise<{ status: number }> => {
    const message = modern('tools/call', { name: COUNT, arguments: {} });
    const params = message.body.params as { _meta: object };
    const body = { ...message.body, params: { ...params, _meta: { ...params._meta, ...meta } } };
    return post(`${server.url}/mcp`, body, { ...message.headers, ...bearer(TOKEN), ...headers });
  };

  beforeAll(async () => {
    collector = await FakeCollector.start((close) => {
      end = close;
    });
    const sha256 = createHash('sha256').update(TOKEN).digest('hex');
    const tokens = await scratchFile(scratch, { tokens: [{ name: CALLER, sha256, role: 'admin' }] });
    server = await startHttp({ args: ['--auth', 'token', '--tokens', tokens], env: env(collector) });
    await modernWith({ traceparent: traceparent(1) });
    await modernWith({ traceparent: traceparent(2) }, { traceparent: traceparent(3), baggage: 'who=janina', tracestate: 'a=b' });
    await modernWith({ traceparent: 'nonsense' }, { traceparent: { toString: 1 } });
    await modernWith({ traceparent: traceparent(4, '00') });
    session = await openSession(server.url, bearer(TOKEN));
    await post(`${server.url}/mcp`, call(5, COUNT), { ...session, traceparent: traceparent(5) });
    await post(
      `${server.url}/mcp`,
      { ...call(6, COUNT), params: { name: COUNT, _meta: { traceparent: traceparent(6) } } },
      session,
    );
    await post(`${server.url}/mcp`, call(7, COUNT), bearer(tokenOf('nobody')));
    expect((await server.stop()).code).toBe(0);
    spans = spansIn(collector.received);
    toClerk = [...upstream.requests];
  });
  afterAll(async () => {
    await stopAll();
    await end();
  });

  it.each([1, 3, 5, 6])('a call continues the trace that it came with: %i', (nth) => {
    const root = rootOf(
      spans.filter((span) => span.traceId === traceId(nth)),
      `tools/call ${COUNT}`,
    );
    expect(root).toMatchObject({ parentSpanId: PARENT, kind: 'server', attributes: { 'network.transport': 'tcp' } });
    // On a busy machine a turn can take its time.
    const within = treeOf(spans, root)
      .in.map(({ name }) => name)
      .filter((name) => name !== 'wait for rate limit');
    expect(within).toEqual(['GET /v1/users/count', 'policy']);
  });

  it('_meta wins over the headers, to which a link is left', () => {
    expect(spans.filter((span) => span.traceId === traceId(2))).toEqual([]);
    const root = rootOf(
      spans.filter((span) => span.traceId === traceId(3)),
      `tools/call ${COUNT}`,
    );
    expect(root.links).toMatchObject([{ traceId: traceId(2), spanId: PARENT }]);
  });

  it('a caller whose trace is not kept is answered, and leaves no span', () => {
    expect(spans.filter((span) => span.traceId === traceId(4))).toEqual([]);
    expect(toClerk).toHaveLength(6);
  });

  it('nothing of a trace is sent to Clerk', () => {
    for (const { headers } of toClerk) {
      for (const name of ['traceparent', 'tracestate', 'baggage']) expect(headers).not.toHaveProperty(name);
    }
  });

  it('no name of a caller, session or address is sent', () => {
    const sent = collector.received.map(({ body }) => String(body)).join('');
    expect(server.stderr()).toContain(CALLER);
    expect(server.stderr()).toContain('127.0.0.1');
    for (const hidden of [CALLER, 'janina', session['mcp-session-id'] ?? 'none', TOKEN, tokenOf('nobody')])
      expect(sent, hidden).not.toContain(hidden);
    const [refused] = logsIn(collector.received).filter(({ body }) => body === 'a caller was refused');
    expect(refused?.attributes).toEqual({ why: 'invalid' });
  });
});

describe('a call that needs a person', () => {
  afterEach(stopAll);

  it('shows the question to the client and the wait for it', async () => {
    const collector = await FakeCollector.start();
    const client = await startProgram('v2 (2025)', {
      args: ['--confirm', 'person'],
      env: env(collector),
      person: () => ({ action: 'decline' }),
    });
    const refused = await client.call('Users_markBanned', { user_id: 'user_1' });
    expect(refused.isError).toBe(true);
    await client.close();
    await collector.until((received) =>
      spansIn(received.filter(({ path }) => path === '/v1/traces')).some(({ name }) => name === 'elicitation/create'),
    );
    const spans = spansIn(collector.received);
    const root = rootOf(spans, 'tools/call Users_markBanned');
    expect(root.attributes).toMatchObject({
      'clerk_mcp.outcome': 'refused',
      'error.type': 'tool_error',
      'clerk_mcp.risk': 'destructive',
    });
    expect(treeOf(spans, root).in.map(({ name }) => name)).toEqual(['elicitation/create', 'policy', 'policy']);
    expect(rootOf(spans, 'elicitation/create').kind).toBe('client');
    const [preview] = spans.filter(({ name }) => name === 'GET /v1/users/{user_id}');
    expect(spans.find(({ spanId }) => spanId === preview?.parentSpanId)?.name).toBe('policy');
  });

  it('shows the wait for the people who approve elsewhere', async () => {
    const collector = await FakeCollector.start();
    const file = await approversFile(scratch, 'approvers.json', approver('ann'));
    const client = await startProgram('v2 (2025)', {
      args: [],
      env: { ...env(collector, 'sk_live_traced'), CLERK_MCP_APPROVERS: file },
    });
    let deciding: ReturnType<typeof runWithPassphrase> | undefined;
    const onprogress = ({ message = '' }: Progress): void => {
      const [id] = /apr_[\w-]{22}/.exec(message) ?? [];
      if (id !== undefined) deciding ??= runWithPassphrase(file, 'approvals', 'decline', id, '--reason', 'not today');
    };
    await client.call('Users_markBanned', { user_id: 'user_1' }, { timeout: 100_000, onprogress });
    await deciding;
    await client.close();
    const isThere = (name: string): boolean => spansIn(collector.received).some((span) => span.name === name);
    await collector.until(() => isThere('tools/call Users_markBanned'));
    const spans = spansIn(collector.received);
    const wait = rootOf(spans, 'wait for approval');
    expect(spans.find(({ spanId }) => spanId === wait.parentSpanId)?.name).toBe('policy');
    const sent = collector.received.map(({ body }) => String(body)).join('');
    for (const hidden of ['not today', '"ann"', 'user_1', 'apr_']) expect(sent, hidden).not.toContain(hidden);
  });
});

describe('several instances', () => {
  afterEach(stopAll);

  it('are told apart in spans, metrics and lines of the log', async () => {
    const collector = await FakeCollector.start();
    const instances = await scratchFile(scratch, { instances: { red: { kind: 'sandbox' }, blue: { kind: 'sandbox' } } });
    const server = await startHttp({
      args: ['--instances', instances],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    });
    const message = modern('tools/call', { name: COUNT, arguments: {} });
    for (const name of ['red', 'blue']) await post(`${server.url}/mcp/${name}`, message.body, message.headers);
    expect((await server.stop()).code).toBe(0);
    const { received } = collector;
    const roots = spansIn(received).filter(({ name }) => name === `tools/call ${COUNT}`);
    expect(roots.map(({ attributes }) => attributes['clerk_mcp.instance'])).toEqual(['red', 'blue']);
    for (const name of ['clerk_mcp_calls_total', 'mcp.server.operation.duration']) {
      const points = metricsIn(received).find((metric) => metric.name === name)?.points ?? [];
      const label = name.includes('.') ? 'clerk_mcp.instance' : 'clerk_instance';
      expect(
        points.map(({ attributes }) => attributes[label]),
        name,
      ).toEqual(['red', 'blue']);
    }
    const lines = logsIn(received).filter(({ body }) => body === 'call');
    expect(lines.map(({ attributes }) => attributes.instance)).toEqual(['red', 'blue']);
  });
});

describe('a job', () => {
  it('shows each of its calls', async () => {
    const collector = await FakeCollector.start();
    const client = await startProgram('v2 (2026)', {
      args: ['--sandbox'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    });
    const result = await client.call('Jobs_scanList', { list: 'Users_listSortedByCreationDate', select: ['id'] });
    expect(result.isError, result.text).toBe(false);
    await client.close();
    const isThere = (name: string): boolean => spansIn(collector.received).some((span) => span.name === name);
    await collector.until(() => isThere('tools/call Jobs_scanList'));
    const spans = spansIn(collector.received);
    const parts = treeOf(spans, rootOf(spans, 'tools/call Jobs_scanList')).in.filter(({ name }) =>
      name.startsWith('execute_tool'),
    );
    expect(parts).toContainEqual({
      name: 'execute_tool Users_listSortedByCreationDate',
      in: [
        { name: 'GET /v1/users', in: [] },
        { name: 'policy', in: [] },
      ],
    });
  });
});
