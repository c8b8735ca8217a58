import { createNoopMeter } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { type Logger, tapLog } from '../platform/logger.js';
import { VERSION } from '../platform/version.js';
import { Complaints } from './complaints.js';
import { environment } from './environment.js';
import { openLogExporter, openMetricExporter, openSpanExporter } from './exporters.js';
import { emitLine } from './log-records.js';
import { MetricsBridge, type PrometheusMetric } from './metrics-bridge.js';
import { OtelTracing } from './otel-tracing.js';
import { readTelemetrySettings, type TelemetrySettings } from './settings.js';
import { traceWith } from './tracing.js';

/** How long the end of the process may wait for what has not been sent. */
const FLUSH_MS = 1500;

/** What is sent of this process while it runs. */
export interface Telemetry {
  /** Whether metrics are sent, so that it pays to count. */
  readonly sendsMetrics: boolean;
  /** Sends these metrics, too, from now on. */
  addMetrics(read: () => Promise<readonly PrometheusMetric[]>): void;
  /** Sends what has gathered, as far as that is possible in a short time. Never rejects. */
  close(): Promise<void>;
}

/** Starts what OpenTelemetry's variables ask for. A variable that cannot be used is told in the log. */
export function openTelemetry(logger: Logger): Telemetry {
  const settings = readTelemetrySettings(environment());
  for (const fault of settings.faults) logger.warn(fault);
  const { endpoints, everyMs } = settings;
  const resource = resourceFromAttributes(settings.resource);
  const complaints = new Complaints(logger);
  const bridge = new MetricsBridge();
  const ends: (() => Promise<void>)[] = [];

  const spans = new BasicTracerProvider({
    resource,
    sampler: endpoints.traces === undefined ? new AlwaysOffSampler() : samplerOf(settings.sampler),
    spanProcessors:
      endpoints.traces === undefined
        ? []
        : [
            new BatchSpanProcessor(
              openSpanExporter(endpoints.traces, (failure) => complaints.note('traces', failure)),
              {
                scheduledDelayMillis: everyMs.traces,
                exportTimeoutMillis: endpoints.traces.timeoutMs,
              },
            ),
          ],
  });
  ends.push(() => spans.shutdown());

  let meter = createNoopMeter();
  if (endpoints.metrics !== undefined) {
    const reader = new PeriodicExportingMetricReader({
      exporter: openMetricExporter(endpoints.metrics, (failure) => complaints.note('metrics', failure)),
      exportIntervalMillis: everyMs.metrics,
      exportTimeoutMillis: Math.min(everyMs.metrics, endpoints.metrics.timeoutMs),
      metricProducers: [bridge],
    });
    const provider = new MeterProvider({ resource, readers: [reader] });
    meter = provider.getMeter('clerk-mcp', VERSION);
    ends.push(() => provider.shutdown());
  }

  const tracing = new OtelTracing(spans.getTracer('clerk-mcp', VERSION), meter);
  traceWith(tracing);

  if (endpoints.logs !== undefined) {
    const exporter = openLogExporter(endpoints.logs, (failure) => complaints.note('logs', failure));
    const processor = new BatchLogRecordProcessor({
      exporter,
      scheduledDelayMillis: everyMs.logs,
      exportTimeoutMillis: endpoints.logs.timeoutMs,
    });
    const provider = new LoggerProvider({ resource, processors: [processor] });
    const records = provider.getLogger('clerk-mcp', VERSION);
    tapLog((line) => emitLine(line, records, tracing.context));
    ends.push(() => provider.shutdown());
  }

  return {
    sendsMetrics: endpoints.metrics !== undefined,
    addMetrics: (read) => bridge.add(read),
    close: async () => {
      traceWith(undefined);
      tapLog(undefined);
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, FLUSH_MS);
      });
      await Promise.race([Promise.allSettled(ends.map((end) => end())), late]);
    },
  };
}

function samplerOf({ kind, ratio }: TelemetrySettings['sampler']): Sampler {
  switch (kind) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
