import type { Environment } from './environment.js';
import { type OnFault, type OtlpEndpoint, readOtlpEndpoint, type Signal } from './otlp-endpoint.js';
import { resourceOf } from './resource.js';

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface TelemetrySettings {
  readonly endpoints: { readonly [S in Signal]: OtlpEndpoint | undefined };
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: { readonly kind: (typeof SAMPLERS)[number]; readonly ratio: number };
  /** How often what has gathered is sent, in milliseconds. */
  readonly everyMs: { readonly [S in Signal]: number };
  /** What cannot be used, and what to do about it. */
  readonly faults: readonly string[];
}

const INTERVALS: { readonly [S in Signal]: { readonly name: string; readonly usual: number } } = {
  traces: { name: 'OTEL_BSP_SCHEDULE_DELAY', usual: 5000 },
  metrics: { name: 'OTEL_METRIC_EXPORT_INTERVAL', usual: 60_000 },
  logs: { name: 'OTEL_BLRP_SCHEDULE_DELAY', usual: 1000 },
};

/** Everything that OpenTelemetry's variables say. Never throws. */
export function readTelemetrySettings(env: Environment): TelemetrySettings {
  const faults = new Set<string>();
  const onFault: OnFault = (fault) => faults.add(fault);
  const endpoint = (signal: Signal): OtlpEndpoint | undefined =>
    isSent(signal, env, onFault) ? readOtlpEndpoint(signal, onFault, env) : undefined;
  const temporality = env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE?.trim().toLowerCase();
  if (temporality !== undefined && temporality !== '' && temporality !== 'cumulative')
    onFault(
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE has no effect: metrics are always cumulative. Unset it, or convert them in the collector.',
    );
  return {
    endpoints: { traces: endpoint('traces'), metrics: endpoint('metrics'), logs: endpoint('logs') },
    resource: resourceOf(env, onFault),
    sampler: readSampler(env, onFault),
    everyMs: {
      traces: readInterval('traces', env, onFault),
      metrics: readInterval('metrics', env, onFault),
      logs: readInterval('logs', env, onFault),
    },
    faults: [...faults],
  };
}

/** Several exporters may be named, with commas. One that writes to standard output would break MCP over stdio. */
function isSent(signal: Signal, env: Environment, onFault: OnFault): boolean {
  const name = `OTEL_${signal.toUpperCase()}_EXPORTER`;
  const given = (env[name] ?? '').split(',').map((part) => part.trim().toLowerCase());
  const named = given.filter((part) => part !== '');
  const foreign = named.find((part) => part !== 'otlp' && part !== 'none');
  if (foreign !== undefined)
    onFault(`${name} names an exporter that clerk-mcp does not have, and that is ignored. Set it to otlp, or to none.`);
  return named.length === 0 || named.includes('otlp');
}

function readSampler(env: Environment, onFault: OnFault): TelemetrySettings['sampler'] {
  const given = env.OTEL_TRACES_SAMPLER?.trim().toLowerCase() || 'parentbased_always_on';
  const kind = SAMPLERS.find((known) => known === given);
  if (kind === undefined) {
    onFault(`OTEL_TRACES_SAMPLER is none of ${SAMPLERS.join(', ')}, so parentbased_always_on is taken. Correct it, or unset it.`);
    return { kind: 'parentbased_always_on', ratio: 1 };
  }
  const argument = env.OTEL_TRACES_SAMPLER_ARG?.trim() ?? '';
  if (!kind.endsWith('traceidratio') || argument === '') return { kind, ratio: 1 };
  const ratio = Number(argument);
  if (ratio >= 0 && ratio <= 1) return { kind, ratio };
  onFault('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1, so every trace is taken. Correct it, or unset it.');
  return { kind, ratio: 1 };
}

function readInterval(signal: Signal, env: Environment, onFault: OnFault): number {
  const { name, usual } = INTERVALS[signal];
  const given = env[name]?.trim() ?? '';
  if (given === '') return usual;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  onFault(`${name} is not a number of milliseconds above 0, so ${usual} is taken. Correct it, or unset it.`);
  return usual;
}
