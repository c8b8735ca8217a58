import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPExporterBase, OTLPExporterError } from '@opentelemetry/otlp-exporter-base';
import { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import {
  type IExporterMetricsHelper,
  type ISerializer,
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  LogsExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { VERSION } from '../platform/version.js';
import type { OtlpEndpoint } from './otlp-endpoint.js';

/** How many exports of a signal may be under way. */
const MOST_UNDER_WAY = 4;

/** Told how an export ended; the reason holds nothing that the endpoint answered beyond its status. */
export type OnExport = (failure: string | undefined) => void;

export const openSpanExporter = (endpoint: OtlpEndpoint, onExport: OnExport): Exporter<ReadableSpan[]> =>
  open(endpoint, { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer }, TraceExporterMetricsHelper, onExport);

export const openLogExporter = (endpoint: OtlpEndpoint, onExport: OnExport): Exporter<ReadableLogRecord[]> =>
  open(endpoint, { protobuf: ProtobufLogsSerializer, json: JsonLogsSerializer }, LogsExporterMetricsHelper, onExport);

export const openMetricExporter = (endpoint: OtlpEndpoint, onExport: OnExport): Exporter<ResourceMetrics> =>
  open(endpoint, { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer }, MetricsExporterMetricsHelper, onExport);

/** OpenTelemetry's exporter over HTTP: retries within its time limit what may be sent again, and never throws. */
export class Exporter<T> extends OTLPExporterBase<T> {
  readonly #onExport: OnExport;

  constructor(delegate: ConstructorParameters<typeof OTLPExporterBase<T>>[0], onExport: OnExport) {
    super(delegate);
    this.#onExport = onExport;
  }

  override export(items: T, done: (result: ExportResult) => void): void {
    super.export(items, (result) => {
      const isThrough = result.code === ExportResultCode.SUCCESS;
      this.#onExport(isThrough ? undefined : reasonOf(result.error));
      // What the SDK says of a failure could quote the answer.
      done(isThrough ? result : { code: result.code });
    });
  }
}

function open<T, R>(
  endpoint: OtlpEndpoint,
  serializers: { readonly protobuf: ISerializer<T, R>; readonly json: ISerializer<T, R> },
  helper: IExporterMetricsHelper<T>,
  onExport: OnExport,
): Exporter<T> {
  const isJson = endpoint.protocol === 'http/json';
  const contentType = isJson ? 'application/json' : 'application/x-protobuf';
  const delegate = createOtlpHttpExportDelegate(
    {
      url: endpoint.url,
      headers: async () => ({ ...endpoint.headers, 'content-type': contentType }),
      timeoutMillis: endpoint.timeoutMs,
      compression: endpoint.compression,
      concurrencyLimit: MOST_UNDER_WAY,
      agentFactory: httpAgentFactoryFromOptions({ keepAlive: true, ...endpoint.tls }),
      userAgent: `clerk-mcp/${VERSION}`,
    },
    isJson ? serializers.json : serializers.protobuf,
    `otlp_http_${endpoint.signal}_exporter`,
    helper,
    undefined,
  );
  return new Exporter(delegate, onExport);
}

/** Why an export failed, in words of ours: an answer may echo what was sent to it. */
export function reasonOf(error: unknown): string {
  if (error instanceof OTLPExporterError && error.code !== undefined) return `HTTP status ${error.code}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code !== undefined && /^[A-Z_\d]+$/.test(code)) return code;
  return error instanceof Error && error.message === 'Request timed out' ? 'no answer in time' : 'no success';
}
