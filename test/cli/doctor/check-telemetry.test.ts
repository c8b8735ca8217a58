import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkTelemetry } from '../../../src/cli/doctor/check-telemetry.js';
import { FakeCollector } from '../../support/fake-collector.js';

afterEach(() => vi.unstubAllEnvs());

async function withCollector(more: Record<string, string> = {}): Promise<FakeCollector> {
  const collector = await FakeCollector.start();
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces?key=query-credential`, ...more };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return collector;
}

describe('the check of the telemetry endpoint', () => {
  it('is content with one that takes an export with nothing in it', async () => {
    const collector = await withCollector({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=header-credential' });
    const findings = await checkTelemetry();
    expect(findings).toEqual([{ check: 'telemetry', status: 'ok', message: `${collector.url}/v1/traces takes traces.` }]);
    expect(collector.received).toMatchObject([{ headers: { 'api-key': 'header-credential' }, body: Buffer.from('') }]);
  });

  it.each([
    [401, undefined, 'failure', 'OTEL_EXPORTER_OTLP_HEADERS'],
    [404, undefined, 'failure', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [415, undefined, 'failure', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    [200, 'text/html', 'failure', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [400, 'application/x-protobuf', 'ok', undefined],
    [503, undefined, 'warning', 'log of the collector'],
  ])('says of one that answers %i in %s what to do', async (status, contentType, expected, advice) => {
    const collector = await withCollector();
    collector.answer = () => ({ status, ...(contentType && { contentType }) });
    const [finding, ...others] = await checkTelemetry();
    expect(others).toEqual([]);
    expect(finding?.status).toBe(expected);
    if (advice === undefined) expect(finding?.advice).toBeUndefined();
    else expect(finding?.advice).toContain(advice);
    expect(JSON.stringify(finding)).not.toContain('query-credential');
  });

  it('tells of one that is not there, and of each variable that cannot be used', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'none');
    vi.stubEnv('OTEL_LOGS_EXPORTER', 'console');
    const findings = await checkTelemetry();
    expect(findings).toEqual([
      {
        check: 'telemetry',
        status: 'warning',
        message: expect.stringContaining('OTEL_LOGS_EXPORTER'),
        advice: expect.stringContaining('none'),
      },
      {
        check: 'telemetry',
        status: 'failure',
        message: expect.stringContaining('ECONNREFUSED'),
        advice: expect.stringContaining('4318'),
      },
    ]);
  });
});
