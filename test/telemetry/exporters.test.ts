import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openLogExporter } from '../../src/telemetry/exporters.js';
import { readOtlpEndpoint } from '../../src/telemetry/otlp-endpoint.js';
import { FakeCollector } from '../support/fake-collector.js';

const CERTIFICATE = new URL('../support/tls/certificate.pem', import.meta.url);

/** Sends an export with nothing in it; why it failed, if it did. */
async function sendTo(url: string, more: Record<string, string> = {}): Promise<string | undefined> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: '100', ...more };
  const endpoint = readOtlpEndpoint('logs', (fault) => expect.fail(fault), env);
  if (endpoint === undefined) throw new Error('there is no endpoint');
  let reason: string | undefined;
  const exporter = openLogExporter(endpoint, (failure) => {
    reason = failure;
  });
  const result = await new Promise((done) => {
    exporter.export([], done);
  });
  expect(JSON.stringify(result)).not.toContain('a-secret');
  await exporter.shutdown();
  return reason;
}

describe('an export', () => {
  it.each([
    [200, undefined],
    [202, undefined],
    [400, 'HTTP status 400'],
    [401, 'HTTP status 401'],
    [404, 'HTTP status 404'],
    [429, 'no success'],
    [500, 'HTTP status 500'],
    [503, 'no success'],
  ])('that is answered with %i ends so, whatever else the answer says', async (status, reason) => {
    const collector = await FakeCollector.start();
    collector.answer = () => ({ status, body: status < 300 ? '' : 'echo of a-secret' });
    expect(await sendTo(collector.url)).toBe(reason);
  });

  it('fails where nobody listens or answers', async () => {
    expect(await sendTo('http://127.0.0.1:9')).toBe('ECONNREFUSED');
    const collector = await FakeCollector.start();
    collector.answer = () => 'never';
    expect(await sendTo(collector.url)).toBe('no answer in time');
  });

  it('goes over TLS to whom the certificate in the variables vouches for, and to nobody else', async () => {
    const seen: string[] = [];
    const key = await readFile(new URL('../support/tls/key.pem', import.meta.url));
    const server = createServer({ cert: await readFile(CERTIFICATE), key }, (request, response) => {
      seen.push(String(request.headers['api-key']));
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const more = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=credential-for-tls', OTEL_EXPORTER_OTLP_TIMEOUT: '5000' };
    expect(await sendTo(url, { ...more, OTEL_EXPORTER_OTLP_CERTIFICATE: fileURLToPath(CERTIFICATE) })).toBeUndefined();
    expect(await sendTo(url, more)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(seen).toEqual(['credential-for-tls']);
    server.closeAllConnections();
    server.close();
  });
});
