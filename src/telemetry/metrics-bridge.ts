import { type HrTime, ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { VERSION } from '../platform/version.js';

/** One metric as `prom-client` gives it. */
export interface PrometheusMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly PrometheusValue[];
}

interface PrometheusValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** With the suffix, for the parts of a histogram. */
  readonly metricName?: string;
}

type Read = () => Promise<readonly PrometheusMetric[]>;

/** What `/metrics` shows, under the same names, for OpenTelemetry. */
export class MetricsBridge implements MetricProducer {
  readonly #sources: Read[] = [];
  readonly #started = millisToHrTime(Date.now());

  add(source: Read): void {
    this.#sources.push(source);
  }

  async collect(): Promise<CollectionResult> {
    const endTime = millisToHrTime(Date.now());
    const read = await Promise.all(this.#sources.map((source) => source()));
    const metrics = read.flat().flatMap((metric) => converted(metric, { startTime: this.#started, endTime }));
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: 'clerk-mcp', version: VERSION }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function converted({ name, help, type, values }: PrometheusMetric, span: Span): MetricData[] {
  if (values.length === 0) return [];
  const shared = {
    descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = values.map(({ value, labels }): DataPoint<number> => ({ ...span, attributes: textsOf(labels), value }));
  switch (type) {
    case 'counter':
      return [{ ...shared, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points }];
    case 'gauge':
      return [{ ...shared, dataPointType: DataPointType.GAUGE, dataPoints: points }];
    case 'histogram':
      return [{ ...shared, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(name, values, span) }];
    default:
      return [];
  }
}

/** A histogram is many values there, whose buckets each hold those below, too. */
function histograms(name: string, values: readonly PrometheusValue[], span: Span): DataPoint<Histogram>[] {
  const series = new Map<
    string,
    { labels: Record<string, string>; buckets: [bound: number, count: number][]; sum: number; count: number }
  >();
  for (const { value, labels, metricName } of values) {
    const { le, ...rest } = textsOf(labels);
    const key = JSON.stringify(Object.entries(rest).sort());
    const one = series.get(key) ?? { labels: rest, buckets: [], sum: 0, count: 0 };
    series.set(key, one);
    if (metricName === `${name}_sum`) one.sum = value;
    else if (metricName === `${name}_count`) one.count = value;
    else if (le !== undefined && le !== '+Inf') one.buckets.push([Number(le), value]);
  }
  return [...series.values()].map(({ labels, buckets, sum, count }) => {
    const sorted = buckets.sort(([a], [b]) => a - b);
    const below = [...sorted.map(([, upTo]) => upTo), count];
    const counts = below.map((upTo, nth) => upTo - (below[nth - 1] ?? 0));
    return {
      ...span,
      attributes: labels,
      value: { buckets: { boundaries: sorted.map(([bound]) => bound), counts }, sum, count },
    };
  });
}

const textsOf = (labels: PrometheusValue['labels']): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
