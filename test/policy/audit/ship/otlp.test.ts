import { describe, expect, it } from 'vitest';
import type { LoggedLine } from '../../../../src/policy/audit/ship/log-reader.js';
import { OtlpTransport } from '../../../../src/policy/audit/ship/otlp.js';
import { DeliveryError } from '../../../../src/policy/audit/ship/transport.js';
import { readOtlpEndpoint } from '../../../../src/telemetry/otlp-endpoint.js';
import { FakeCollector } from '../../../support/fake-collector.js';

const LOG = { id: '0123456789abcdef', host: 'mcp-1', file: 'audit.log' };
const text = '{"seq":7,"time":"2026-01-31T12:00:00.123Z","kind":"refused","operation":"Users_markBanned","prev":""}';
const line: LoggedLine = { text, line: JSON.parse(text), sha256: 'f'.repeat(64), at: 0, length: text.length };

function transportTo(url: string, said: string[] = [], more: Record<string, string> = {}): OtlpTransport {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...more };
  const endpoint = readOtlpEndpoint('logs', () => expect.fail('no fault was expected'), env);
  if (endpoint === undefined) throw new Error('there is no endpoint');
  return new OtlpTransport(endpoint, (message) => said.push(message));
}

const never = new AbortController().signal;

/** Why a delivery failed. */
const failureOf = (transport: OtlpTransport, signal = never): Promise<DeliveryError> =>
  transport.send([line], LOG, signal).then(
    () => expect.fail('it was delivered'),
    (error: DeliveryError) => error,
  );

describe('lines for a collector', () => {
  it('are log records whose body is the line', async () => {
    const collector = await FakeCollector.start();
    const transport = transportTo(collector.url, [], {
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k',
    });
    await transport.send([line], LOG, never);
    transport.close();
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
                  timeUnixNano: '1769860800123000000',
                  severityNumber: 10,
                  body: { stringValue: text },
                  eventName: 'clerk_mcp.audit.refused',
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('are protobuf by default, as every collector takes it', async () => {
    const collector = await FakeCollector.start();
    const transport = transportTo(collector.url, [], { OTEL_EXPORTER_OTLP_PROTOCOL: '' });
    await transport.send([line], LOG, never);
    transport.close();
    expect(collector.received[0]?.headers['content-type']).toBe('application/x-protobuf');
    expect(collector.received[0]?.body.includes(text)).toBe(true);
  });

  it.each([400, 401, 429, 500, 503])('are known not to have been taken where the answer is %i', async (status) => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status, body: 'echo of a-secret' });
    const transport = transportTo(collector.url);
    expect((await failureOf(transport)).message).toBe(`status ${status}`);
    expect(collector.received).toHaveLength(1);
    transport.close();
  });

  it('are known to be too many at once', async () => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status: 413 });
    const transport = transportTo(collector.url);
    expect((await failureOf(transport)).isTooLarge).toBe(true);
    transport.close();
  });

  it('are known not to have arrived where nobody listens or answers, and are let go of at once', async () => {
    const nobody = transportTo('http://127.0.0.1:9');
    expect((await failureOf(nobody)).message).toBe('ECONNREFUSED');
    nobody.close();
    const collector = await FakeCollector.start();
    collector.answer = () => 'never';
    const silent = transportTo(collector.url, [], { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    expect((await failureOf(silent)).message).toBe('no answer within 0.1 s');
    silent.close();
    const patient = transportTo(collector.url);
    const end = new AbortController();
    const failed = failureOf(patient, end.signal);
    await collector.until((received) => received.length === 2);
    end.abort();
    expect(await failed).toBeInstanceOf(DeliveryError);
    patient.close();
  });

  it('are told of where the collector turns some of them away', async () => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}' });
    const said: string[] = [];
    const transport = transportTo(collector.url, said);
    expect(await transport.send([line], LOG, never)).toBe(1);
    transport.close();
    expect(said).toEqual(['the collector took a delivery of the record but rejected 1 of its 1 lines']);
  });
});
