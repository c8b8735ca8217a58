import { gzipSync } from 'node:zlib';
import type { AnyValueMap } from '@opentelemetry/api-logs';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { VERSION } from '../platform/version.js';
import { environment } from './environment.js';
import type { OtlpEndpoint } from './otlp-endpoint.js';
import { resourceOf } from './resource.js';

/** One log record to send. */
export interface LogToSend {
  /** Unix milliseconds. */
  readonly time: number;
  /** OpenTelemetry's: 9 is information, 13 a warning, 17 an error. */
  readonly severity: number;
  readonly body: string;
  readonly eventName?: string;
  readonly attributes?: AnyValueMap;
}

/**
 * Makes requests of log records and reads their answers, for those who send by themselves: OpenTelemetry's exporter tells neither
 * that some records of a request were turned away nor when to come back, and cannot be stopped.
 */
export interface LogEncoder {
  request(records: readonly LogToSend[]): { readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> };
  /** How many records of a request that succeeded were turned away; they must not be sent again. */
  rejected(answer: Uint8Array): number;
}

/** @param scope what the records come from, like `clerk-mcp/audit` */
export function logEncoder({ protocol, headers, compression }: OtlpEndpoint, scope: string): LogEncoder {
  const resource = resourceFromAttributes(resourceOf(environment()));
  const isJson = protocol === 'http/json';
  const readable = ({ time, severity, body, eventName, attributes = {} }: LogToSend): ReadableLogRecord => ({
    hrTime: [Math.floor(time / 1000), Math.round((time % 1000) * 1e6)],
    hrTimeObserved: [Math.floor(time / 1000), Math.round((time % 1000) * 1e6)],
    severityNumber: severity,
    body,
    ...(eventName !== undefined && { eventName }),
    attributes,
    resource,
    instrumentationScope: { name: scope, version: VERSION },
    droppedAttributesCount: 0,
  });
  const serializer = isJson ? JsonLogsSerializer : ProtobufLogsSerializer;
  return {
    request: (records) => {
      const plain = serializer.serializeRequest(records.map(readable)) ?? new Uint8Array();
      const isZipped = compression === 'gzip';
      return {
        body: isZipped ? gzipSync(plain) : plain,
        headers: {
          ...headers,
          'content-type': isJson ? 'application/json' : 'application/x-protobuf',
          'user-agent': `clerk-mcp/${VERSION}`,
          ...(isZipped && { 'content-encoding': 'gzip' }),
        },
      };
    },
    rejected: (answer) => {
      try {
        const count = Number(serializer.deserializeResponse(answer).partialSuccess?.rejectedLogRecords ?? 0);
        return Number.isFinite(count) ? count : 0;
      } catch {
        // Whatever it says, it was said with a status that means success.
        return 0;
      }
    },
  };
}
