import type { AppOptions } from '../app/app-types.js';
import { createMetrics, type InstanceMetrics } from '../call/metrics.js';
import type { Logger } from '../platform/logger.js';
import { droppedLines } from '../platform/stderr.js';
import { openTelemetry } from '../telemetry/open.js';

/** A server over stdio that sends telemetry: nobody can come and read its metrics, so they are made only then. */
export interface Observed {
  readonly hooks: Pick<AppOptions, 'onCall' | 'onUpstream'>;
  /** Begins to count, if metrics are sent. @param tools names of the tools that exist */
  count(tools: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

/** @param instance its name, if it is one of several */
export async function observe(logger: Logger, instance: string | undefined): Promise<Observed> {
  const telemetry = openTelemetry(logger);
  let metrics: InstanceMetrics | undefined;
  return {
    hooks: {
      onCall: ({ tool, result, decision, seconds }) => metrics?.call(tool, result, decision, seconds),
      onUpstream: (status) => metrics?.upstream(status),
    },
    count: async (tools) => {
      if (!telemetry.sendsMetrics) return;
      const made = await createMetrics({
        tools,
        instances: instance === undefined ? undefined : [instance],
        droppedLogLines: droppedLines,
      });
      telemetry.addMetrics(() => made.read());
      metrics = instance === undefined ? made : made.of(instance);
    },
    close: () => telemetry.close(),
  };
}
