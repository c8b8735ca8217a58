import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, FakeCollector } from '../support/fake-collector.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { runProgram } from '../support/program.js';
import { call, modernCall } from '../support/raw-http.js';
import { converse } from '../support/raw-program.js';
import { sharedSandbox } from '../support/shared-sandbox.js';

const sandbox = await sharedSandbox();
afterEach(stopAll);

const CREDENTIAL = 'collector-credential-0123';

/** Sent often, and tried for as long as it takes: only the program's own bound ends that. */
const sentTo = (url: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...sandbox,
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_HEADERS: `api-key=${CREDENTIAL}`,
  OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_BLRP_SCHEDULE_DELAY: '20',
  OTEL_METRIC_EXPORT_INTERVAL: '20',
  ...more,
});

const SESSION = [
  {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  ...Array.from({ length: 5 }, (_, nth) => call(nth + 1, 'Users_getTotalCount')),
].map((message) => JSON.stringify(message));

const FAILING: readonly (readonly [string, () => Answer])[] = [
  ['never answers', () => 'never'],
  ['has no room', () => ({ status: 429, body: `you sent ${CREDENTIAL}` })],
  ['fails', () => ({ status: 500, body: `you sent ${CREDENTIAL}` })],
  ['refuses', () => ({ status: 401, body: `you sent ${CREDENTIAL}` })],
  ['answers what is no OTLP', () => ({ status: 200, body: '<html>', contentType: 'text/html' })],
];

describe('a collector that', () => {
  it.each(FAILING)('%s keeps no call from its answer, and no process from its end', async (_, answer) => {
    const collector = await FakeCollector.start();
    collector.answer = answer;
    const { code, stdout, stderr } = await converse([], sentTo(collector.url), SESSION);
    expect(code).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number; result?: { isError?: boolean } });
    expect(answers).toHaveLength(6);
    for (const { result } of answers) expect(result?.isError ?? false).toBe(false);
    expect(collector.received.length).toBeGreaterThan(0);
    expect(stderr).not.toContain(CREDENTIAL);
    expect(stderr.match(/telemetry does not get through/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  it('is not there is told once, with what to do, and the calls go on', async () => {
    const server = await startHttp({ args: [], env: sentTo('http://127.0.0.1:9', { OTEL_EXPORTER_OTLP_TIMEOUT: '10' }) });
    const told = await server.logged('telemetry does not get through');
    expect(told).toMatchObject({ level: 40, msg: expect.stringContaining('clerk-mcp doctor') });
    for (let nth = 0; nth < 20; nth++) expect((await modernCall(server.url, 'Users_getTotalCount', {})).status).toBe(200);
    const { code, stdout, stderr } = await server.stop();
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.match(/telemetry does not get through/g)).toHaveLength(1);
    expect(stderr).toContain('ECONNREFUSED');
  });

  it('never answers does not keep alive a server that cannot start', async () => {
    const collector = await FakeCollector.start();
    collector.answer = () => 'never';
    const taken = new URL(collector.url).port;
    const { code, stderr } = await runProgram(['http', '--port', taken], { env: sentTo(collector.url) });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Another program uses this port') });
  });

  it('comes back gets what is sent from then on', async () => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status: 500 });
    const server = await startHttp({ args: [], env: sentTo(collector.url) });
    await server.logged('telemetry does not get through');
    collector.answer = () => ({ status: 200, body: '{}' });
    await modernCall(server.url, 'Users_getTotalCount', {});
    await collector.until((received) =>
      received.some(({ path, body }) => path === '/v1/traces' && body.includes('Users_getTotalCount')),
    );
    expect((await server.stop()).code).toBe(0);
  });
});

describe('at the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('what has gathered is sent, after %s too', async (signal) => {
    const collector = await FakeCollector.start();
    const env = { ...sandbox, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const server = await startHttp({ args: [], env });
    await modernCall(server.url, 'Users_getTotalCount', {});
    expect((await server.stop(signal)).code).toBe(0);
    const sent = (path: string, text: string): boolean =>
      collector.received.some((one) => one.path === path && one.body.includes(text));
    expect(sent('/v1/traces', 'tools/call Users_getTotalCount')).toBe(true);
    expect(sent('/v1/metrics', 'clerk_mcp_calls_total')).toBe(true);
    expect(sent('/v1/metrics', 'clerk_mcp_sessions')).toBe(true);
    expect(sent('/v1/logs', 'stopped')).toBe(true);
  });
});

describe("OpenTelemetry's variables", () => {
  it('choose what is sent, how much of it, and in whose name', async () => {
    const collector = await FakeCollector.start();
    const env = {
      ...sandbox,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/traces`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_SERVICE_NAME: 'identity',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test%20bed,service.name=not-this',
    };
    expect((await converse([], env, SESSION)).code).toBe(0);
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(new Set(['/own/traces', '/v1/logs']));
    for (const { body } of collector.received) {
      expect(body.includes('identity')).toBe(true);
      expect(body.includes('test bed')).toBe(true);
      expect(body.includes('not-this')).toBe(false);
    }
    collector.received.length = 0;
    expect((await converse([], { ...env, OTEL_TRACES_SAMPLER: 'always_off' }, SESSION)).code).toBe(0);
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(new Set(['/v1/logs']));
  });

  it('that cannot be used are told, each once, and stop nothing', async () => {
    const env = {
      ...sandbox,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_RESOURCE_ATTRIBUTES: 'a',
      OTEL_BSP_SCHEDULE_DELAY: '5s',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    };
    const { code, stdout, stderr } = await converse([], env, SESSION);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(6);
    const warnings = stderr.split('\n').filter((line) => line.includes('"level":40'));
    expect(warnings.map((line) => /OTEL_\w+/.exec(line)?.[0]).sort()).toEqual([
      'OTEL_BSP_SCHEDULE_DELAY',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      'OTEL_RESOURCE_ATTRIBUTES',
      'OTEL_TRACES_EXPORTER',
      'OTEL_TRACES_SAMPLER',
    ]);
  });
});

describe('where no endpoint is set, or OTEL_SDK_DISABLED is', () => {
  it('nothing is sent', async () => {
    const collector = await FakeCollector.start();
    const env = { ...sandbox, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' };
    const { code, stderr } = await converse([], env, SESSION);
    expect(code).toBe(0);
    expect(collector.received).toEqual([]);
    expect(stderr).not.toContain('trace_id');
  });

  it('a start reads nothing of OpenTelemetry', async () => {
    const start = await readFile(new URL('../../dist/start.js', import.meta.url), 'utf8');
    for (const mark of ['@opentelemetry', 'opentelemetry.js.api', 'BatchSpanProcessor', 'resourceSpans', 'startSpan'])
      expect(start, mark).not.toContain(mark);
  });
});
