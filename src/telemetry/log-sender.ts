import type { AnyValueMap } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { VERSION } from '../platform/version.js';
import { environment } from './environment.js';
import { openLogExporter } from './exporters.js';
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

/** Sends log records one batch at a time and tells whether they arrived: for records that must not get lost. */
export interface LogSender {
  /** Resolves with the reason if the batch was not taken, within the endpoint's time limit. Never rejects. */
  send(records: readonly LogToSend[]): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * @param scope what the records come from, like `clerk-mcp/audit`
 * @param onRejected told how many records of a batch that was taken were turned away
 */
export function openLogSender(endpoint: OtlpEndpoint, scope: string, onRejected?: (count: number) => void): LogSender {
  const resource = resourceFromAttributes(resourceOf(environment()));
  let failure: string | undefined;
  const exporter = openLogExporter(
    endpoint,
    (reason) => {
      failure = reason;
    },
    onRejected,
  );
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
  return {
    send: (records) =>
      new Promise((done) => {
        exporter.export(records.map(readable), () => done(failure));
      }),
    close: () => exporter.shutdown(),
  };
}
