import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTRIBUTES, SPANS } from '../../src/telemetry/conventions.js';
import { FakeCollector, type Received } from '../support/fake-collector.js';
import type { Ended } from '../support/program.js';
import { converse } from '../support/raw-program.js';
import { logsIn, metricsIn, type SeenSpan, spansIn, treeOf } from '../support/telemetry.js';

/** What nobody but Clerk and the caller may see. Each is found in any encoding that OTLP has: as it is. */
const PRIVATE = {
  key: 'sk_test_tElEmEtRyTestKey0123456789',
  password: 'hunter2-Correct-Horse',
  mail: 'janina.privat@secret-home.example',
  name: 'Janina Privatdottir',
  phone: '+15550100123',
  user: 'user_2TelemetryTest0123456789abcd',
  organization: 'org_2TelemetryTest0123456789abcd',
  token: 'cmcp_tElEmEtRyToken0123456789',
  upstream: 'upstream-says-this-about-janina',
  header: 'collector-credential-0123',
  id: 'request-of-janina',
  baggage: 'baggage-of-janina',
  client: 'client-of-janina',
};

const CLERK_ERROR = { errors: [{ code: PRIVATE.upstream, message: PRIVATE.upstream, long_message: PRIVATE.mail }] };

/** Clerk, which says again what it is told, in answers and in errors. */
async function startEcho(): Promise<{ url: string; close: () => void }> {
  let isFirst = true;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said = { ...CLERK_ERROR, echo: String(Buffer.concat(chunks)), path: request.url, headers: request.headers };
      const answer = (status: number, body: object, headers = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      };
      if (request.url?.startsWith('/v1/users/count') && isFirst) {
        isFirst = false;
        answer(429, said, { 'retry-after': '0' });
      } else if (request.url?.startsWith('/v1/users/count')) answer(200, { object: 'total_count', total_count: 1 });
      else if (request.method === 'GET')
        answer(200, { id: PRIVATE.user, object: 'user', first_name: PRIVATE.name, email_addresses: [], ...said });
      else if (request.method === 'DELETE') response.destroy();
      else answer(request.method === 'PATCH' ? 500 : 422, said);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

const META = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1', baggage: `user=${PRIVATE.baggage}` };

const asked = (id: unknown, method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const called = (id: unknown, name: string, args: object, meta?: object): string =>
  asked(id, 'tools/call', { name, arguments: args, ...(meta && { _meta: meta }) });

/** A client that asks all of this at once, and leaves. */
const SESSION = [
  asked(1, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: PRIVATE.client, version: '1' },
  }),
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
  called(2, 'Users_getUserDetails', { user_id: PRIVATE.user }, META),
  called(3, 'Users_getTotalCount', { email_address: [PRIVATE.mail], query: PRIVATE.name }),
  called(PRIVATE.id, 'Users_createNewUser', {
    email_address: [PRIVATE.mail],
    first_name: PRIVATE.name,
    phone_number: [PRIVATE.phone],
    password: PRIVATE.password,
  }),
  called(5, 'Users_updateUserAttributes', { user_id: PRIVATE.user, first_name: PRIVATE.name }),
  called(6, 'Users_deleteUserById', { user_id: PRIVATE.user, confirm: true }),
  called(7, 'Users_deleteUserById', { user_id: PRIVATE.user, confirm: PRIVATE.token }),
  called(8, 'Users_createNewUser', { email_address: PRIVATE.mail, wrong: PRIVATE.password }),
  called(9, PRIVATE.mail, { [PRIVATE.password]: PRIVATE.password }),
  called(10, 'Users_getUserDetails', { user_id: PRIVATE.user }, { traceparent: PRIVATE.mail, baggage: [PRIVATE.mail] }),
  asked(11, 'resources/read', { uri: `clerk://users/${PRIVATE.user}/${PRIVATE.mail}` }),
  asked(12, 'prompts/get', { name: PRIVATE.name, arguments: { user: PRIVATE.mail } }),
  asked(13, 'completion/complete', {
    ref: { type: 'ref/prompt', name: PRIVATE.name },
    argument: { name: PRIVATE.name, value: PRIVATE.mail },
  }),
  asked(14, PRIVATE.name, { secret: PRIVATE.password }),
  `{"jsonrpc":"2.0","id":15,"method":"tools/call","params":{"name":"${PRIVATE.mail}`,
];

let clerk: Awaited<ReturnType<typeof startEcho>>;
beforeAll(async () => {
  clerk = await startEcho();
});
afterAll(() => clerk.close());

const observed = (collector: FakeCollector, more: Record<string, string> = {}): Record<string, string> => ({
  CLERK_SECRET_KEY: PRIVATE.key,
  CLERK_API_URL: clerk.url,
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${PRIVATE.header}`,
  ...more,
});

const isMcpAlone = ({ stdout }: Ended): boolean =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .every((line) => (JSON.parse(line) as { jsonrpc?: string }).jsonrpc === '2.0');

/** Which private things are in what was exported. */
const leaked = (received: readonly Received[]): string[] =>
  Object.entries(PRIVATE).flatMap(([what, value]) => (received.some(({ body }) => body.includes(value)) ? [what] : []));

describe('a session over stdio full of secrets and of personal data', () => {
  let collector: FakeCollector;
  let end: Ended;
  let spans: SeenSpan[];
  let stop: () => Promise<void>;
  beforeAll(async () => {
    collector = await FakeCollector.start((close) => {
      stop = close;
    });
    end = await converse(['--log-level', 'debug'], observed(collector), SESSION);
    spans = spansIn(collector.received);
  });
  afterAll(() => stop());

  const ofCall = (id: number): SeenSpan => {
    const found = spans.find(({ attributes }) => attributes['jsonrpc.request.id'] === String(id));
    if (found === undefined) throw new Error(`there is no span for ${id}`);
    return found;
  };

  it('is answered as ever, with nothing else on stdout', () => {
    expect(end.code).toBe(0);
    expect(isMcpAlone(end)).toBe(true);
    expect(end.stdout.match(/"id":(?:\d+|"request-of-janina")/g)?.length).toBeGreaterThanOrEqual(14);
    // The answers hold what the caller asked for, so that the test below looks for what was really there.
    expect(end.stdout).toContain(PRIVATE.name);
    expect(end.stdout).toContain(PRIVATE.upstream);
  });

  it('is sent as traces, metrics and logs, with the credentials of the collector', () => {
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics', '/v1/logs']));
    for (const { headers } of collector.received) expect(headers.authorization).toBe(`Bearer ${PRIVATE.header}`);
    expect(end.stderr).not.toContain(PRIVATE.header);
  });

  it('leaves no trace of any of that in what is sent', () => {
    expect(leaked(collector.received)).toEqual([]);
  });

  it('sends only spans and attributes that are documented', () => {
    const known = Object.values(SPANS).map(({ name, kind, attributes }) => ({
      pattern: new RegExp(`^${name.replaceAll(/ ?\{[^}]+\}/g, '.*')}$`),
      kind,
      attributes: attributes as readonly string[],
    }));
    for (const span of spans) {
      const convention = known.find(({ pattern, kind }) => kind === span.kind && pattern.test(span.name));
      expect(convention, span.name).toBeDefined();
      for (const attribute of Object.keys(span.attributes)) {
        expect(convention?.attributes, span.name).toContain(attribute);
        expect(ATTRIBUTES).toHaveProperty([attribute]);
      }
    }
  });

  it('continues the trace of the client where the call brings one, and begins one where that is none', () => {
    expect(ofCall(2)).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, kind: 'server' });
    expect(ofCall(10).parentSpanId).toBeUndefined();
    expect(ofCall(3).traceId).not.toBe(TRACE);
  });

  it('tells of a call what was done for it', () => {
    expect(treeOf(spans, ofCall(2))).toEqual({
      name: 'tools/call Users_getUserDetails',
      in: [
        { name: 'GET /v1/users/{user_id}', in: [] },
        { name: 'policy', in: [] },
      ],
    });
    expect(ofCall(2)).toMatchObject({
      isError: false,
      attributes: {
        'mcp.method.name': 'tools/call',
        'mcp.protocol.version': '2025-11-25',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'Users_getUserDetails',
        'network.transport': 'pipe',
        'clerk_mcp.operation': 'Users_getUserDetails',
        'clerk_mcp.risk': 'read',
        'clerk_mcp.outcome': 'done',
        'clerk_mcp.policy.decision': 'allow',
      },
    });
  });

  it('tells of each request to Clerk, and of the wait between two', () => {
    const { hostname, port } = new URL(clerk.url);
    const count = spans
      .filter(({ name }) => name === 'GET /v1/users/count')
      .map(({ attributes, isError }) => ({ ...attributes, isError }));
    const shared = {
      'http.request.method': 'GET',
      'url.template': '/v1/users/count',
      'server.address': hostname,
      'server.port': Number(port),
      'clerk_mcp.operation': 'Users_getTotalCount',
    };
    expect(count).toEqual([
      { ...shared, 'http.response.status_code': 429, 'error.type': '429', isError: true },
      { ...shared, 'http.response.status_code': 200, 'http.request.resend_count': 1, isError: false },
    ]);
    expect(treeOf(spans, ofCall(3)).in.map(({ name }) => name)).toEqual([
      'GET /v1/users/count',
      'GET /v1/users/count',
      'policy',
      'wait to retry',
    ]);
  });

  it.each([
    [5, { 'clerk_mcp.outcome': 'failed', 'error.type': 'tool_error' }],
    [
      7,
      { 'clerk_mcp.outcome': 'refused', 'clerk_mcp.policy.decision': 'refuse', 'clerk_mcp.error.code': 'confirmation_required' },
    ],
    [8, { 'clerk_mcp.outcome': 'failed', 'clerk_mcp.error.code': 'invalid_arguments', 'error.type': 'tool_error' }],
    [9, { 'rpc.response.status_code': '-32602', 'error.type': '-32602', 'clerk_mcp.outcome': 'unknown_tool' }],
    [11, { 'mcp.method.name': 'resources/read' }],
    [12, { 'mcp.method.name': 'prompts/get', 'error.type': '-32602' }],
  ])('tells how request %i failed, in words of its own', (id, attributes) => {
    expect(ofCall(id)).toMatchObject({ isError: true, attributes });
  });

  it('names no tool that the caller made up', () => {
    expect(ofCall(9).name).toBe('tools/call');
    expect(ofCall(9).attributes).not.toHaveProperty(['gen_ai.tool.name']);
  });

  it('sends what /metrics would show, under the same names, and durations by the conventions', () => {
    const metrics = metricsIn(collector.received);
    const calls = metrics.find(({ name }) => name === 'clerk_mcp_calls_total');
    expect(calls?.kind).toBe('sum');
    expect(calls?.points).toContainEqual({
      attributes: { tool: 'Users_getTotalCount', outcome: 'done', decision: 'allow' },
      value: 1,
    });
    const durations = metrics.find(({ name }) => name === 'clerk_mcp_call_duration_seconds');
    const [point] = durations?.points.filter(({ attributes }) => attributes.tool === 'Users_getTotalCount') ?? [];
    const histogram = point?.value as { count: string | number; bucketCounts: number[]; explicitBounds: number[] };
    expect(Number(histogram.count)).toBe(1);
    expect(histogram.bucketCounts.map(Number).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(histogram.bucketCounts).toHaveLength(histogram.explicitBounds.length + 1);
    for (const span of Object.values(SPANS)) {
      if ('metric' in span) expect(metrics.map(({ name }) => name)).toContain(span.metric.name);
    }
  });

  it('sends the lines of the log with the trace that they belong to', () => {
    const [line] = logsIn(collector.received).filter(({ traceId }) => traceId === TRACE);
    expect(line).toMatchObject({
      body: 'call',
      severity: 'INFO',
      attributes: { operation: 'Users_getUserDetails', outcome: 'done' },
    });
    expect(end.stderr).toContain(`"trace_id":"${TRACE}"`);
  });

  it('sends the same by protobuf, compressed, with nothing private in it', async () => {
    const other = await FakeCollector.start();
    const env = observed(other, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' });
    const { code } = await converse([], env, SESSION);
    expect(code).toBe(0);
    const bodies = Buffer.concat(other.received.map(({ body }) => body));
    expect(other.received[0]?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' });
    for (const text of ['tools/call Users_getUserDetails', 'clerk_mcp_calls_total', 'serving over stdio'])
      expect(bodies.includes(text), text).toBe(true);
    expect(leaked(other.received)).toEqual([]);
  });
});
