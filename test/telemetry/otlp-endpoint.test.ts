import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scrub } from '../../src/platform/scrub.js';
import { isTelemetryWanted } from '../../src/telemetry/environment.js';
import { type OtlpEndpoint, readOtlpEndpoint, type Signal } from '../../src/telemetry/otlp-endpoint.js';
import { scratchDirectory } from '../support/scratch.js';

const read = (
  env: Record<string, string>,
  signal: Signal = 'traces',
): { readonly endpoint: OtlpEndpoint | undefined; readonly faults: string[] } => {
  const faults: string[] = [];
  const endpoint = readOtlpEndpoint(signal, (fault) => faults.push(fault), env);
  return { endpoint, faults };
};

const directory = await scratchDirectory();

const GENERAL = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' };

describe('the variables of OpenTelemetry', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [{ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_EXPORTER: 'otlp' }, false],
    [GENERAL, true],
    [{ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector.example/logs' }, true],
    [{ ...GENERAL, OTEL_SDK_DISABLED: 'True' }, false],
    [{ ...GENERAL, OTEL_SDK_DISABLED: 'false' }, true],
  ])('%j asks for telemetry: %j', (env, wanted) => expect(isTelemetryWanted(env)).toBe(wanted));

  it.each([
    ['http://collector.example:4318', 'http://collector.example:4318/v1/traces'],
    ['http://collector.example:4318/', 'http://collector.example:4318/v1/traces'],
    ['https://collector.example/otlp/', 'https://collector.example/otlp/v1/traces'],
    ['https://collector.example/otlp?tenant=a', 'https://collector.example/otlp/v1/traces?tenant=a'],
  ])('appends the path of the signal to the general address %s', (given, url) => {
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: given }).endpoint?.url).toBe(url);
  });

  it('takes the address of a signal as it is, before the general one', () => {
    const env = { ...GENERAL, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces.example/in' };
    expect(read(env).endpoint?.url).toBe('http://traces.example/in');
    expect(read(env, 'logs').endpoint?.url).toBe('http://collector.example:4318/v1/logs');
    expect(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces.example' }, 'logs')).toEqual({
      endpoint: undefined,
      faults: [],
    });
  });

  it('has the usual defaults', () => {
    expect(read(GENERAL).endpoint).toMatchObject({
      protocol: 'http/protobuf',
      headers: {},
      timeoutMs: 10_000,
      compression: 'none',
      tls: {},
    });
  });

  it("prefers the signal's own variables, and joins both kinds of headers", () => {
    const env = {
      ...GENERAL,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=general-value%2C1, X-Team = identity',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=own%20value%3D,',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '250',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'HTTP/json',
    };
    expect(read(env)).toMatchObject({
      faults: [],
      endpoint: {
        headers: { 'api-key': 'own value=', 'x-team': 'identity' },
        timeoutMs: 250,
        compression: 'gzip',
        protocol: 'http/json',
      },
    });
    expect(read(env, 'logs').endpoint).toMatchObject({ headers: { 'api-key': 'general-value,1' }, timeoutMs: 5000 });
  });

  it('reads the files for TLS', () => {
    const file = join(directory, 'ca.pem');
    writeFileSync(file, 'PEM');
    const { endpoint } = read({ ...GENERAL, OTEL_EXPORTER_OTLP_CERTIFICATE: file });
    expect(endpoint?.tls).toEqual({ ca: Buffer.from('PEM') });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'Correct it'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://collector.example', 'Correct it'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://name:hunter2hunter2@collector.example', 'OTEL_EXPORTER_OTLP_HEADERS'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '::', 'Correct it'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'http/protobuf'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem', 'there is no such file (ENOENT). No traces are sent. Name a PEM file.'],
    ['OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', '/nowhere/key.pem', 'Name a PEM file'],
  ])('sends nothing where %s is %j, and says what to do', (name, value, remedy) => {
    const { endpoint, faults } = read({ ...GENERAL, [name]: value });
    expect(endpoint).toBeUndefined();
    expect(faults).toEqual([expect.stringContaining(name)]);
    expect(faults[0]).toContain(remedy);
    expect(faults[0]).not.toContain('hunter2');
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', { timeoutMs: 10_000 }],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', { timeoutMs: 10_000 }],
    ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'zstd', { compression: 'none' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=1,hunter2', { headers: { a: '1' } }],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=1,b=hunter2%', { headers: { a: '1' } }],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=1,b=hunter2%0d%0aevil:%201', { headers: { a: '1' } }],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=1,b c=hunter2', { headers: { a: '1' } }],
  ])('goes on without %s where it is %j, and says so', (name, value, expected) => {
    const { endpoint, faults } = read({ ...GENERAL, [name]: value });
    expect(endpoint).toMatchObject(expected);
    expect(faults).toEqual([expect.stringContaining(name)]);
    expect(faults[0]).not.toContain('hunter2');
  });

  it('hides what headers hold from every line to come', () => {
    read({ ...GENERAL, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-credential-9' });
    expect(scrub('sent with collector-credential-9')).not.toContain('collector-credential-9');
  });
});
