import { describe, expect, it } from 'vitest';
import { openLogSender } from '../../src/telemetry/log-sender.js';
import { readOtlpEndpoint } from '../../src/telemetry/otlp-endpoint.js';
import { FakeCollector } from '../support/fake-collector.js';

const RECORD = { time: 1_700_000_000_123, severity: 9, body: 'a call', eventName: 'clerk_mcp.audit', attributes: { nth: 1 } };

function senderTo(url: string, more: Record<string, string> = {}) {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more };
  const endpoint = readOtlpEndpoint('logs', () => expect.fail('no fault was expected'), env);
  if (endpoint === undefined) throw new Error('there is no endpoint');
  return openLogSender(endpoint, 'clerk-mcp/audit');
}

describe('log records that must not get lost', () => {
  it('are sent as OTLP, and it is known when they have arrived', async () => {
    const collector = await FakeCollector.start();
    const sender = senderTo(collector.url, {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k',
    });
    expect(await sender.send([RECORD])).toBeUndefined();
    await sender.close();
    const [got] = collector.received;
    expect(got).toMatchObject({ path: '/v1/logs', headers: { 'api-key': 'k', 'content-type': 'application/json' } });
    expect(JSON.parse(String(got?.body))).toMatchObject({
      resourceLogs: [
        {
          scopeLogs: [
            {
              scope: { name: 'clerk-mcp/audit' },
              logRecords: [
                {
                  timeUnixNano: '1700000000123000000',
                  severityNumber: 9,
                  body: { stringValue: 'a call' },
                  eventName: 'clerk_mcp.audit',
                  attributes: [{ key: 'nth', value: { intValue: 1 } }],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each([
    [400, 'HTTP status 400'],
    [401, 'HTTP status 401'],
    [500, 'HTTP status 500'],
  ])('are known not to have been taken where the answer is %i', async (status, reason) => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status, body: 'echo of a-secret' });
    const sender = senderTo(collector.url);
    expect(await sender.send([RECORD])).toBe(reason);
    await sender.close();
  });

  it.each([429, 503])('are known not to have been taken where the answer is %i until the time is up', async (status) => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status });
    const sender = senderTo(collector.url, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    expect(await sender.send([RECORD])).toBe('no success');
    await sender.close();
  });

  it('are known not to have arrived where nobody listens or answers', async () => {
    const sender = senderTo('http://127.0.0.1:9', { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    expect(await sender.send([RECORD])).toBe('ECONNREFUSED');
    await sender.close();
    const collector = await FakeCollector.start();
    collector.answer = () => 'never';
    const silent = senderTo(collector.url, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    expect(await silent.send([RECORD])).toBe('no answer in time');
    await silent.close();
  });
});
